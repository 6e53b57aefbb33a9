//! The only SQL of Keyway. It records what others decided and never decides itself.
//!
//! One SQL text serves both back-ends, SQLite and PostgreSQL. A [`Tx`] is a transaction on either; the `on!` macro
//! gives the same body to both drivers. Integers are `i64`, times epoch milliseconds, hashes and sealed values
//! bytes. Every method of [`Tx`] is exercised on both back-ends by the contract tests.

#[macro_use]
mod backend;
#[macro_use]
mod filter;

mod account;
mod attempt;
mod call_filter;
mod call_log;
mod call_log_read;
mod change;
mod connector;
mod error;
mod exchange;
mod grant;
mod instance;
mod instance_key;
mod instance_list;
mod instance_state;
mod login;
mod organization;
mod registration;
mod schema;
mod user;
mod vault;

pub use account::{NewAccount, account_fields};
pub use attempt::{NewAttempt, StoredAttempt};
pub use backend::{Backend, Store, Tx};
pub use call_filter::CallFilter;
pub use call_log_read::{CallSum, Pieces, StoredCall};
pub use change::ChangeNotice;
pub use error::{Error, Result};
pub use exchange::{NewExchange, StoredExchange};
pub use filter::Selection;
pub use grant::{Lease, NewGrant, RenewalFailure, RenewedGrant, ResealedGrant, StoredGrant};
pub use instance::{NewInstance, SealedInstance, SealedValue, StoredToken};
pub use instance_key::NewInstanceKey;
pub use instance_list::InstanceFilter;
pub use organization::NewOrganization;
pub use registration::{NewRegistration, RegistrationFilter, StoredRegistration};
pub use schema::SCHEMA_VERSION;
pub use user::{NewUser, StoredUser, user_fields};
pub use vault::{StoredDataKey, VaultState};
