//! Tokens and the client that they were made out to, as the store keeps them: sealed.

use keyway_auth::engine::{Client, Tokens};
use keyway_connector::Method;
use keyway_model::{Configuration, Instance, OrganizationId, RegistrationId, Secret, Timestamp};
use keyway_store::StoredGrant;
use keyway_vault::Context;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client_of;
use crate::{App, Error, Result};

/// Field under which tokens are sealed.
pub(crate) const GRANT_FIELD: &str = "grant";
/// Field under which it is sealed whom they belong to.
pub(crate) const SUBJECT_FIELD: &str = "grant.subject";
/// Field under which an answer is sealed that was not read yet.
pub(crate) const ANSWER_FIELD: &str = "grant.answer";

/// What an instance holds besides its configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    /// The client.
    pub(crate) client: Client,
    /// The tokens, where the method gets any.
    pub(crate) tokens: Option<Tokens>,
    /// What was asked for.
    pub(crate) asked: String,
    /// Whom they belong to.
    pub(crate) subject: Option<Secret>,
    /// The registration that the client is, unless the instance's configuration says it.
    pub(crate) registration: Option<RegistrationId>,
}

/// Tokens sealed for the store.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    pub(crate) tokens: Vec<u8>,
    pub(crate) subject: Option<Vec<u8>>,
}

pub(crate) const fn place(organization: OrganizationId, record: Uuid, field: &str) -> Context<'_> {
    Context { organization: Some(organization), record, field }
}

impl Held {
    /// The text of the tokens that is sealed.
    fn text(&self) -> Secret {
        let tokens = self.tokens.as_ref().map_or(Value::Null, Tokens::sets);
        Secret::new(json!({ "tokens": tokens, "asked": self.asked }).to_string())
    }

    /// Scopes that calls cannot do without and that were not granted. A provider that says nothing granted what was asked for
    /// (RFC 6749 section 5.1).
    pub(crate) fn missing_scopes(&self, method: &Method) -> Vec<String> {
        let Some(grant) = &method.grant else { return Vec::new() };
        let told = self.tokens.as_ref().and_then(Tokens::main).and_then(|set| set.scope.clone());
        let granted = told.unwrap_or_else(|| self.asked.clone());
        let has = |wanted: &String| {
            let separators = |c: char| c.is_whitespace() || c == ',' || c == '+';
            granted.split(separators).any(|scope| scope == wanted)
        };
        grant.scope.required.iter().filter(|wanted| !has(wanted)).cloned().collect()
    }
}

/// Seals tokens for an instance.
pub(crate) async fn seal_grant(app: &App, organization: OrganizationId, record: Uuid, held: &Held) -> Result<Sealed> {
    let tokens = app.keyring.seal(place(organization, record, GRANT_FIELD), &held.text()).await?;
    let subject = match &held.subject {
        Some(subject) => Some(app.keyring.seal(place(organization, record, SUBJECT_FIELD), subject).await?),
        None => None,
    };
    Ok(Sealed { tokens, subject })
}

/// Opens what an instance holds.
pub(crate) async fn open_grant(
    app: &App,
    instance: &Instance,
    configuration: &Configuration,
    stored: Option<&StoredGrant>,
) -> Result<Held> {
    let (organization, record) = (instance.organization, instance.uuid);
    let registration = stored.and_then(|stored| stored.registration);
    let client = client_of(app, configuration, registration).await?;
    let Some(stored) = stored else { return Ok(Held { client, ..Held::default() }) };
    let text = app.keyring.open_value(place(organization, record, GRANT_FIELD), &stored.sealed).await?;
    let unreadable = || Error::internal(format!("the tokens of instance {} cannot be read", instance.id));
    let value: Value = serde_json::from_str(text.expose()).map_err(|_| unreadable())?;
    let sets = value.get("tokens").map(Value::to_string).map(Secret::new).ok_or_else(unreadable)?;
    let subject = match &stored.subject {
        Some(sealed) => Some(app.keyring.open_value(place(organization, record, SUBJECT_FIELD), sealed).await?),
        None => None,
    };
    Ok(Held {
        client,
        tokens: Some(Tokens::parse(&sets).ok_or_else(unreadable)?),
        asked: value.get("asked").and_then(Value::as_str).unwrap_or_default().to_owned(),
        subject,
        registration,
    })
}

/// When tokens are renewed although nobody calls: half of the time after which the provider forgets a token that is not used,
/// spread over a tenth of it so that instances made together are not renewed together.
pub(crate) fn keep_alive_at(method: &Method, tokens: &Tokens, now: Timestamp, id: Uuid) -> Option<Timestamp> {
    let grant = method.grant.as_ref().filter(|_| tokens.can_renew())?;
    let idle = grant.expiry.idle?;
    let spread = i64::from(id.as_bytes()[15]) * idle / 10 / 255;
    let half = now.plus_seconds(idle / 2 - spread);
    let last = tokens.refresh_expires_at().map(|end| end.plus_seconds(-idle / 10));
    Some(last.map_or(half, |last| last.min(half)))
}
