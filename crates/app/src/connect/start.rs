//! The page that a person begins at: it ties the attempt to the browser and sends it to the provider.

use keyway_auth::engine::Asking;
use keyway_model::{AttemptStatus, Configuration};
use keyway_store::StoredAttempt;

use super::STATE;
use super::asked::Asked;
use super::attempt::Luggage;
use super::told::{Cookies, Told, hash, name_of, stands};
use crate::credentials::own_client;
use crate::instances::open_values;
use crate::{App, Error, Result, registrations};

/// Sends a browser to the provider. Whoever opens the page first is who goes: a link that is passed on leads nowhere then.
pub async fn start(app: &App, state: &str, cookies: &Cookies) -> Result<Told> {
    let Some(attempt) = by_state(app, state).await? else { return Ok(Told::Unknown) };
    let (browser, now) = (cookies.browser(app, &attempt), app.clock.now());
    let is_known = cookies.began(app, &attempt);
    match attempt.status {
        AttemptStatus::Created => {}
        AttemptStatus::Begun if is_known => {}
        _ if is_known => return stands(app, &attempt).await,
        _ => return Ok(Told::OtherBrowser),
    }
    if attempt.expires_at <= now {
        return Ok(Told::Expired { connector: name_of(app, &attempt) });
    }
    // Before the browser is noted, so that a provider that fails now can be tried again.
    let url = consent_page(app, &attempt).await?;
    let mut tx = app.store.write().await?;
    let may_go = tx.begin_attempt(attempt.id, &hash(app, &browser.secret), now).await?;
    tx.commit().await?;
    Ok(if may_go { Told::Go { url, browser: Some(browser) } } else { Told::OtherBrowser })
}

/// The attempt that a state belongs to. Proof keys of the classical way are hashed as another kind and never found here.
pub(super) async fn by_state(app: &App, state: &str) -> Result<Option<StoredAttempt>> {
    let hash = app.keyring.lookup().hash(STATE, state);
    Ok(app.store.read().await?.attempt_by_state(&hash).await?)
}

/// The provider's page, asked for with what the attempt was begun with: what a provider is told beforehand ages fast.
async fn consent_page(app: &App, attempt: &StoredAttempt) -> Result<String> {
    let luggage = Luggage::open(app, attempt).await?;
    let mut configuration = present(app, attempt).await?;
    configuration.extend(luggage.configuration);
    let client = match attempt.registration {
        Some(id) => registrations::client(app, id).await?,
        None => own_client(&configuration).unwrap_or_default(),
    };
    let listed = app.catalogue.find(attempt.connector.as_str())?;
    let asked = Asked::new(&listed, configuration, client)?;
    let asking = Asking {
        redirect_uri: luggage.redirect_uri,
        state: luggage.state,
        proof: luggage.verifier.is_some(),
        verifier: luggage.verifier,
        nonce: luggage.nonce,
        request_token: luggage.temporary.map(|(token, _)| token),
    };
    Ok(asked.url(app, &asking).await?.url)
}

/// The configuration of the instance that is connected again.
async fn present(app: &App, attempt: &StoredAttempt) -> Result<Configuration> {
    let Some(id) = attempt.instance else { return Ok(Configuration::new()) };
    let found = app.store.read().await?.instance(attempt.organization, id).await?;
    let sealed = found.ok_or_else(|| Error::Refused(format!("instance {id} is gone")))?;
    open_values(app, &sealed.instance, &sealed.values).await
}
