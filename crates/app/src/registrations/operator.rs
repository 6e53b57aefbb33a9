//! Registrations of the server, which only its operator makes: every organization may use them.

use keyway_model::RegistrationId;
use keyway_store::RegistrationFilter;

use super::sealed::Content;
use super::{Level, NewRegistrationInput, sealed, unknown};
use crate::{App, Result};

/// A registration of the server as its operator sees it.
#[derive(Clone, Debug)]
pub struct ServerRegistration {
    /// Its number.
    pub id: RegistrationId,
    /// The connector that it is for.
    pub connector: String,
    /// Its name among the others.
    pub name: String,
    /// The client's identifier at the provider.
    pub client_id: String,
    /// Where browsers may be sent back to when a connection is made.
    pub callback_urls: Vec<String>,
}

/// Makes a registration that every organization may use.
pub async fn add_for_server(app: &App, new: NewRegistrationInput) -> Result<RegistrationId> {
    Ok(super::make(app, None, None, NewRegistrationInput { level: Level::System, ..new }).await?.id)
}

/// The registrations that every organization may use.
pub async fn list_of_server(app: &App) -> Result<Vec<ServerRegistration>> {
    let mut shown = Vec::new();
    for stored in super::all(app, RegistrationFilter::default()).await? {
        let Content { client, .. } = sealed::open(app, &stored).await?;
        shown.push(ServerRegistration {
            id: stored.id,
            connector: stored.connector.as_str().to_owned(),
            name: stored.name,
            client_id: client.id,
            callback_urls: stored.callback_urls,
        });
    }
    Ok(shown)
}

/// Deletes a registration of the server that no instance depends on.
pub async fn remove_of_server(app: &App, id: RegistrationId) -> Result<()> {
    let found = app.store.read().await?.registration(id).await?;
    if found.is_none_or(|stored| stored.organization.is_some()) {
        return Err(unknown(&id.to_string()));
    }
    super::erase(app, id).await
}
