update data_key set wrapped = set_byte(wrapped, 30, 255 - get_byte(wrapped, 30)) where organization_id is not null
