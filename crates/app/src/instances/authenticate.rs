//! Authenticating: from what a person or program brings to a credential that the provider has taken.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use keyway_auth::engine::{Failure, Granted, Party, Recorded, Source, TokenSet, Tokens};
use keyway_connector::{Flow, Method};
use keyway_model::{AttemptId, AttemptStatus, Caller, Configuration, InstanceId, Secret, Timestamp};
use keyway_store::Tx;
use serde_json::{Value, json};
use uuid::Uuid;

use super::configuration::method_of;
use super::target::Target;
use crate::calls::Redactor;
use crate::catalogue::Listed;
use crate::connect::{self, Redemption};
use crate::credentials::{self, Exchange, Held};
use crate::{App, Error, Result, registrations};

/// What somebody brings from the provider (section 3.2, `providerData`), and whether tokens come from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// `providerData`.
    pub data: BTreeMap<String, Secret>,
    /// `externalAuthentication: initial`.
    pub from_elsewhere: bool,
}

impl Brought {
    /// Whether nothing was brought.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty() && !self.from_elsewhere
    }
}

/// A credential that the provider has taken.
#[derive(Debug)]
pub(crate) struct Authenticated {
    /// The configuration with what the provider's answers set.
    pub(crate) configuration: Configuration,
    /// Tokens and client.
    pub(crate) held: Held,
    /// Whether the provider was asked.
    pub(crate) verified: bool,
    /// The attempt that brought it.
    attempt: Option<AttemptId>,
    /// What was shown to the provider for it, where it can be shown once.
    exchange: Option<Exchange>,
    /// Whether the tokens come from elsewhere, and are others' too.
    imported: bool,
}

impl Authenticated {
    /// Notes in the transaction that keeps it for an instance that it is safe.
    pub(crate) async fn kept(&self, tx: &mut Tx, instance: InstanceId, outcome: &str, now: Timestamp) -> Result<()> {
        if let Some(exchange) = &self.exchange {
            exchange.end(tx).await?;
        }
        if let Some(attempt) = self.attempt {
            tx.end_attempt(attempt, AttemptStatus::Finished, Some(outcome), Some(instance), now).await?;
        }
        Ok(())
    }

    /// Nothing came of it: who tries again finds what was answered where the reason passes; else the tokens are given back. Where an
    /// instance has tokens of the same person they are left: some providers end with one token everything that a person has given
    /// to a client.
    pub(crate) async fn lost(self, app: &App, listed: &Listed, why: &Error, has_others: bool) {
        if let Some(exchange) = &self.exchange
            && exchange.is_taken_over().await
        {
            return;
        }
        let is_kept = why.is_passing() && self.exchange.as_ref().is_some_and(Exchange::is_answered);
        if !is_kept && !self.imported && !has_others && self.held.tokens.is_some() {
            end(app, listed, &self.configuration, &self.held, false).await;
        }
        settle(app, self.exchange, self.attempt, why, why.is_passing()).await;
    }
}

/// Ends what was begun and came to nothing, or lets it go for another try.
async fn settle(app: &App, exchange: Option<Exchange>, attempt: Option<AttemptId>, why: &Error, again: bool) {
    let settled = async {
        let Some(exchange) = &exchange else { return Ok(()) };
        if again {
            return exchange.let_go().await;
        }
        let mut tx = app.store.write().await?;
        exchange.end(&mut tx).await?;
        if let Some(id) = attempt {
            tx.end_attempt(id, AttemptStatus::Failed, Some(&why.to_string()), None, app.clock.now()).await?;
        }
        Ok(tx.commit().await?)
    };
    let settled: Result<()> = settled.await;
    if let Err(error) = settled {
        tracing::error!(%error, "the end of an exchange could not be recorded");
    }
}

/// Entries by which tokens come from elsewhere. They are never kept in the configuration.
pub(crate) const IMPORTED: [&str; 4] =
    ["oauth.user.token", "oauth.user.token.secret", "oauth.user.refresh_token", "oauth.user.refresh_time"];

/// Takes a credential to the provider. `instance` is the one that is authenticated again.
pub(crate) async fn authenticate(
    app: &App,
    caller: &Caller,
    listed: &Listed,
    configuration: Configuration,
    brought: &Brought,
    instance: Option<InstanceId>,
) -> Result<Authenticated> {
    let method = method_of(&listed.connector, &configuration)?.clone();
    let mut work =
        Work { app, caller, listed, method: &method, configuration, attempt: None, exchange: None, imported: None };
    match Box::pin(work.all(brought, instance)).await {
        Ok((held, verified)) => Ok(work.done(held, verified)),
        Err(Nothing::Granted { error, again }) => {
            settle(app, work.exchange, work.attempt, &error, again).await;
            Err(error)
        }
        Err(Nothing::Proven { held, error }) => {
            work.done(*held, false).lost(app, listed, &error, instance.is_some()).await;
            Err(error)
        }
    }
}

