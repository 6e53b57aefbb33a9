//! What an attempt holds, sealed: what it was begun with, and what the provider sent back.

use std::collections::BTreeMap;

use keyway_model::{Configuration, OrganizationId, Secret};
use keyway_store::StoredAttempt;
use keyway_vault::Context;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{App, Error, Result};

/// Field under which it is sealed what an attempt was begun with.
pub(crate) const FIELD: &str = "attempt";
/// Field under which the provider's answer is sealed.
pub(crate) const RETURNED: &str = "attempt.returned";

/// What an attempt was begun with.
#[derive(Clone, Debug, Default)]
pub(super) struct Luggage {
    /// What travels to the provider and back.
    pub(super) state: String,
    /// Where the provider sends the browser back to.
    pub(super) redirect_uri: String,
    /// Where the browser is sent with the code, if it is not shown here.
    pub(super) callback_url: Option<String>,
    /// What the caller wants back with it.
    pub(super) caller_state: Option<String>,
    /// The proof key.
    pub(super) verifier: Option<Secret>,
    /// What the identity token has to repeat.
    pub(super) nonce: Option<String>,
    /// The temporary token and its secret.
    pub(super) temporary: Option<(String, Secret)>,
    /// What was asked for.
    pub(super) scope: String,
    /// The issuer that has to name itself on the way back.
    pub(super) issuer: Option<String>,
    /// Configuration entries that were given, the registration's among them.
    pub(super) configuration: Configuration,
}

/// What came back from the provider.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrived {
    /// The callback's parameters.
    pub(super) parameters: BTreeMap<String, Secret>,
    /// Keyed hash of the code that the browser was given.
    pub(super) code_hash: Vec<u8>,
}

/// Where it is sealed for what an attempt was begun with.
pub(super) const fn place_of(organization: OrganizationId, record: Uuid) -> Context<'static> {
    Context { organization: Some(organization), record, field: FIELD }
}

const fn place_of_answer(organization: OrganizationId, record: Uuid) -> Context<'static> {
    Context { organization: Some(organization), record, field: RETURNED }
}

impl Luggage {
    /// Seals it for a new attempt.
    pub(super) async fn seal(&self, app: &App, organization: OrganizationId, record: Uuid) -> Result<Vec<u8>> {
        let value = json!({
            "state": self.state,
            "redirect_uri": self.redirect_uri,
            "callback_url": self.callback_url,
            "caller_state": self.caller_state,
            "verifier": self.verifier.as_ref().map(Secret::expose),
            "nonce": self.nonce,
            "token": self.temporary.as_ref().map(|(token, _)| token),
            "token_secret": self.temporary.as_ref().map(|(_, secret)| secret.expose()),
            "scope": self.scope,
            "issuer": self.issuer,
            "configuration": texts(&self.configuration),
        });
        app.keyring.seal(place_of(organization, record), &Secret::new(value.to_string())).await
    }

    /// Opens it.
    pub(super) async fn open(app: &App, attempt: &StoredAttempt) -> Result<Self> {
        let text = app.keyring.open_value(place_of(attempt.organization, attempt.uuid), &attempt.sealed).await?;
        let value = object(&text)?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            state: text("state").unwrap_or_default(),
            redirect_uri: text("redirect_uri").unwrap_or_default(),
            callback_url: text("callback_url"),
            caller_state: text("caller_state"),
            verifier: text("verifier").map(Secret::new),
            nonce: text("nonce"),
            temporary: text("token").zip(text("token_secret").map(Secret::new)),
            scope: text("scope").unwrap_or_default(),
            issuer: text("issuer"),
            configuration: secrets(value.get("configuration")),
        })
    }
}

impl Arrived {
    /// Seals it for its attempt.
    pub(super) async fn seal(&self, app: &App, attempt: &StoredAttempt) -> Result<Vec<u8>> {
        let value = json!({ "parameters": texts(&self.parameters), "code_hash": self.code_hash });
        let place = place_of_answer(attempt.organization, attempt.uuid);
        app.keyring.seal(place, &Secret::new(value.to_string())).await
    }

    /// Opens what came back, if something did.
    pub(super) async fn open(app: &App, attempt: &StoredAttempt) -> Result<Option<Self>> {
        let Some(sealed) = &attempt.returned else { return Ok(None) };
        let text = app.keyring.open_value(place_of_answer(attempt.organization, attempt.uuid), sealed).await?;
        let value = object(&text)?;
        let bytes = value.get("code_hash").and_then(Value::as_array).into_iter().flatten();
        let bytes = bytes.filter_map(|byte| u8::try_from(byte.as_u64()?).ok());
        Ok(Some(Self { parameters: secrets(value.get("parameters")), code_hash: bytes.collect() }))
    }
}

fn texts(values: &BTreeMap<String, Secret>) -> Map<String, Value> {
    values.iter().map(|(name, value)| (name.clone(), value.expose().as_str().into())).collect()
}

fn secrets(value: Option<&Value>) -> BTreeMap<String, Secret> {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(name, value)| Some((name.clone(), Secret::from(value.as_str()?)))).collect()
}

fn object(text: &Secret) -> Result<Map<String, Value>> {
    match serde_json::from_str(text.expose()) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Error::internal("what was sealed for an attempt cannot be read")),
    }
}
