//! Tests of the program `keyway`: the real binary in processes of its own, on both stores.

mod database;
mod home;
mod instances;
mod served;

mod canary;
mod clients;
mod commands;
mod connector_check;
mod deletion;
mod doctor;
mod first_start;
mod help;
mod kill;
mod leaks;
mod limits_of_trust;
mod master_key;
mod metrics;
mod refusals;
mod renewals;
mod rotation;
mod rotation_crash;
mod scripts;
mod settings;
mod stopping;
mod tls;
