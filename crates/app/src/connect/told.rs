//! What a browser is told on its way, and by which cookie it is known again.

use std::collections::BTreeMap;

use keyway_model::{AttemptStatus, Secret};
use keyway_store::StoredAttempt;

use super::BROWSER;
use super::begin::random;
use crate::{App, Result};

/// Seconds that a browser is known.
const LIFE: i64 = 600;
/// Digits of an attempt's id in the name of its cookie: each attempt has its own, whatever goes on in other tabs.
const DIGITS: usize = 16;

/// What a browser is told.
#[derive(Debug)]
pub enum Told {
    /// It goes on to another URL.
    Go {
        /// Where.
        url: String,
        /// How it is known when it comes back.
        browser: Option<Browser>,
    },
    /// The person takes a code back to where the attempt was begun.
    Code {
        /// The connector's name.
        connector: String,
        /// The code, which is shown once.
        code: Secret,
    },
    /// There is no such attempt.
    Unknown,
    /// The attempt has taken too long.
    Expired {
        /// The connector's name.
        connector: String,
    },
    /// This is not the browser that began it.
    OtherBrowser,
    /// The answer came to the address of another connection.
    OtherAddress,
    /// How the attempt stands.
    Stands {
        /// The connector's name.
        connector: String,
        /// How far it has come.
        status: AttemptStatus,
        /// What came of it.
        outcome: Option<String>,
    },
}

/// How a browser is known when it comes back.
#[derive(Debug)]
pub struct Browser {
    /// Name of the cookie.
    pub name: String,
    /// Its value.
    pub secret: Secret,
    /// Seconds that it is kept.
    pub seconds: i64,
}

/// The cookies that a browser shows, by name.
#[derive(Debug, Default)]
pub struct Cookies(BTreeMap<String, Secret>);

impl FromIterator<(String, Secret)> for Cookies {
    fn from_iter<I: IntoIterator<Item = (String, Secret)>>(cookies: I) -> Self {
        Self(cookies.into_iter().collect())
    }
}

impl Cookies {
    /// The browser as an attempt knows it, or a new one.
    pub(super) fn browser(&self, app: &App, attempt: &StoredAttempt) -> Browser {
        let name = cookie(attempt);
        let secret = self.0.get(&name).cloned().unwrap_or_else(|| random(app));
        Browser { name, secret, seconds: LIFE }
    }

    /// Whether this is the browser that an attempt was begun in.
    pub(super) fn began(&self, app: &App, attempt: &StoredAttempt) -> bool {
        let shown = self.0.get(&cookie(attempt));
        shown.is_some_and(|secret| attempt.browser_hash.as_deref() == Some(hash(app, secret).as_slice()))
    }
}

/// The keyed hash of a browser's secret.
pub(super) fn hash(app: &App, secret: &Secret) -> [u8; 32] {
    app.keyring.lookup().hash(BROWSER, secret.expose())
}

fn cookie(attempt: &StoredAttempt) -> String {
    let id = attempt.uuid.simple().to_string();
    format!("keyway_{}", id.get(..DIGITS).unwrap_or(&id))
}

/// How an attempt stands by now, for the browser that began it.
pub(super) async fn stands(app: &App, attempt: &StoredAttempt) -> Result<Told> {
    let newest = app.store.read().await?.attempt_by_uuid(attempt.uuid).await?;
    Ok(match newest {
        Some(newest) if !newest.status.is_over() && newest.expires_at <= app.clock.now() => {
            Told::Expired { connector: name_of(app, &newest) }
        }
        Some(newest) => {
            Told::Stands { connector: name_of(app, &newest), status: newest.status, outcome: newest.outcome }
        }
        None => Told::Unknown,
    })
}

/// The name of what is connected.
pub(super) fn name_of(app: &App, attempt: &StoredAttempt) -> String {
    let listed = app.catalogue.by_key(&attempt.connector);
    listed.map_or_else(|| attempt.connector.as_str().to_owned(), |listed| listed.connector.name.clone())
}
