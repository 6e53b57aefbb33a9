//! The use-cases: one module per noun. Permissions, transactions and orchestration live here and nowhere else.
//!
//! A dialect calls a function of this crate and renders what comes back. Nothing here knows HTTP statuses or wire
//! names; [`Error`] says what happened and in whose words.

pub mod access;
pub mod accounts;
pub mod call_log;
pub mod calls;
pub mod catalogue;
pub mod connect;
pub mod doctor;
pub mod documents;
pub mod hubs;
pub mod instance_keys;
pub mod instances;
pub mod metrics;
pub mod organizations;
pub mod paging;
pub mod registrations;
pub mod reseal;
pub mod roles;
pub mod sign_in;
pub mod usage;
pub mod users;

mod app;
mod bootstrap;
mod changes;
mod credentials;
mod error;
mod faults;
mod filter;
mod keyring;
mod master_file;
mod passwords;
mod throttle;
mod upkeep;

pub use app::{App, Start};
pub use error::{Error, Result};
pub use keyring::{RotateError, Rotation, VaultError};
