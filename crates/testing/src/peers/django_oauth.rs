//! `django-oauth-toolkit`: an authorization server of another make, with an API that pages.

use serde_json::Value;

use super::{Registered, python};
use crate::{Counterpart, Page};

/// An authorization server: `/o/authorize/`, `/o/token/`, `/o/revoke_token/`, `/o/introspect/`.
///
/// The persons are `ada` and `grace`, both with the password `pass: word`. A refresh ends the older access token at
/// once. The scopes are `read` and `write`. `GET /api/me/` tells `user`, `client` and `scope`; `GET /api/notes/` lists
/// 25 notes in pages (`page`, `page_size`; `count`, `next`, `results`), and `POST /api/notes/` takes a `title`.
#[derive(Debug)]
pub struct DjangoOauth {
    server: Counterpart,
}

impl DjangoOauth {
    /// A client of the code flow; id and secret are full of characters that need to be encoded, one beyond ASCII.
    pub const CONFIDENTIAL: Registered = Registered { id: "client+1:a/é", secret: "s3cret: +/é&%20" };
    /// A client of the code flow without a secret.
    pub const PUBLIC: Registered = Registered { id: "public-client", secret: "" };
    /// A client that speaks for itself alone.
    pub const MACHINE: Registered = Registered { id: "machine-client", secret: "machine secret" };
    /// The password of every person.
    pub const PASSWORD: &str = "pass: word";

    /// Starts a server. The options are `redirect_uris`, `access_token_seconds`, `refresh_token_seconds`, `rotate`
    /// (whether a refresh brings a new refresh token: yes), `grace_seconds` (how long the old one still works: 0),
    /// `reuse_protection` (whether using an old one ends the grant: no), and `pkce` (whether it is required: yes).
    pub fn start(options: &Value) -> Self {
        Self { server: python("dot.py", &[options.to_string()]) }
    }

    /// The root of all addresses.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Signs a person in on the login page.
    pub async fn sign_in(page: &Page, name: &str) {
        page.fill("#id_username", name).await;
        page.fill("#id_password", Self::PASSWORD).await;
        page.click("button[type=submit]").await;
    }

    /// Says yes on the page that asks for consent.
    pub async fn allow(page: &Page) {
        page.click("#authorizationForm input[name=allow]").await;
    }

    /// Says no on the page that asks for consent.
    pub async fn deny(page: &Page) {
        page.click("#authorizationForm input[type=submit]:not([name])").await;
    }
}
