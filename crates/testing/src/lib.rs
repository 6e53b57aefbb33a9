//! What tests are made of: a server of their own, typed clients, and providers that say what they saw.
//!
//! Every [`TestServer`] is a whole server on a free port with a store of its own, in this process. Nothing is mocked
//! between the client's socket and the provider's.

mod authority;
mod browser;
mod client;
mod counterpart;
pub mod peers;
mod postgres;
mod server;
mod vendor;

pub use authority::{Authority, Rules, Trouble};
pub use browser::{Browser, Page};
pub use client::{Answer, Client};
pub use counterpart::{Counterpart, counterparts, free_port};
pub use postgres::Database;
pub use server::{Store, TestServer, on_both_stores};
pub use vendor::{Reply, Seen, Vendor};
