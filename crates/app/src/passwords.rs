//! Passwords: argon2id, a few at a time, never on a thread that serves calls.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use keyway_model::{Entropy, Problems, Secret};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Shortest password that is taken, in characters.
const MIN_CHARACTERS: usize = 8;
/// Longest password that is taken, in bytes: hashing must not be a way to keep the server busy.
const MAX_BYTES: usize = 1024;
/// Hashes made at once; each takes 19 MiB.
const SEATS: usize = 2;

/// Hashes and checks passwords.
pub(crate) struct Passwords {
    seats: Arc<Semaphore>,
    entropy: Entropy,
}

impl Passwords {
    pub(crate) fn new(entropy: Entropy) -> Self {
        Self { seats: Arc::new(Semaphore::new(SEATS)), entropy }
    }

    /// Checks the length of a password that somebody chose.
    pub(crate) fn check(password: &Secret) -> Result<(), Problems> {
        let text = password.expose();
        if text.chars().count() < MIN_CHARACTERS || text.len() > MAX_BYTES {
            return Err(Problems::one(
                "password",
                format!("must have {MIN_CHARACTERS} characters or more and {MAX_BYTES} bytes at most"),
            ));
        }
        Ok(())
    }

    /// The hash to keep, in PHC form.
    pub(crate) async fn hash(&self, password: &Secret) -> Result<String> {
        let salt: [u8; 16] = self.entropy.bytes();
        let password = password.clone();
        let made = self
            .seated(move || {
                Argon2::default()
                    .hash_password_with_salt(password.expose().as_bytes(), &salt)
                    .map(|hash| hash.to_string())
            })
            .await?;
        made.map_err(|error| Error::internal(error.to_string()))
    }

    /// Whether a password fits a hash. Without a hash it takes as long and says no, so that names cannot be guessed.
    pub(crate) async fn verify(&self, password: &Secret, hash: Option<String>) -> Result<bool> {
        let Some(hash) = hash else {
            self.hash(password).await?;
            return Ok(false);
        };
        if password.expose().len() > MAX_BYTES {
            return Ok(false);
        }
        let password = password.clone();
        self.seated(move || {
            let fits =
                |hash: PasswordHash| Argon2::default().verify_password(password.expose().as_bytes(), &hash).is_ok();
            PasswordHash::new(&hash).is_ok_and(fits)
        })
        .await
    }

    async fn seated<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _seat = Arc::clone(&self.seats).acquire_owned().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}
