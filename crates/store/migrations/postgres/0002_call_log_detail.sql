-- What a reader of the log asks for beyond who, where to and what came of it. Texts are redacted before they get here.
-- No further index: lists go through the primary key, newest first, and its beginning is the time.
alter table call_log add column client_ip text not null default '';
alter table call_log add column uri text not null default '';
alter table call_log add column element_api text not null default '';
alter table call_log add column connector_key text not null default '';
alter table call_log add column hub text not null default '';
alter table call_log add column attempts bigint not null default 1;
alter table call_log add column detail_dropped boolean not null default false;
alter table call_log add column error text;
