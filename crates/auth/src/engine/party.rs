//! Who authenticates and where: a connector's method, an instance's configuration and a registered client.

use keyway_connector::{Connector, Method};
use keyway_model::{Configuration, Secret};
use serde_json::{Map, Value};

use super::tokens::Tokens;
use crate::BaseUrl;

/// Who authenticates and where.
#[derive(Clone, Copy, Debug)]
pub struct Party<'a> {
    /// The connector.
    pub connector: &'a Connector,
    /// Its method.
    pub method: &'a Method,
    /// The configuration, computed entries included.
    pub settings: &'a Configuration,
    /// The provider's root.
    pub base: &'a BaseUrl,
    /// The client.
    pub client: &'a Client,
}

/// A client as it is registered at a provider. Which members there are depends on how it says who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its identifier.
    pub id: String,
    /// Its members by name: `secret`, `key` (PEM), `algorithm`, `key_id`, `certificate` (PEM) and whatever else the
    /// definition reads.
    pub members: Configuration,
}

impl Client {
    /// A client with a secret.
    pub fn new(id: impl Into<String>, secret: Secret) -> Self {
        Self { id: id.into(), members: Configuration::from([("secret".to_owned(), secret)]) }
    }

    /// One of its members, if it is there and not empty.
    pub fn member(&self, name: &str) -> Option<&Secret> {
        self.members.get(name).filter(|value| !value.expose().is_empty())
    }

    /// What templates read as `client`.
    pub(crate) fn value(&self) -> Value {
        let mut members: Map<String, Value> =
            self.members.iter().map(|(name, value)| (name.clone(), value.expose().as_str().into())).collect();
        members.insert("id".to_owned(), self.id.as_str().into());
        Value::Object(members)
    }

    /// The text that is sealed.
    pub fn to_text(&self) -> Secret {
        Secret::new(self.value().to_string())
    }

    /// Reads the text that was sealed.
    pub fn parse(text: &Secret) -> Option<Self> {
        let Value::Object(mut members) = serde_json::from_str(text.expose()).ok()? else { return None };
        let id = members.remove("id").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
        let member = |(name, value): (String, Value)| Some((name, Secret::from(value.as_str()?)));
        Some(Self { id, members: members.into_iter().filter_map(member).collect() })
    }
}

impl Party<'_> {
    /// What templates of calls read, with the tokens that an instance holds.
    pub(crate) fn roots(&self, tokens: Option<&Tokens>) -> Vec<(&'static str, Value)> {
        let mut roots = vec![("client", self.client.value())];
        if let Some(tokens) = tokens {
            roots.push(("token", tokens.main_value()));
            roots.push(("tokens", tokens.sets()));
        }
        roots
    }
}
