//! The dialect's own way (section 2.2): the caller brings its client, gets a URL, and sends the person there itself.

use keyway_auth::engine::Asking;
use keyway_connector::Flow;
use keyway_model::{Caller, Secret};

use super::asked::Asked;
use super::wish::Wish;
use super::{is_callback, verifier};
use crate::catalogue::Listed;
use crate::{App, Error, Result};

/// The URL of a connector's consent page. For a caller who is known, a proof key is kept until the code is redeemed.
pub async fn url(app: &App, caller: Option<&Caller>, listed: &Listed, wish: &Wish) -> Result<String> {
    let (asked, mut asking) = asked(listed, wish)?;
    if asked.flow() == Flow::OAuth1 && asking.request_token.is_none() {
        let message = "is required: GET /elements/{keyOrId}/oauth/token gives one";
        return Err(Error::invalid("requestToken", message));
    }
    if let Some(caller) = caller.filter(|_| asked.takes_proof()) {
        asking.proof = true;
        asking.verifier = Some(verifier::keep(app, caller, &asked, &asking.redirect_uri).await?);
    }
    Ok(asked.url(app, &asking).await?.url)
}

/// Temporary credentials of a connector that speaks OAuth 1.0a: token and secret.
pub async fn request_token(app: &App, listed: &Listed, wish: &Wish) -> Result<(String, Secret)> {
    let (asked, asking) = asked(listed, wish)?;
    asked.temporary(app, &asking).await
}

fn asked(listed: &Listed, wish: &Wish) -> Result<(Asked, Asking)> {
    let configuration = wish.configuration(&listed.connector);
    let asked = Asked::new(listed, configuration, wish.client().unwrap_or_default())?;
    if asked.client.id.is_empty() {
        return Err(Error::invalid("apiKey", "is required"));
    }
    let callback = wish.callback_url.clone().ok_or_else(|| Error::invalid("callbackUrl", "is required"))?;
    if !is_callback(&callback) {
        return Err(Error::invalid(
            "callbackUrl",
            "must be an absolute http or https URL without user name and fragment",
        ));
    }
    let asking = Asking {
        redirect_uri: callback,
        state: wish.state.clone().unwrap_or_else(|| listed.connector.key.as_str().to_owned()),
        request_token: wish.request_token.clone().filter(|token| !token.is_empty()),
        ..Asking::default()
    };
    Ok((asked, asking))
}