struct Work<'a> {
    app: &'a App,
    caller: &'a Caller,
    listed: &'a Listed,
    method: &'a Method,
    configuration: Configuration,
    attempt: Option<AttemptId>,
    exchange: Option<Exchange>,
    imported: Option<Tokens>,
}

/// Why there is no credential.
enum Nothing {
    /// The provider granted none.
    Granted {
        error: Error,
        /// Whether trying again may help.
        again: bool,
    },
    /// It granted one that is of no use.
    Proven { held: Box<Held>, error: Error },
}

impl<E: Into<Error>> From<E> for Nothing {
    fn from(error: E) -> Self {
        let error = error.into();
        Self::Granted { again: error.is_passing(), error }
    }
}

impl Work<'_> {
    async fn all(
        &mut self,
        brought: &Brought,
        instance: Option<InstanceId>,
    ) -> std::result::Result<(Held, bool), Nothing> {
        let (mut held, granted) = if self.method.grant.is_some() {
            let (held, granted) = Box::pin(self.grant(brought, instance)).await?;
            (held, Some(granted))
        } else {
            let client = credentials::own_client(&self.configuration).unwrap_or_default();
            (Held { client, ..Held::default() }, None)
        };
        for key in IMPORTED {
            self.configuration.remove(key);
        }
        match self.prove(&mut held, granted.as_ref()).await {
            Ok(verified) => {
                self.app.fault("exchange.proven");
                Ok((held, verified))
            }
            Err(error) => Err(Nothing::Proven { held: Box::new(held), error }),
        }
    }

    fn done(self, held: Held, verified: bool) -> Authenticated {
        let Self { configuration, attempt, exchange, imported, .. } = self;
        Authenticated { configuration, held, verified, attempt, exchange, imported: imported.is_some() }
    }

    /// Gets tokens by whatever was brought.
    async fn grant(
        &mut self,
        brought: &Brought,
        instance: Option<InstanceId>,
    ) -> std::result::Result<(Held, Granted), Nothing> {
        if let Some(tokens) = self.tokens_from_elsewhere(brought) {
            return self.import(tokens).await;
        }
        if let Some(code) = brought.data.get("deviceCode").or_else(|| brought.data.get("device_code")) {
            let held = self.machine_client().await?;
            let recorded = self.begin(&held, &json!({ "device": code.expose() })).await?;
            return self.obtain(held, Source::Device(code), recorded).await;
        }
        if self.method.asks_a_person() {
            let what = Redemption {
                caller: self.caller,
                listed: self.listed,
                method: self.method,
                configuration: &self.configuration,
                data: &brought.data,
                instance,
            };
            let redeemed = connect::redeem(self.app, what).await?;
            self.configuration.extend(redeemed.configuration);
            let held = Held { client: redeemed.client, registration: redeemed.registration, ..Held::default() };
            let recorded = if let Some((id, uuid)) = redeemed.attempt {
                self.begin_attempt(id, uuid).await?
            } else {
                let returned = &redeemed.returned;
                let given: Vec<_> = returned.parameters.iter().map(|(name, value)| (name, value.expose())).collect();
                self.begin(&held, &json!({ "to": returned.redirect_uri, "given": given })).await?
            };
            return self.obtain(held, Source::Person(&redeemed.returned), recorded).await;
        }
        let held = self.machine_client().await?;
        self.obtain(held, Source::Machine, Recorded::default()).await
    }

    /// Begins to exchange what an attempt brought.
    async fn begin_attempt(&mut self, id: AttemptId, uuid: Uuid) -> Result<Recorded> {
        let organization = self.caller.organization();
        let begun = Exchange::begin(self.app, organization, &format!("attempt {uuid}"), Some(id)).await?;
        let (exchange, recorded) = begun.ok_or_else(connect::used)?;
        (self.exchange, self.attempt) = (Some(exchange), Some(id));
        Ok(recorded)
    }

    /// Begins to exchange what a caller brought.
    async fn begin(&mut self, held: &Held, shown: &Value) -> Result<Recorded> {
        let (organization, user) = (self.caller.organization(), self.caller.user.id);
        let key = &self.listed.connector.key;
        let shown = json!([organization.0, user.0, key.as_str(), self.method.name, held.client.id, shown]).to_string();
        let begun = Exchange::begin(self.app, organization, &shown, None).await?;
        let busy = || Error::Conflict("another request exchanges the same at this moment; try again".to_owned());
        let (exchange, recorded) = begun.ok_or_else(busy)?;
        self.exchange = Some(exchange);
        Ok(recorded)
    }

    /// Tokens that were got elsewhere.
    fn tokens_from_elsewhere(&self, brought: &Brought) -> Option<Tokens> {
        let given = |key: &str| self.configuration.get(key).filter(|value| !value.expose().is_empty());
        let data = |name: &str| brought.data.get(name).filter(|_| !brought.data.contains_key("code"));
        let access = given(IMPORTED[0]).or_else(|| data("access_token"));
        let refresh = given(IMPORTED[2]).or_else(|| data("refresh_token"));
        if access.is_none() && refresh.is_none() {
            return None;
        }
        let mut set = TokenSet::of(access.cloned().unwrap_or_else(|| Secret::from("")));
        set.refresh = refresh.cloned();
        set.secret = given(IMPORTED[1]).cloned();
        let life = data("expires_in").and_then(|text| text.expose().trim().parse::<i64>().ok());
        set.expires_at = life.map(|seconds| self.app.clock.now().plus_seconds(seconds));
        Some(Tokens::one(set))
    }

    /// Takes tokens from elsewhere: one that is missing or has ended is renewed before it is proven.
    async fn import(&mut self, tokens: Tokens) -> std::result::Result<(Held, Granted), Nothing> {
        let held = self.machine_client().await?;
        self.imported = Some(tokens.clone());
        let now = self.app.clock.now();
        let usable = tokens
            .main()
            .is_some_and(|set| !set.access.expose().is_empty() && set.expires_at.is_none_or(|end| end > now));
        if usable || !tokens.can_renew() {
            let granted = Granted::of(tokens.clone());
            return Ok((Held { tokens: Some(tokens), ..held }, granted));
        }
        let refresh = tokens.main().and_then(|set| set.refresh.as_ref()).map(Secret::expose);
        let recorded = self.begin(&held, &json!({ "refresh": refresh })).await?;
        let (held, granted) = self.obtain(held, Source::Renewal(&tokens), recorded).await?;
        let mut all = tokens;
        all.0.extend(granted.tokens.0.clone());
        Ok((Held { tokens: Some(all), ..held }, granted))
    }

    /// The client that the configuration names, or the nearest registered one.
    async fn machine_client(&mut self) -> Result<Held> {
        if let Some(client) = credentials::own_client(&self.configuration) {
            return Ok(Held { client, ..Held::default() });
        }
        // Whoever describes a request decides what it shows, and to whom.
        if self.method.grant.as_ref().is_some_and(|grant| grant.described.is_some()) {
            return Ok(Held::default());
        }
        let organization = self.caller.organization();
        let connector = &self.listed.connector;
        let account = self.caller.user.account;
        let Some(lent) = registrations::lend(self.app, &connector.key, organization, account, "").await? else {
            return Ok(Held::default());
        };
        self.configuration.extend(lent.configuration.clone());
        registrations::check_hosts(connector, self.method, &self.configuration, &lent.configuration)?;
        Ok(Held { client: lent.client, registration: Some(lent.stored.id), ..Held::default() })
    }

    async fn obtain(
        &mut self,
        held: Held,
        source: Source<'_>,
        recorded: Recorded,
    ) -> std::result::Result<(Held, Granted), Nothing> {
        let connector = &self.listed.connector;
        let needs_client =
            !matches!(self.method.grant.as_ref().map(|grant| grant.flow), Some(Flow::Login | Flow::JwtBearer) | None);
        if needs_client
            && held.client.id.is_empty()
            && self.method.credential_keys().is_empty()
            && !self.has_own_client()
        {
            let message = "Missing required configuration: oauth.api.key, oauth.api.secret".to_owned();
            return Err(Error::Refused(message).into());
        }
        let target = Target::prepare(connector, &self.configuration, &held)?;
        let party = Party {
            connector,
            method: self.method,
            settings: &target.complete,
            base: &target.base,
            client: &held.client,
        };
        let engine = self.app.engine();
        let exchange = self.exchange.as_ref();
        let keep = |text: Secret| -> BoxFuture<'_, ()> {
            match exchange {
                Some(exchange) => exchange.keep(text).boxed(),
                // What needs nobody can be asked for again.
                None => async {}.boxed(),
            }
        };
        let granted = match engine.obtain(party, source, recorded, &keep).await {
            Ok(granted) => granted,
            // An answer that cannot be used will not be of use later, whatever status callers see.
            Err(failure) => {
                return Err(Nothing::Granted { again: failure.is_passing(), error: self.refused(failure, &held) });
            }
        };
        self.configuration.extend(granted.captured.clone());
        let held = Held { tokens: Some(granted.tokens.clone()), asked: granted.asked.clone(), ..held };
        Ok((held, granted))
    }

    /// Whether the definition says itself who the client is, in the texts of its requests.
    fn has_own_client(&self) -> bool {
        self.method.grant.iter().flat_map(|grant| &grant.token).any(|step| {
            step.send == keyway_connector::Send::Nothing || step.client == keyway_connector::ClientAuthentication::None
        })
    }

    fn refused(&self, failure: Failure, held: &Held) -> Error {
        let redactor = Redactor::of_held(&self.listed.connector, &self.configuration, held);
        credentials::refused(&self.listed.connector, failure, &redactor)
    }

    /// Checks what was granted, makes the definition's requests, asks whether the credential is taken and whose it is.
    async fn prove(&mut self, held: &mut Held, granted: Option<&Granted>) -> Result<bool> {
        let missing = held.missing_scopes(self.method);
        if granted.is_some() && !missing.is_empty() {
            return Err(Error::Refused(format!("the provider did not grant what is needed: {}", missing.join(", "))));
        }
        let connector = &self.listed.connector;
        if !self.method.on_connect.is_empty() {
            let target = Target::prepare(connector, &self.configuration, held)?;
            let party = self.party(&target, held);
            let run = self.app.engine();
            let run = run.run(party, &self.method.on_connect, &target.authorizer, held.tokens.as_ref()).await;
            let captured = run.map_err(|failure| self.refused(failure, held))?;
            self.configuration.extend(captured);
        }
        let target = Target::prepare(connector, &self.configuration, held)?;
        let redactor = Redactor::of_held(connector, &self.configuration, held);
        let verified = target.verify(self.app, connector, &redactor).await?;
        let engine = self.app.engine();
        let subject = engine.subject(self.party(&target, held), &target.authorizer, granted).await;
        held.subject = subject.map_err(|failure| self.refused(failure, held))?;
        Ok(verified || granted.is_some_and(|_| self.imported.is_none()))
    }

    fn party<'a>(&'a self, target: &'a Target, held: &'a Held) -> Party<'a> {
        Party {
            connector: &self.listed.connector,
            method: self.method,
            settings: &target.complete,
            base: &target.base,
            client: &held.client,
        }
    }
}

