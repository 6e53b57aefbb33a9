//! The contract of the platform dialect, tested over real connections.

mod bad_input;
mod catalogue;
mod fixture;
mod instances;
mod keys;
mod paging;
mod people;
mod provisioning;
mod repointing;
mod twins;
