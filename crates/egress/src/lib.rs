//! The only way out: one HTTP client with an address policy, deadlines and streaming in both directions.
//!
//! Every address is checked at connect time, after resolution, whether the URL held a name or an address; so a name
//! that changes its mind between a check and its use gains nothing. Redirects are never followed here. Connections that
//! were made with different TLS profiles never carry each other's calls.

mod body;
mod client;
mod connector;
mod deadline;
mod error;
mod pieces;
mod policy;
mod pools;
mod roots;
mod tls_profile;
mod upgrade;

pub use body::{Body, BodyError};
pub use client::{Egress, Limits};
pub use error::{Error, Stage};
pub use policy::AddressPolicy;
pub use tls_profile::{PemFault, TlsProfile, TlsProfileError};
pub use upgrade::{is_upgrade, tunnel};
