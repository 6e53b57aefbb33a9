//! Finding a secret without keeping it: tokens are stored as keyed hashes.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::DataKey;

/// The keyed hash of a token, which the store indexes.
pub type TokenHash = [u8; 32];

/// The key of all token hashes of a server. Without it a copy of the database cannot be searched for a guess.
#[derive(Clone)]
pub struct LookupKey(hmac::Key);

impl LookupKey {
    /// Derives the key from the server's own data key.
    pub fn derive(key: &DataKey) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, key.bytes());
        let derived = hmac::sign(&root, b"keyway token look-up");
        Self(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }

    /// The hash of a token. `kind` keeps a token of one kind from being found as another.
    pub fn hash(&self, kind: &str, token: &str) -> TokenHash {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind.as_bytes());
        context.update(b"\0");
        context.update(token.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(context.sign().as_ref());
        hash
    }

    /// Puts a text that a caller will bring back into a form that shows any change.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        let mut token = self.hash(purpose, text)[..16].to_vec();
        token.extend_from_slice(text.as_bytes());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Reads a text made by [`LookupKey::sign`] for the same purpose; `None` when it was altered or made elsewhere.
    pub fn verify(&self, purpose: &str, token: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, text) = bytes.split_at_checked(16)?;
        let text = std::str::from_utf8(text).ok()?;
        let expected = self.hash(purpose, text);
        aws_lc_rs::constant_time::verify_slices_are_equal(tag, &expected[..16]).ok()?;
        Some(text.to_owned())
    }
}

impl std::fmt::Debug for LookupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LookupKey")
    }
}

#[cfg(test)]
mod tests {
    use keyway_model::Entropy;

    use super::LookupKey;
    use crate::DataKey;

    #[test]
    fn a_signed_text_shows_any_change() {
        let entropy = Entropy::system();
        let key = LookupKey::derive(&DataKey::generate(&entropy));
        let token = key.sign("instances of 1", "42");
        assert_eq!(key.verify("instances of 1", &token).as_deref(), Some("42"));
        assert_eq!(key.verify("instances of 2", &token), None);
        assert_eq!(LookupKey::derive(&DataKey::generate(&entropy)).verify("instances of 1", &token), None);
        for index in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert_ne!(key.verify("instances of 1", &altered).as_deref(), Some("43"));
            assert!(altered == token || key.verify("instances of 1", &altered).is_none(), "{index}");
        }
    }

    #[test]
    fn kinds_of_token_are_apart() {
        let key = LookupKey::derive(&DataKey::generate(&Entropy::system()));
        assert_ne!(key.hash("user", "x"), key.hash("instance", "x"));
        assert_eq!(key.hash("user", "x"), key.hash("user", "x"));
    }
}
