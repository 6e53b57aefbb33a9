//! The engine: makes the requests that a method of authentication describes, and reads what they bring.
//!
//! It knows no store and no provider. Whoever calls it keeps what it returns; what a provider has answered is handed over
//! before it is read, so that nothing is lost when reading fails or the process ends.

mod answer;
mod assertion;
mod authorize;
mod classify;
mod described;
mod device;
mod exchange;
mod failure;
mod grant;
mod identity;
mod lifetime;
mod metadata;
mod obtain;
mod party;
mod recorded;
mod revoke;
mod scene;
mod standard;
mod tokens;

use keyway_egress::Egress;
use keyway_model::{Clock, Entropy};
use keyway_script::Sandbox;

pub(crate) use assertion::own as own_assertion;
pub use authorize::{Asking, Begun};
pub use device::DeviceCode;
pub use failure::Failure;
pub use grant::{Returned, Source};
pub use identity::Subject;
pub use lifetime::renew_at;
pub use metadata::MetadataCache;
pub use obtain::Granted;
pub use party::{Client, Party};
pub use recorded::{Keep, Recorded};
pub use revoke::Revocation;
pub use tokens::{TokenSet, Tokens};

/// What the engine works with.
#[derive(Clone, Copy, Debug)]
pub struct Engine<'a> {
    /// The way out.
    pub egress: &'a Egress,
    /// Where JavaScript of definitions runs.
    pub scripts: &'a Sandbox,
    /// Tells the time.
    pub clock: &'a dyn Clock,
    /// Gives random bytes.
    pub entropy: &'a Entropy,
    /// What authorization servers say of themselves.
    pub metadata: &'a MetadataCache,
}
