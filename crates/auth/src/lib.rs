//! From a stored credential to an authorised request: what is put where, and the request that proves it.

mod authorizer;
mod base_url;
pub mod outgoing;
pub mod sign;
mod verification;

pub use authorizer::Authorizer;
pub use base_url::{BaseUrl, BaseUrlError};
pub use outgoing::Destination;
pub use verification::{Refusal, verify};
