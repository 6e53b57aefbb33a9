//! Calls through an instance: whose they are, where they go, what may pass in either direction.

mod cache;
mod forward;
mod headers;
mod hub;
mod identify;
mod links;
pub mod path;
mod payload;
mod redact;

pub use cache::{Access, Snapshot, SnapshotCache};
pub use forward::{Call, Origin, Running};
pub use hub::{HubAnswer, HubCall, Meaning};
pub use keyway_egress::{Body, Egress};

pub(crate) use redact::Redactor;

pub use identify::{Identity, ShownKey, identify};
