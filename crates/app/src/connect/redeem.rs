//! Finishing: what came back from the provider, for whoever may exchange it.

use std::collections::BTreeMap;

use keyway_auth::engine::{Client, Returned};
use keyway_connector::{Flow, Method};
use keyway_model::{AttemptId, AttemptStatus, Caller, Configuration, InstanceId, RegistrationId, Secret};
use keyway_store::StoredAttempt;
use uuid::Uuid;

use super::attempt::{Arrived, Luggage};
use super::{CODE, FINISH, FINISH_PREFIX, verifier};
use crate::catalogue::Listed;
use crate::credentials::own_client;
use crate::instances::check_overlay;
use crate::{App, Error, Result, registrations};

/// Who brings what back, and for which connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redemption<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) listed: &'a Listed,
    pub(crate) method: &'a Method,
    pub(crate) configuration: &'a Configuration,
    /// `providerData`.
    pub(crate) data: &'a BTreeMap<String, Secret>,
    /// The instance that is connected again.
    pub(crate) instance: Option<InstanceId>,
}

/// What can be exchanged for tokens.
#[derive(Debug)]
pub(crate) struct Redeemed {
    /// The provider's answer.
    pub(crate) returned: Returned,
    /// The client that the person consented to.
    pub(crate) client: Client,
    /// The registration that the client is.
    pub(crate) registration: Option<RegistrationId>,
    /// The attempt, which has to be claimed before anything is exchanged, and its record in the vault's contexts.
    pub(crate) attempt: Option<(AttemptId, Uuid)>,
    /// Configuration entries that the attempt was begun with. They stand over what the caller sends now.
    pub(crate) configuration: Configuration,
}

/// The provider's answer of an attempt that the caller may finish, or the one that the caller brings.
pub(crate) async fn redeem(app: &App, what: Redemption<'_>) -> Result<Redeemed> {
    match what.data.get("secret").filter(|secret| secret.expose().starts_with(FINISH_PREFIX)) {
        Some(secret) => finish(app, what, secret).await,
        None => brought(app, what).await,
    }
}

async fn finish(app: &App, what: Redemption<'_>, secret: &Secret) -> Result<Redeemed> {
    let hash = app.keyring.lookup().hash(FINISH, secret.expose());
    let found = app.store.read().await?.attempt_by_finish(&hash).await?;
    let (organization, user) = (what.caller.organization(), what.caller.user.id);
    let own = found.filter(|attempt| attempt.organization == organization && attempt.user == user);
    let attempt = own.ok_or_else(|| Error::invalid("providerData.secret", "finishes no attempt of yours"))?;
    check_standing(app, &attempt)?;
    check_place(&attempt, what)?;
    let arrived = Arrived::open(app, &attempt).await?.ok_or_else(|| over(&attempt))?;
    let code = what.data.get("code").map(|code| app.keyring.lookup().hash(CODE, code.expose()));
    if code.is_none_or(|hash| hash.as_slice() != arrived.code_hash) {
        let message = "is not the code that the browser of this attempt was given";
        return Err(Error::invalid("providerData.code", message));
    }
    let luggage = Luggage::open(app, &attempt).await?;
    let client = client(app, &attempt, what, &luggage.configuration).await?;
    let returned = Returned {
        parameters: arrived.parameters,
        redirect_uri: luggage.redirect_uri,
        state: luggage.state,
        verifier: luggage.verifier,
        nonce: luggage.nonce,
        token_secret: luggage.temporary.map(|(_, secret)| secret),
        scope: Some(luggage.scope),
    };
    Ok(Redeemed {
        returned,
        client,
        registration: attempt.registration,
        attempt: Some((attempt.id, attempt.uuid)),
        configuration: luggage.configuration,
    })
}

/// An attempt connects what it was begun for, and nothing else.
fn check_place(attempt: &StoredAttempt, what: Redemption<'_>) -> Result<()> {
    let wrong = |message: String| Err(Error::invalid("providerData.secret", message));
    if attempt.connector != what.listed.connector.key {
        return wrong(format!("is of an attempt to connect the element '{}'", attempt.connector));
    }
    if attempt.method != what.method.name {
        return wrong(format!("is of an attempt with authentication.type '{}'", attempt.method));
    }
    match (attempt.instance, what.instance) {
        (begun, now) if begun == now => Ok(()),
        (Some(begun), _) => wrong(format!("is of an attempt to connect instance {begun} again")),
        (None, _) => wrong("is of an attempt to make a new instance".to_owned()),
    }
}

