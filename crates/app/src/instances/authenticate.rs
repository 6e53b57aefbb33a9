//! Authenticating: from what a person or program brings to a credential that the provider has taken.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use keyway_auth::engine::{Failure, Granted, Party, Recorded, Source, TokenSet, Tokens};
use keyway_connector::{Flow, Method};
use keyway_model::{AttemptId, Caller, Configuration, InstanceId, Secret};
use serde_json::Value;

use super::configuration::method_of;
use super::target::Target;
use crate::calls::Redactor;
use crate::catalogue::Listed;
use crate::connect::{self, Redemption};
use crate::credentials::{self, Held};
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
    pub(crate) attempt: Option<AttemptId>,
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
    let mut work = Work { app, caller, listed, method: &method, configuration, attempt: None, imported: None };
    let outcome = Box::pin(work.all(brought, instance)).await;
    if let Err(error) = &outcome {
        connect::ended(app, work.attempt, &error.to_string(), false, instance).await;
    }
    outcome
}

struct Work<'a> {
    app: &'a App,
    caller: &'a Caller,
    listed: &'a Listed,
    method: &'a Method,
    configuration: Configuration,
    attempt: Option<AttemptId>,
    imported: Option<Tokens>,
}

impl Work<'_> {
    async fn all(&mut self, brought: &Brought, instance: Option<InstanceId>) -> Result<Authenticated> {
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
            Ok(verified) => Ok(Authenticated {
                configuration: std::mem::take(&mut self.configuration),
                held,
                verified,
                attempt: self.attempt,
            }),
            Err(error) => {
                // Tokens that nobody keeps are given back; those from elsewhere belong to others. Where an instance keeps its own,
                // they are left: some providers end with one token everything that the same person has given to the client.
                if self.imported.is_none() && granted.is_some() && instance.is_none() {
                    give_back(self.app, self.listed, &self.configuration, &held).await;
                }
                Err(error)
            }
        }
    }

    /// Gets tokens by whatever was brought.
    async fn grant(&mut self, brought: &Brought, instance: Option<InstanceId>) -> Result<(Held, Granted)> {
        if let Some(tokens) = self.tokens_from_elsewhere(brought) {
            return self.import(tokens).await;
        }
        if let Some(code) = brought.data.get("deviceCode").or_else(|| brought.data.get("device_code")) {
            let held = self.machine_client().await?;
            return self.obtain(held, Source::Device(code)).await;
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
            self.attempt = redeemed.attempt;
            self.configuration.extend(redeemed.configuration);
            let held = Held { client: redeemed.client, registration: redeemed.registration, ..Held::default() };
            return self.obtain(held, Source::Person(&redeemed.returned)).await;
        }
        let held = self.machine_client().await?;
        self.obtain(held, Source::Machine).await
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
    async fn import(&mut self, tokens: Tokens) -> Result<(Held, Granted)> {
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
        let (held, granted) = self.obtain(held, Source::Renewal(&tokens)).await?;
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

    async fn obtain(&mut self, held: Held, source: Source<'_>) -> Result<(Held, Granted)> {
        let connector = &self.listed.connector;
        let needs_client =
            !matches!(self.method.grant.as_ref().map(|grant| grant.flow), Some(Flow::Login | Flow::JwtBearer) | None);
        if needs_client
            && held.client.id.is_empty()
            && self.method.credential_keys().is_empty()
            && !self.has_own_client()
        {
            let message = "Missing required configuration: oauth.api.key, oauth.api.secret".to_owned();
            return Err(Error::Refused(message));
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
        // There is no row yet that could keep the answer: who dies here has to begin again.
        let keep = |_: Secret| -> BoxFuture<'_, ()> { async {}.boxed() };
        let outcome = engine.obtain(party, source, Recorded::default(), &keep).await;
        let granted = outcome.map_err(|failure| self.refused(failure, &held))?;
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

/// Gives tokens back that nobody keeps.
pub(crate) async fn give_back(app: &App, listed: &Listed, configuration: &Configuration, held: &Held) {
    end(app, listed, configuration, held, false).await;
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
