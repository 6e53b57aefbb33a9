//! The contract of the platform dialect, tested over real connections.

mod bad_input;
mod catalogue;
mod docs;
mod fixture;
mod hubs;
mod instances;
mod keys;
mod metadata;
mod oauth;
mod openapi;
mod paging;
mod people;
mod provisioning;
mod repointing;
mod twins;
mod usage;
mod where_lists;