fn check_standing(app: &App, attempt: &StoredAttempt) -> Result<()> {
    match attempt.status {
        status if status.is_over() => Err(over(attempt)),
        _ if attempt.expires_at <= app.clock.now() => {
            Err(Error::Refused("this attempt has expired; begin again".to_owned()))
        }
        // Whether somebody is at it shows when it is begun.
        AttemptStatus::Returned | AttemptStatus::Exchanging => Ok(()),
        _ => Err(Error::Refused("the person has not come back from the provider yet".to_owned())),
    }
}

/// The client that the person consented to. A registered one goes only where it is meant to.
async fn client(
    app: &App,
    attempt: &StoredAttempt,
    what: Redemption<'_>,
    begun_with: &Configuration,
) -> Result<Client> {
    let mut configuration = what.configuration.clone();
    configuration.extend(begun_with.clone());
    if what.instance.is_some() {
        // The instance may have got secrets since the attempt was begun.
        check_overlay(&what.listed.connector, what.configuration, begun_with)?;
    }
    let Some(id) = attempt.registration else { return Ok(own_client(&configuration).unwrap_or_default()) };
    let lent = registrations::lent(app, id).await?;
    registrations::check_hosts(&what.listed.connector, what.method, &configuration, &lent.configuration)?;
    let flow = what.method.grant.as_ref().map(|grant| grant.flow);
    if flow == Some(Flow::ClientCredentials) && lent.stored.account.is_none() {
        // Without a code nothing proves that this person has consented for the customer that the browser named.
        let message =
            "nothing proves whose consent this is: give a client of your own, or register one for the account";
        return Err(Error::Refused(message.to_owned()));
    }
    Ok(lent.client)
}

fn over(attempt: &StoredAttempt) -> Error {
    let outcome = attempt.outcome.as_deref().unwrap_or("it brought nothing");
    Error::Refused(format!("this attempt has ended: {outcome}"))
}

/// The error for who comes second.
pub(crate) fn used() -> Error {
    Error::Refused("this attempt is used already; each is good for one exchange".to_owned())
}

/// What the caller brings, for the client of its own configuration.
async fn brought(app: &App, what: Redemption<'_>) -> Result<Redeemed> {
    let given = |name: &str| what.data.get(name).filter(|value| !value.expose().is_empty());
    let grant = what.method.grant.as_ref();
    let code = grant.and_then(|grant| grant.authorize.as_ref()).map_or("code", |authorize| authorize.code.as_str());
    let is_enough = match grant.map(|grant| grant.flow) {
        Some(Flow::OAuth1) => given("oauth_token").is_some() && given("oauth_verifier").is_some(),
        Some(Flow::ClientCredentials) => !what.data.is_empty(),
        _ => given(code).is_some(),
    };
    if !is_enough {
        let message = "You must provide an OAuth code in order to create an instance of this element";
        return Err(Error::Refused(message.to_owned()));
    }
    let entry = what.configuration.get("oauth.callback.url").filter(|value| !value.expose().is_empty());
    let redirect_uri = entry.or_else(|| given("callbackUrl")).map(|url| url.expose().clone()).unwrap_or_default();
    let client = own_client(what.configuration).unwrap_or_default();
    let key = &what.listed.connector.key;
    // The one that was kept is always sent: no caller can leave the proof out again.
    let kept = verifier::kept(app, what.caller, key, &client.id, &redirect_uri).await?;
    let mut parameters = what.data.clone();
    for own in ["secret", "callbackUrl", "code_verifier"] {
        parameters.remove(own);
    }
    let state = given("state").map(|state| state.expose().clone()).unwrap_or_default();
    let returned = Returned {
        parameters,
        redirect_uri,
        state,
        verifier: kept.or_else(|| given("code_verifier").cloned()),
        nonce: None,
        token_secret: given("secret").cloned(),
        scope: None,
    };
    Ok(Redeemed { returned, client, registration: None, attempt: None, configuration: Configuration::new() })
}
