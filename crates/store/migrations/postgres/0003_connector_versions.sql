-- Every definition that was ever used, so that an instance keeps the one it was made with.
create table connector_version (
    connector_key text not null,
    version bigint not null,
    -- SHA-256 of the definition: the same text has the same version on every node.
    hash bytea not null,
    definition text not null,
    created_at bigint not null,
    primary key (connector_key, version),
    unique (connector_key, hash)
);

alter table instance add column connector_version bigint not null default 1;
