//! The master key: 32 bytes that an operator keeps, which wrap the data keys and nothing else.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_model::{Entropy, OrganizationId, Secret};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::DataKey;
use crate::sealed::{self, Context, SealError};

/// The key that wraps data keys.
#[derive(Clone)]
pub struct MasterKey {
    id: Uuid,
    bytes: Zeroizing<[u8; 32]>,
}

/// Why a text is not a master key.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a master key is 32 bytes in standard base64 (44 characters)")]
pub struct MasterKeyError;

impl MasterKey {
    /// Reads the text form; white space around it is allowed.
    pub fn parse(text: &Secret) -> Result<Self, MasterKeyError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.expose().trim()).map_err(|_| MasterKeyError)?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| MasterKeyError)?;
        Ok(Self { id: fingerprint(&bytes), bytes: Zeroizing::new(bytes) })
    }

    /// Makes a new key and its text form.
    pub fn generate(entropy: &Entropy) -> (Self, Secret) {
        let text = entropy.base64_token();
        let key = Self::parse(&text).expect("32 random bytes in base64 are a master key");
        (key, text)
    }

    /// A fingerprint that tells keys apart without giving them away.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Wraps a data key for the store.
    pub fn wrap(&self, key: &DataKey, organization: Option<OrganizationId>, entropy: &Entropy) -> Vec<u8> {
        sealed::seal(&self.bytes, self.id, &context(key.id(), organization), key.bytes(), entropy)
    }

    /// Unwraps a data key that the store kept.
    pub fn unwrap(&self, id: Uuid, organization: Option<OrganizationId>, wrapped: &[u8]) -> Result<DataKey, SealError> {
        let bytes = Zeroizing::new(sealed::open(&self.bytes, &context(id, organization), wrapped)?);
        let bytes = bytes.as_slice().try_into().map_err(|_| SealError::Malformed)?;
        Ok(DataKey::from_parts(id, bytes))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

fn context(id: Uuid, organization: Option<OrganizationId>) -> Context<'static> {
    Context { organization, record: id, field: "data key" }
}

fn fingerprint(bytes: &[u8; 32]) -> Uuid {
    let mut input = Zeroizing::new(b"keyway master key ".to_vec());
    input.extend_from_slice(bytes);
    let hash = digest(&SHA256, &input);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.as_ref()[..16]);
    Uuid::from_bytes(id)
}

#[cfg(test)]
mod tests {
    use keyway_model::{Entropy, OrganizationId, Secret};

    use super::{MasterKey, MasterKeyError};
    use crate::DataKey;

    #[test]
    fn the_text_form_is_44_characters_of_base64() {
        let entropy = Entropy::system();
        let (key, text) = MasterKey::generate(&entropy);
        let with_newline = Secret::new(format!("{}\n", text.expose()));
        assert_eq!(MasterKey::parse(&with_newline).unwrap().id(), key.id());
        for bad in ["", "short", "AAAA", &"A".repeat(44), &format!("{}A", text.expose())] {
            assert_eq!(MasterKey::parse(&Secret::from(bad)).unwrap_err(), MasterKeyError, "{bad}");
        }
    }

    #[test]
    fn a_wrapped_key_opens_only_for_its_organization_and_master() {
        let entropy = Entropy::system();
        let (master, _) = MasterKey::generate(&entropy);
        let (other, _) = MasterKey::generate(&entropy);
        let key = DataKey::generate(&entropy);
        let wrapped = master.wrap(&key, Some(OrganizationId(7)), &entropy);
        assert!(master.unwrap(key.id(), Some(OrganizationId(7)), &wrapped).is_ok());
        assert!(master.unwrap(key.id(), Some(OrganizationId(8)), &wrapped).is_err());
        assert!(master.unwrap(entropy.uuid(), Some(OrganizationId(7)), &wrapped).is_err());
        assert!(other.unwrap(key.id(), Some(OrganizationId(7)), &wrapped).is_err());
    }
}
