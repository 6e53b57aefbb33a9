//! Randomness, handed in like time: secrets, uuids and request ids come from here.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::{Secret, Timestamp};

/// Where random bytes come from: the operating system's generator through aws-lc.
#[derive(Clone)]
pub struct Entropy(Arc<Source>);

struct Source {
    random: SystemRandom,
    process: [u8; 5],
    counter: AtomicU32,
}

impl Entropy {
    /// Opens the operating system's generator.
    ///
    /// # Panics
    /// When the operating system cannot give random bytes; nothing is safe then.
    pub fn system() -> Self {
        let random = SystemRandom::new();
        let mut process = [0; 5];
        fill(&random, &mut process);
        Self(Arc::new(Source { random, process, counter: AtomicU32::new(0) }))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        fill(&self.0.random, &mut bytes);
        bytes
    }

    /// A random UUID, version 4.
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// 32 random bytes in standard base64: the form of user secrets and instance tokens (44 characters).
    pub fn base64_token(&self) -> Secret {
        Secret::new(STANDARD.encode(self.bytes::<32>()))
    }

    /// 16 random bytes in lower-case hex: the form of organization secrets (32 characters).
    pub fn hex_token(&self) -> Secret {
        Secret::new(hex(&self.bytes::<16>()))
    }

    /// A new request id. Unique, not secret: time, a number of this process and a counter, as in an object id.
    pub fn request_id(&self, now: Timestamp) -> RequestId {
        let seconds = u32::try_from(now.as_millis().div_euclid(1000) & 0xffff_ffff).unwrap_or_default();
        let count = self.0.counter.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&seconds.to_be_bytes());
        bytes[4..9].copy_from_slice(&self.0.process);
        bytes[9..].copy_from_slice(&count.to_be_bytes()[1..]);
        RequestId::from_bytes(bytes)
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

fn fill(random: &SystemRandom, bytes: &mut [u8]) {
    random.fill(bytes).expect("the operating system gives random bytes");
}

/// The 24 hexadecimal digits that name one request in headers, errors and the log.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; 24]);

impl RequestId {
    fn from_bytes(bytes: [u8; 12]) -> Self {
        let mut text = [0; 24];
        for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        Self(text)
    }

    /// Reads an id, in either case; `None` for what cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 24] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_hexdigit).then(|| Self(bytes.map(|byte| byte.to_ascii_lowercase())))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from(DIGITS[usize::from(d)])).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Entropy, RequestId};
    use crate::Timestamp;

    #[test]
    fn request_ids_are_24_hex_digits_and_unique() {
        let entropy = Entropy::system();
        let ids: HashSet<_> =
            (0..1000).map(|_| entropy.request_id(Timestamp::from_millis(1_700_000_000_000))).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.as_str().bytes().all(|b| b.is_ascii_hexdigit())));
        assert!(ids.iter().all(|id| id.as_str().starts_with("6553f100")));
    }

    #[test]
    fn a_request_id_reads_what_it_prints() {
        let id = Entropy::system().request_id(Timestamp::from_millis(1_700_000_000_000));
        assert_eq!(RequestId::parse(id.as_str()), Some(id));
        assert_eq!(RequestId::parse(&id.as_str().to_uppercase()), Some(id));
        for bad in ["", "6553f100", "6553f100000000000000000g", "6553f1000000000000000000 ", "é53f1000000000000000000"]
        {
            assert_eq!(RequestId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn tokens_have_the_documented_lengths() {
        let entropy = Entropy::system();
        assert_eq!(entropy.base64_token().expose().len(), 44);
        assert_eq!(entropy.hex_token().expose().len(), 32);
    }
}