/// Gives tokens back at the provider, with what ends there together with an instance; what became of it, in words.
pub(crate) async fn end(
    app: &App,
    listed: &Listed,
    configuration: &Configuration,
    held: &Held,
    with_instance: bool,
) -> &'static str {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);
    let given = async {
        let connector = &listed.connector;
        let method = method_of(connector, configuration)?;
        let target = Target::prepare(connector, configuration, held)?;
        let client = &held.client;
        let party = Party { connector, method, settings: &target.complete, base: &target.base, client };
        let redactor = Redactor::of_held(connector, configuration, held);
        let failed = |failure| credentials::refused(connector, failure, &redactor);
        let engine = app.engine();
        if with_instance && !method.on_delete.is_empty() {
            let run = engine.run(party, &method.on_delete, &target.authorizer, held.tokens.as_ref()).await;
            run.map_err(failed)?;
        }
        match &held.tokens {
            Some(tokens) => engine.revoke(party, tokens).await.map_err(failed),
            None => Ok(keyway_auth::engine::Revocation::Unsupported),
        }
    };
    match tokio::time::timeout(PATIENCE, given).await {
        Ok(Ok(keyway_auth::engine::Revocation::Revoked)) => "revoked",
        Ok(Ok(keyway_auth::engine::Revocation::Unsupported)) => "unsupported",
        Ok(Err(error)) => {
            let error: Error = error;
            tracing::warn!(connector.key = %listed.connector.key, %error, "tokens could not be given back");
            "failed"
        }
        Err(_) => "failed",
    }
}

/// Whether a configuration entry comes from callers: what only answers set is not taken.
pub(crate) fn is_callers(listed: &Listed, key: &str) -> bool {
    listed.connector.field(key).is_none_or(|field| !field.internal)
}

/// `providerData` as texts.
pub fn brought(data: Option<&serde_json::Map<String, Value>>, from_elsewhere: bool) -> Brought {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(Secret::from(text.as_str())),
        other => Some(Secret::new(other.to_string())),
    };
    let data = data.into_iter().flatten();
    let data = data.filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect();
    Brought { data, from_elsewhere }
}
