update organization set secret_sealed = set_byte(secret_sealed, 30, 255 - get_byte(secret_sealed, 30))
