//! The handlers of the platform dialect, one file a noun. Each reads, calls one use-case and shows what comes back.

pub(crate) mod accounts;
pub(crate) mod authentication;
pub(crate) mod configuration;
pub(crate) mod connect;
pub(crate) mod docs;
pub(crate) mod elements;
pub(crate) mod health;
pub(crate) mod hubs;
pub(crate) mod instance_keys;
pub(crate) mod instances;
pub(crate) mod metadata;
pub(crate) mod oauth;
pub(crate) mod organizations;
pub(crate) mod registrations;
pub(crate) mod usage;
pub(crate) mod users;

mod element_filter;
mod list;
