//! Cookies of the pages that a browser passes on its way to a provider and back; nothing else of this server knows any.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderValue, header};
use keyway_app::App;
use keyway_app::connect::{Browser, Cookies};
use keyway_model::Secret;

use crate::error::ApiError;

/// The cookies that a browser shows.
#[derive(Debug)]
pub(crate) struct ShownCookies(pub(crate) Cookies);

impl<S: Send + Sync> FromRequestParts<S> for ShownCookies {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let lines = parts.headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        Ok(Self(pairs.map(|(name, value)| (name.to_owned(), Secret::from(value))).collect()))
    }
}

/// What a browser keeps. `Lax` lets it come along when the provider sends the browser back, and with nothing that another
/// site does by itself.
pub(crate) fn set_cookie(app: &App, browser: &Browser) -> Option<HeaderValue> {
    let url = app.settings.public_url();
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let separator = if path.is_empty() { "" } else { "/" };
    let secure = if url.starts_with("https:") { "; Secure" } else { "" };
    let text = format!(
        "{}={}; Path={separator}{path}/oauth; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        browser.name,
        browser.secret.expose(),
        browser.seconds
    );
    HeaderValue::try_from(text).ok()
}
