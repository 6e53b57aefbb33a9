//! Calls through an instance: whose they are, where they go, what may pass in either direction.

mod cache;
mod forward;
mod headers;
mod identify;
mod links;
pub mod path;

pub use cache::{Access, Snapshot, SnapshotCache};
pub use forward::{Call, Running};
pub use keyway_egress::{Body, Egress};

pub use identify::{Identity, ShownKey, identify};
