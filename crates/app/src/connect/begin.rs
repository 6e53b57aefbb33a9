//! Beginning an attempt: everything that it is bound to is decided here, before any browser is involved.

use keyway_auth::engine::{Asking, Client};
use keyway_connector::Connector;
use keyway_model::{Caller, Configuration, InstanceId, Secret};
use keyway_store::NewAttempt;
use uuid::Uuid;

use super::asked::Asked;
use super::attempt::Luggage;
use super::wish::Wish;
use super::{FINISH, FINISH_PREFIX, STATE, address};
use crate::catalogue::Listed;
use crate::credentials::own_client;
use crate::instances::{check_overlay, connector_of, load_to_change, open_values};
use crate::registrations::{Lent, check_hosts, lend, lent};
use crate::{App, Error, Result};

/// Seconds that a person has from the first click until the instance is made.
const LIFE: i64 = 1_200;
/// Longest state of a caller, in bytes.
const LONGEST_STATE: usize = 2_000;

/// What an attempt is for.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The instance that is connected again.
    pub instance: Option<InstanceId>,
    /// The name of the registration; the nearest one without a name where absent.
    pub registration: Option<String>,
}

/// An attempt that has begun.
#[derive(Debug)]
pub struct Started {
    /// The page here that the person's browser opens.
    pub url: String,
    /// What allows to finish it; nobody is told again.
    pub secret: Secret,
    /// Its name for callers.
    pub attempt: String,
}

/// Whose client it is.
enum Lender {
    /// The caller's own.
    Own(Client),
    /// A registered one.
    Lent(Box<Lent>),
}

impl Lender {
    fn client(&self) -> Client {
        match self {
            Self::Own(client) => client.clone(),
            Self::Lent(lent) => lent.client.clone(),
        }
    }

    fn context(&self, app: &App, caller: &Caller, connector: &Connector) -> String {
        match self {
            Self::Own(client) => address::of_client(app, client, &connector.key, caller.organization()),
            Self::Lent(lent) => address::of_registration(app, &lent.stored, caller.organization()),
        }
    }

    /// The caller's callback URL, which must be a registered one, letter by letter.
    fn callback_url(&self, asked: Option<&String>) -> Result<Option<String>> {
        let registered = match self {
            Self::Own(_) => &[],
            Self::Lent(lent) => lent.stored.callback_urls.as_slice(),
        };
        match asked {
            Some(url) if !registered.contains(url) => {
                Err(Error::invalid("callbackUrl", "is not one of the registration's callback URLs"))
            }
            other => Ok(other.cloned()),
        }
    }
}

/// Begins an attempt for a caller, who is the one that can finish it.
pub async fn begin(app: &App, caller: &Caller, listed: &Listed, wish: &Wish, choice: &Choice) -> Result<Started> {
    let connector = &listed.connector;
    let mut configuration = match choice.instance {
        Some(id) => present(app, caller, connector, id).await?,
        None => Configuration::new(),
    };
    let mut given = wish.configuration(connector);
    let before = configuration.clone();
    configuration.extend(given.clone());
    let lender = lender(app, caller, connector, (wish, choice), &configuration).await?;
    if let Lender::Lent(lent) = &lender {
        given.extend(lent.configuration.clone());
        configuration.extend(lent.configuration.clone());
    }
    if choice.instance.is_some() {
        check_overlay(connector, &before, &given)?;
    }
    let asked = Asked::new(listed, configuration, lender.client())?;
    if let Lender::Lent(lent) = &lender {
        check_hosts(connector, &asked.method, &asked.configuration, &lent.configuration)?;
    }
    let callback_url = lender.callback_url(wish.callback_url.as_ref())?;
    let caller_state = wish.state.clone().filter(|_| callback_url.is_some());
    if caller_state.as_ref().is_some_and(|state| state.len() > LONGEST_STATE) {
        return Err(Error::invalid("state", format!("must have {LONGEST_STATE} bytes at most")));
    }
    let context = lender.context(app, caller, connector);
    let luggage = Luggage { callback_url, caller_state, configuration: given, ..Luggage::default() };
    let luggage = ask(app, &asked, address::redirect_uri(app, &context), luggage).await?;
    let secret = Secret::new(format!("{FINISH_PREFIX}{}", random(app).expose()));
    let registration = if let Lender::Lent(lent) = &lender { Some(lent.stored.id) } else { None };
    let (uuid, now) = (app.entropy.uuid(), app.clock.now());
    let row = NewAttempt {
        uuid,
        state_hash: &app.keyring.lookup().hash(STATE, &luggage.state),
        finish_hash: Some(&app.keyring.lookup().hash(FINISH, secret.expose())),
        context: &context,
        organization: caller.organization(),
        account: caller.user.account,
        user: caller.user.id,
        connector: &connector.key,
        method: &asked.method.name,
        registration,
        instance: choice.instance,
        sealed: &luggage.seal(app, caller.organization(), uuid).await?,
        created_at: now,
        expires_at: now.plus_seconds(LIFE),
    };
    keep(app, &row).await?;
    Ok(Started { url: address::start_page(app, &luggage.state), secret, attempt: uuid_text(uuid) })
}

