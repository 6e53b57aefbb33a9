-- Integers are 64 bits, times are epoch milliseconds, sealed values and hashes are bytes.

create table vault_state (
    id integer primary key check (id = 1),
    master_key_id blob not null,
    server_id blob not null
);

create table data_key (
    id blob primary key not null,
    organization_id integer,
    current boolean not null,
    master_key_id blob not null,
    wrapped blob not null,
    created_at integer not null
);
create index data_key_organization on data_key (organization_id, current);

create table organization (
    id integer primary key autoincrement,
    uuid blob not null unique,
    name text not null,
    external_id text,
    secret_sealed blob not null,
    secret_hash blob not null unique,
    active boolean not null,
    created_at integer not null
);

create table account (
    id integer primary key autoincrement,
    organization_id integer not null references organization (id),
    name text not null,
    description text not null,
    external_id text not null,
    active boolean not null,
    is_default boolean not null,
    created_at integer not null,
    updated_at integer not null,
    unique (organization_id, external_id)
);

create table app_user (
    id integer primary key autoincrement,
    uuid blob not null unique,
    organization_id integer not null references organization (id),
    account_id integer not null references account (id),
    email text not null unique,
    first_name text not null,
    last_name text not null,
    external_id text,
    profile text not null,
    password_hash text,
    secret_sealed blob not null,
    secret_hash blob not null unique,
    active boolean not null,
    created_at integer not null,
    last_login_at integer
);
create index app_user_account on app_user (account_id, id);
create index app_user_organization on app_user (organization_id, id);

create table user_role (
    user_id integer not null references app_user (id) on delete cascade,
    role text not null,
    primary key (user_id, role)
);

create table login (
    hash blob primary key not null,
    user_id integer not null references app_user (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null
);

create table connector (
    id integer primary key autoincrement,
    key text not null unique,
    created_at integer not null
);

create table instance (
    id integer primary key autoincrement,
    uuid blob not null unique,
    organization_id integer not null references organization (id),
    account_id integer not null references account (id),
    user_id integer not null references app_user (id),
    connector_key text not null,
    name text not null,
    -- The name in lower case, made by the program: the back-ends fold letters differently.
    search_name text not null,
    lifecycle text not null check (lifecycle in ('active', 'disabled', 'deleted')),
    health text not null check (health in ('healthy', 'unverified')),
    token_sealed blob,
    token_hash blob unique,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    deleted_at integer
);
create index instance_organization on instance (organization_id, id);
create index instance_account on instance (account_id, id);
create index instance_user on instance (user_id, id);

create table instance_tag (
    instance_id integer not null references instance (id) on delete cascade,
    position integer not null,
    tag text not null,
    primary key (instance_id, position)
);
create index instance_tag_tag on instance_tag (tag, instance_id);

create table instance_value (
    instance_id integer not null references instance (id) on delete cascade,
    field text not null,
    sealed blob not null,
    primary key (instance_id, field)
);

create table instance_key (
    id integer primary key autoincrement,
    instance_id integer not null references instance (id) on delete cascade,
    name text not null,
    hash blob not null unique,
    methods text not null,
    path_prefixes text not null,
    expires_at integer,
    created_at integer not null
);
create index instance_key_instance on instance_key (instance_id, id);

-- A request id begins with its time, so the key's order is the order in time; every further index would cost each call.
create table call_log (
    request_id text primary key not null,
    organization_id integer not null,
    account_id integer not null,
    user_id integer not null,
    instance_id integer not null,
    method text not null,
    path text not null,
    status integer not null,
    at integer not null,
    duration_us integer not null
) without rowid;

create table change_notice (
    id integer primary key autoincrement,
    instance_id integer not null,
    at integer not null
);
