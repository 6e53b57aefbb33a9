//! Contract tests of the store: what every method of a transaction promises, checked on both back-ends.
#![expect(clippy::cognitive_complexity, reason = "it counts every `?` and every assertion, and a test is made of them")]

#[macro_use]
mod harness;
mod connecting;
mod database;
mod exchanges;
mod fixture;
mod neighbourhood;

mod accounts;
mod attempt_steps;
mod attempts;
mod call_log;
mod call_log_read;
mod call_log_sums;
mod change_notices;
mod concurrency;
mod connectors;
mod due_renewals;
mod grant_races;
mod grant_renewals;
mod grants;
mod instance_changes;
mod instance_keys;
mod instance_list;
mod instance_pages;
mod instance_removal;
mod instance_search;
mod instance_state;
mod instances;
mod logins;
mod opening;
mod organizations;
mod postgres_server;
mod registrations;
mod schema;
mod sqlite_file;
mod transactions;
mod unreadable_rows;
mod user_lists;
mod user_roles;
mod user_secrets;
mod users;
mod vault;
mod where_lists;
