//! Client registrations. No answer holds a secret of one.

use std::collections::BTreeMap;

use keyway_app::instances::{MASK, Shown};
use keyway_app::registrations;
use keyway_model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What this server is at a provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registration {
    id: i64,
    /// The key of the connector that it is for.
    connector: String,
    /// system, organization or account.
    level: &'static str,
    /// The account, where it is an account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    account_id: Option<i64>,
    /// Empty for the one that is taken unless another is asked for.
    name: String,
    /// The client's identifier at the provider.
    client_id: String,
    /// `********` where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<&'static str>,
    /// What else the client consists of, masked.
    members: BTreeMap<String, &'static str>,
    /// Entries of the configuration that every connection by it has; secret ones are masked.
    configuration: BTreeMap<String, String>,
    /// Where browsers may be sent back to when a connection is made.
    callback_urls: Vec<String>,
    /// What has to be registered at the provider as redirect URI, for this organization.
    redirect_uri: String,
    #[schema(value_type = String, format = DateTime)]
    created_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_date: Timestamp,
}

/// A registration without its secrets.
pub(crate) fn registration(registration: &registrations::Registration) -> Registration {
    let others = registration.members.iter().filter(|name| *name != "secret");
    let has_secret = registration.members.iter().any(|name| name == "secret");
    let configuration = registration.configuration.iter().map(|(key, value)| {
        let text = match value {
            Shown::Clear(value) => value.expose().clone(),
            Shown::Masked => MASK.to_owned(),
        };
        (key.clone(), text)
    });
    Registration {
        id: registration.id.0,
        connector: registration.connector.as_str().to_owned(),
        level: registration.level.as_str(),
        account_id: registration.account.map(|id| id.0),
        name: registration.name.clone(),
        client_id: registration.client_id.clone(),
        secret: has_secret.then_some(MASK),
        members: others.map(|name| (name.clone(), MASK)).collect(),
        configuration: configuration.collect(),
        callback_urls: registration.callback_urls.clone(),
        redirect_uri: registration.redirect_uri.clone(),
        created_date: registration.created_at,
        updated_date: registration.updated_at,
    }
}
