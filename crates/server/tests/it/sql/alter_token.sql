update instance set token_sealed = set_byte(token_sealed, 30, 255 - get_byte(token_sealed, 30))
