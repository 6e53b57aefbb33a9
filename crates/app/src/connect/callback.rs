//! Taking a person back: the provider's answer is checked against what was asked and put aside, sealed. Nothing is exchanged
//! here, because the browser alone does not say who is finishing.

use std::collections::BTreeMap;

use keyway_model::{AttemptStatus, Secret, plain_text};
use keyway_store::StoredAttempt;

use super::attempt::{Arrived, Luggage};
use super::begin::random;
use super::start::by_state;
use super::told::{Cookies, Told, name_of, stands};
use super::{CODE, address};
use crate::{App, Result};

/// Longest text of a provider, in characters.
const LONGEST: usize = 300;

/// Takes a browser back from the provider. `context` is what the path says after `/oauth/callback/`.
pub async fn callback(
    app: &App,
    context: Option<&str>,
    cookies: &Cookies,
    parameters: BTreeMap<String, Secret>,
) -> Result<Told> {
    let state = ["state", "oauth_token", "denied"].into_iter().find_map(|name| parameters.get(name));
    let Some(state) = state else { return Ok(Told::Unknown) };
    let Some(attempt) = by_state(app, state.expose()).await? else { return Ok(Told::Unknown) };
    // First of all: whoever else comes here, with whatever, changes nothing and learns nothing.
    if !cookies.began(app, &attempt) {
        return Ok(Told::OtherBrowser);
    }
    if attempt.status != AttemptStatus::Begun || attempt.expires_at <= app.clock.now() {
        return stands(app, &attempt).await;
    }
    let luggage = Luggage::open(app, &attempt).await?;
    let here = context.map_or_else(|| address::shared(app), |context| address::own(app, context));
    if here != luggage.redirect_uri {
        let outcome = "the answer came to the address of another connection";
        end(app, &attempt, AttemptStatus::Failed, outcome).await?;
        return Ok(Told::OtherAddress);
    }
    if let Some((status, outcome)) = refusal(&parameters, &luggage) {
        end(app, &attempt, status, &outcome).await?;
        let code = if status == AttemptStatus::Denied { "access_denied" } else { "server_error" };
        return match go(&luggage, ("error", code)) {
            Some(told) => Ok(told),
            None => stands(app, &attempt).await,
        };
    }
    arrive(app, &attempt, &luggage, parameters).await
}

/// Puts the answer aside and gives the browser the code that whoever finishes has to show.
async fn arrive(
    app: &App,
    attempt: &StoredAttempt,
    luggage: &Luggage,
    parameters: BTreeMap<String, Secret>,
) -> Result<Told> {
    let code = random(app);
    let code_hash = app.keyring.lookup().hash(CODE, code.expose()).to_vec();
    let sealed = Arrived { parameters, code_hash }.seal(app, attempt).await?;
    let mut tx = app.store.write().await?;
    let was_waited_for = tx.return_attempt(attempt.id, &sealed, None, app.clock.now()).await?;
    tx.commit().await?;
    if !was_waited_for {
        return stands(app, attempt).await;
    }
    let told = go(luggage, ("code", code.expose()));
    Ok(told.unwrap_or_else(|| Told::Code { connector: name_of(app, attempt), code }))
}

/// Sends the browser to where the caller wants it, if the caller said so.
fn go(luggage: &Luggage, answer: (&str, &str)) -> Option<Told> {
    let url = luggage.callback_url.as_deref()?;
    let state = luggage.caller_state.as_deref().map(|state| ("state", state));
    let parameters: Vec<(&str, &str)> = std::iter::once(answer).chain(state).collect();
    Some(Told::Go { url: address::with(url, &parameters), browser: None })
}

/// Why there is nothing to exchange. What another server says is not repeated (RFC 9207 section 2.4).
fn refusal(parameters: &BTreeMap<String, Secret>, luggage: &Luggage) -> Option<(AttemptStatus, String)> {
    let text = |name: &str| parameters.get(name).map(|value| value.expose().as_str());
    if luggage.issuer.is_some() && text("iss") != luggage.issuer.as_deref() {
        let outcome = "the answer does not come from the authorization server that was asked";
        return Some((AttemptStatus::Failed, outcome.to_owned()));
    }
    if parameters.contains_key("denied") {
        return Some((AttemptStatus::Denied, "access was denied".to_owned()));
    }
    let error = text("error").filter(|error| !error.is_empty())?;
    let words: String = [Some(error), text("error_description")].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let words: String = plain_text(&words).chars().take(LONGEST).collect();
    Some(match error {
        "access_denied" => (AttemptStatus::Denied, format!("access was denied; the provider says: {words}")),
        _ => (AttemptStatus::Failed, format!("the provider says: {words}")),
    })
}

async fn end(app: &App, attempt: &StoredAttempt, status: AttemptStatus, outcome: &str) -> Result<()> {
    let mut tx = app.store.write().await?;
    tx.end_attempt(attempt.id, status, Some(outcome), None, app.clock.now()).await?;
    Ok(tx.commit().await?)
}
