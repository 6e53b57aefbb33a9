-- Credentials that are renewed, our registrations with providers, and attempts to connect. Only additions: a program that
-- knows nothing of them works on as before.

-- Where the credential stands, beside `lifecycle`, which says whether the instance is switched on.
alter table instance add column standing text not null default 'ready'
    check (standing in ('setup', 'ready', 'reconnect_needed'));
-- Trouble seen since the last verification, whose result `health` keeps. Null: there is none.
alter table instance add column degraded_since integer;
alter table instance add column evidence text;

create table client_registration (
    id integer primary key autoincrement,
    uuid blob not null unique,
    -- Whose it is: without an organization everybody's, without an account the whole organization's.
    organization_id integer references organization (id),
    account_id integer references account (id),
    connector_key text not null,
    -- Empty for the one that is taken unless another is asked for.
    name text not null,
    sealed blob not null,
    -- Where browsers may be sent back to, as a JSON list.
    callback_urls text not null,
    version integer not null,
    created_at integer not null,
    updated_at integer not null,
    check (account_id is null or organization_id is not null)
);
create unique index client_registration_place
    on client_registration (connector_key, coalesce(organization_id, 0), coalesce(account_id, 0), name);

create table instance_grant (
    instance_id integer primary key not null references instance (id) on delete cascade,
    -- Grows with every change of the tokens; a writer that read an older version does not overwrite a newer one.
    version integer not null,
    sealed blob not null,
    subject_sealed blob,
    registration_id integer references client_registration (id),
    -- When it is to be renewed even if nobody calls.
    renew_at integer,
    expires_at integer,
    refresh_expires_at integer,
    failures integer not null default 0,
    -- The provider is not to be asked before.
    retry_at integer,
    -- Who renews it now. The fence grows with every lease: who holds an older one writes nothing.
    lease_owner blob,
    lease_fence integer not null default 0,
    lease_until integer,
    -- Since when a renewal is under way whose end was not recorded, and what the provider answered to it, sealed.
    attempt_at integer,
    attempt_answer blob,
    created_at integer not null,
    updated_at integer not null
);
create index instance_grant_renew_at on instance_grant (renew_at);
create index instance_grant_attempt_at on instance_grant (attempt_at) where attempt_at is not null;
create index instance_grant_registration on instance_grant (registration_id);

create table connect_attempt (
    id integer primary key autoincrement,
    uuid blob not null unique,
    state_hash blob not null unique,
    finish_hash blob unique,
    browser_hash blob,
    -- The part of the callback's URL that tells whose it is.
    context text not null,
    organization_id integer not null references organization (id),
    account_id integer not null references account (id),
    user_id integer not null references app_user (id),
    connector_key text not null,
    method text not null,
    registration_id integer references client_registration (id) on delete cascade,
    instance_id integer references instance (id) on delete cascade,
    status text not null
        check (status in ('created', 'begun', 'returned', 'exchanging', 'finished', 'denied', 'failed')),
    -- What it was begun with, and what the provider sent back.
    sealed blob not null,
    returned_sealed blob,
    -- Words for people, without secrets.
    outcome text,
    created_at integer not null,
    expires_at integer not null,
    updated_at integer not null
);
create index connect_attempt_organization on connect_attempt (organization_id, id);
create index connect_attempt_registration on connect_attempt (registration_id);
create index connect_attempt_instance on connect_attempt (instance_id);
create index connect_attempt_expires_at on connect_attempt (expires_at);

-- What can be shown to a provider once, such as a code, while it is exchanged: until an instance holds what came of it, the
-- provider's answer is kept here.
create table exchange (
    -- Keyed hash of what is shown, by whom and as which client.
    hash blob primary key not null,
    uuid blob not null unique,
    organization_id integer not null references organization (id),
    -- Who exchanges it now. Others may go on with it when nobody has held it for longer.
    holder blob not null,
    held_until integer not null,
    answer_sealed blob,
    created_at integer not null
);
create index exchange_organization on exchange (organization_id, hash);
create index exchange_held_until on exchange (held_until);

-- What became of giving the tokens back when the instance was deleted.
alter table instance add column revocation text;