async fn keep(app: &App, row: &NewAttempt<'_>) -> Result<()> {
    let mut tx = app.store.write().await?;
    match tx.insert_attempt(row).await {
        // Only a provider that gives the same temporary token twice comes here.
        Err(keyway_store::Error::Conflict) => Err(Error::Conflict("the provider repeats itself; try again".to_owned())),
        done => {
            done?;
            Ok(tx.commit().await?)
        }
    }
}

/// Asks for the consent page once, so that what is wrong shows now and not to the person, and keeps what has to be the same
/// when the browser comes.
async fn ask(app: &App, asked: &Asked, redirect_uri: String, luggage: Luggage) -> Result<Luggage> {
    let state = random(app).expose().clone();
    let asking = Asking { redirect_uri, state, proof: true, ..Asking::default() };
    let begun = asked.url(app, &asking).await?;
    // Providers of OAuth 1.0a send no state back, but the temporary token, which is as unique.
    let state = begun.temporary.as_ref().map_or(asking.state, |(token, _)| token.clone());
    Ok(Luggage {
        state,
        redirect_uri: asking.redirect_uri,
        verifier: begun.verifier,
        nonce: begun.nonce,
        temporary: begun.temporary,
        scope: begun.scope,
        issuer: begun.issuer,
        ..luggage
    })
}

/// The configuration of the instance that is connected again, which the caller may change.
async fn present(app: &App, caller: &Caller, connector: &Connector, id: InstanceId) -> Result<Configuration> {
    let sealed = load_to_change(app, caller, id).await?;
    let own = connector_of(app, &sealed.instance).await?;
    if own.connector.key != connector.key {
        return Err(Error::Refused(format!("instance {id} is not of the element '{}'", connector.key)));
    }
    open_values(app, &sealed.instance, &sealed.values).await
}

/// The client: the one that is given, the one that the instance has, or a registered one.
async fn lender(
    app: &App,
    caller: &Caller,
    connector: &Connector,
    (wish, choice): (&Wish, &Choice),
    configuration: &Configuration,
) -> Result<Lender> {
    if let Some(client) = wish.client() {
        return Ok(Lender::Own(client));
    }
    if choice.registration.is_none() {
        let grant = match choice.instance {
            Some(id) => app.store.read().await?.grant(id).await?,
            None => None,
        };
        if let Some(id) = grant.and_then(|grant| grant.registration) {
            return Ok(Lender::Lent(Box::new(lent(app, id).await?)));
        }
        if let Some(client) = own_client(configuration) {
            return Ok(Lender::Own(client));
        }
    }
    let name = choice.registration.as_deref().unwrap_or_default();
    let found = lend(app, &connector.key, caller.organization(), caller.user.account, name).await?;
    let missing = || {
        Error::Refused(format!(
            "no client is registered for the element '{}'; register one with POST /registrations, or give apiKey and \
             apiSecret",
            connector.key
        ))
    };
    found.map(|lent| Lender::Lent(Box::new(lent))).ok_or_else(missing)
}

/// 256 random bits in hexadecimal digits.
pub(super) fn random(app: &App) -> Secret {
    Secret::new(format!("{}{}", app.entropy.hex_token().expose(), app.entropy.hex_token().expose()))
}

/// An attempt's name for callers.
pub(super) fn uuid_text(uuid: Uuid) -> String {
    uuid.hyphenated().to_string()
}
