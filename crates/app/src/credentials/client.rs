//! The client that an instance is made out to: the one that its configuration names, or a registered one.

use keyway_auth::engine::Client;
use keyway_model::{Configuration, RegistrationId, Secret};

use crate::{App, Result, registrations};

/// Entries of the configuration that say who the client is begin so.
const OWN: &str = "oauth.api.";

/// The client that a configuration names.
pub(crate) fn own_client(configuration: &Configuration) -> Option<Client> {
    let given = |key: &str| configuration.get(key).filter(|value| !value.expose().is_empty());
    let id = given("oauth.api.key")?.expose().clone();
    let member = |(key, value): (&String, &Secret)| {
        let name = key.strip_prefix(OWN).filter(|name| *name != "key" && !value.expose().is_empty())?;
        Some((if name == "private_key" { "key" } else { name }.to_owned(), value.clone()))
    };
    Some(Client { id, members: configuration.iter().filter_map(member).collect() })
}

/// The client of an instance: its own, or the registration that its grant came from.
pub(crate) async fn client_of(
    app: &App,
    configuration: &Configuration,
    registration: Option<RegistrationId>,
) -> Result<Client> {
    if let Some(id) = registration {
        return registrations::client(app, id).await;
    }
    Ok(own_client(configuration).unwrap_or_default())
}
