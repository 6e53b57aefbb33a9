//! Accepting connections.

pub(crate) mod core;
pub(crate) mod listen;
pub(crate) mod tls;
