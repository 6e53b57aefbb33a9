//! Sealing: a master key wraps data keys, a data key seals values, and every ciphertext is bound to its place.
//!
//! Nothing here stores anything. The layout of a sealed value is
//! `version (1) | data key id (16) | nonce (12) | ciphertext and tag`, AES-256-GCM-SIV (RFC 8452), with the
//! version, the key id and the [`Context`] authenticated. GCM-SIV keeps its promises even if a random nonce
//! should ever repeat.

mod data_key;
mod digest;
mod lookup;
mod master;
mod sealed;

pub use data_key::DataKey;
pub use digest::digest;
pub use lookup::{LookupKey, TokenHash};
pub use master::{MasterKey, MasterKeyError};
pub use sealed::{Context, SealError, key_id_of};
