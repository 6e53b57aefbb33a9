//! Authlib's OAuth 1.0a provider.

use super::{Registered, python};
use crate::{Counterpart, Page};

/// A provider that speaks OAuth 1.0a: `POST /oauth/request-token`, `/oauth/authorize`, `POST /oauth/access-token`.
///
/// It takes HMAC-SHA1, HMAC-SHA256 and PLAINTEXT, and refuses a nonce that it has seen. `/api/me` takes GET, POST, PUT
/// and DELETE and tells `user`, `method` and `query`; `POST /api/revoke` ends the token that signs it.
#[derive(Debug)]
pub struct OauthOne {
    server: Counterpart,
}

impl OauthOne {
    /// The only client; key and secret are full of characters that need to be encoded.
    pub const CLIENT: Registered = Registered { id: "consumer key/1", secret: "consumer secret&+%20é" };

    /// Starts a provider. There is no list of callbacks: every URL is taken.
    pub fn start() -> Self {
        Self { server: python("oauth1.py", &[]) }
    }

    /// The root of all addresses.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Says who one is, and yes, on the page that asks.
    pub async fn allow(page: &Page, name: &str) {
        page.fill("input[name=user]", name).await;
        page.click("button[value=allow]").await;
    }

    /// Says no on the page that asks.
    pub async fn deny(page: &Page) {
        page.click("button[value=deny]").await;
    }
}
