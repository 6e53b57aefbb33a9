select encode(sealed, 'hex') from instance_value
union all select encode(token_sealed, 'hex') from instance where token_sealed is not null
union all select encode(token_hash, 'hex') from instance where token_hash is not null
union all select encode(hash, 'hex') from instance_key
