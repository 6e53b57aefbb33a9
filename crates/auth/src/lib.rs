//! From a stored credential to an authorised request: how tokens are got and renewed, what is put where, and the request that
//! proves it.

mod authorizer;
mod base_url;
pub mod engine;
mod http_date;
mod oauth1;
pub mod outgoing;
mod profile;
pub mod sign;
mod verification;
mod xml;

pub use authorizer::{Authorizer, Outgoing};
pub use base_url::{BaseUrl, BaseUrlError};
pub use outgoing::Destination;
pub use verification::{Refusal, verify};
