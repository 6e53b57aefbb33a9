//! The vocabulary of Keyway and its rules: who there is, what an instance is, what may be printed.
//! No I/O, no async, and no knowledge of any other crate.

pub mod ceql;

mod attempt;
mod caller;
mod connector_ref;
mod entropy;
mod id;
mod instance;
mod instance_key;
mod log;
mod organization;
mod page;
mod problem;
mod role;
mod sanitise;
mod secret;
mod time;
mod user;

pub use attempt::AttemptStatus;
pub use caller::{Caller, Visibility};
pub use connector_ref::ConnectorKey;
pub use entropy::{Entropy, RequestId};
pub use id::{AccountId, AttemptId, ConnectorId, InstanceId, KeyId, OrganizationId, RegistrationId, UserId};
pub use instance::{Configuration, Health, Instance, Lifecycle, Standing, Trouble};
pub use instance_key::{InstanceKey, KeyPolicy, MAX_KEY_NAME};
pub use log::CallRecord;
pub use organization::{Account, Organization};
pub use page::{Page, PageSize, PageSizeError};
pub use problem::{Problem, Problems};
pub use role::Role;
pub use sanitise::plain_text;
pub use secret::Secret;
pub use time::{Clock, FixedClock, SystemClock, Timestamp};
pub use user::User;
