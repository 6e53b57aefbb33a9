//! Data keys: one per organization (and one for the server), the keys that seal values.

use keyway_model::{Entropy, Secret};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::sealed::{self, Context, SealError};

/// A key that seals values. It never leaves memory except wrapped by a [`crate::MasterKey`].
#[derive(Clone)]
pub struct DataKey {
    id: Uuid,
    bytes: Zeroizing<[u8; 32]>,
}

impl DataKey {
    /// Makes a new random key.
    pub fn generate(entropy: &Entropy) -> Self {
        Self { id: entropy.uuid(), bytes: Zeroizing::new(entropy.bytes()) }
    }

    /// The id that every value sealed with this key carries.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Seals a text for its place.
    pub fn seal(&self, context: &Context<'_>, clear: &Secret, entropy: &Entropy) -> Vec<u8> {
        sealed::seal(&self.bytes, self.id, context, clear.expose().as_bytes(), entropy)
    }

    /// Opens a text sealed for the same place.
    pub fn open(&self, context: &Context<'_>, sealed: &[u8]) -> Result<Secret, SealError> {
        let clear = sealed::open(&self.bytes, context, sealed)?;
        String::from_utf8(clear).map(Secret::new).map_err(|_| SealError::NotText)
    }

    pub(crate) fn from_parts(id: Uuid, bytes: [u8; 32]) -> Self {
        Self { id, bytes: Zeroizing::new(bytes) }
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use keyway_model::{Entropy, OrganizationId, Secret};

    use super::DataKey;
    use crate::{Context, SealError, key_id_of};

    #[test]
    fn a_value_opens_only_in_its_own_place() {
        let entropy = Entropy::system();
        let key = DataKey::generate(&entropy);
        let here = Context { organization: Some(OrganizationId(1)), record: entropy.uuid(), field: "password" };
        let sealed = key.seal(&here, &Secret::from("pässword"), &entropy);
        assert_eq!(key_id_of(&sealed), Ok(key.id()));
        assert_eq!(key.open(&here, &sealed).unwrap().expose(), "pässword");

        let elsewhere = [
            Context { organization: Some(OrganizationId(2)), ..here },
            Context { organization: None, ..here },
            Context { record: entropy.uuid(), ..here },
            Context { field: "username", ..here },
        ];
        for place in elsewhere {
            assert_eq!(key.open(&place, &sealed).unwrap_err(), SealError::Refused);
        }
        assert_eq!(DataKey::generate(&entropy).open(&here, &sealed).unwrap_err(), SealError::Refused);
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let entropy = Entropy::system();
        let key = DataKey::generate(&entropy);
        let here = Context { organization: None, record: entropy.uuid(), field: "f" };
        let sealed = key.seal(&here, &Secret::from("x"), &entropy);
        for index in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[index] ^= 1;
            assert!(key.open(&here, &altered).is_err(), "byte {index}");
        }
        for length in 0..sealed.len() {
            assert!(key.open(&here, &sealed[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn equal_values_do_not_look_equal() {
        let entropy = Entropy::system();
        let key = DataKey::generate(&entropy);
        let here = Context { organization: None, record: entropy.uuid(), field: "f" };
        let secret = Secret::from("same");
        assert_ne!(key.seal(&here, &secret, &entropy), key.seal(&here, &secret, &entropy));
    }
}
