//! The wire shapes of the platform dialect.

mod account;
mod element;
mod instance;
mod user;

pub(crate) use account::{account, organization};
pub(crate) use element::{abridged, authentication_types, configuration_entry, element};
pub(crate) use instance::{entries, instance, instance_key, made_key};
pub(crate) use user::{authenticated, role_view, user};
