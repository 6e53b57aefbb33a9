//! What a registration consists of, as it is sealed, and who is lent which.

use keyway_auth::engine::Client;
use keyway_model::{AccountId, Configuration, ConnectorKey, OrganizationId, RegistrationId, Secret};
use keyway_store::StoredRegistration;
use keyway_vault::Context;
use uuid::Uuid;

use crate::{App, Error, Result};

/// Field under which a registration is sealed.
pub(crate) const FIELD: &str = "registration";

/// Members of the sealed client that are entries of the configuration begin so; no template can name them.
const ENTRY: &str = "config.";

/// What a registration consists of.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// The client.
    pub(super) client: Client,
    /// Entries of the configuration that every connection by it has.
    pub(super) configuration: Configuration,
}

/// A registration that somebody may use.
#[derive(Clone, Debug)]
pub(crate) struct Lent {
    /// Its row.
    pub(crate) stored: StoredRegistration,
    /// The client.
    pub(crate) client: Client,
    /// Entries of the configuration that every connection by it has.
    pub(crate) configuration: Configuration,
}

impl Content {
    /// The text that is sealed.
    pub(super) fn to_text(&self) -> Secret {
        let mut client = self.client.clone();
        let entries = self.configuration.iter().map(|(key, value)| (format!("{ENTRY}{key}"), value.clone()));
        client.members.extend(entries);
        client.to_text()
    }

    fn parse(text: &Secret) -> Option<Self> {
        let mut client = Client::parse(text)?;
        let members = std::mem::take(&mut client.members);
        let mut content = Self { client, configuration: Configuration::new() };
        for (name, value) in members {
            match name.strip_prefix(ENTRY) {
                Some(key) => content.configuration.insert(key.to_owned(), value),
                None => content.client.members.insert(name, value),
            };
        }
        Some(content)
    }
}

/// Where the content of a registration is sealed for.
pub(super) const fn place(organization: Option<OrganizationId>, record: Uuid) -> Context<'static> {
    Context { organization, record, field: FIELD }
}

/// Opens a registration.
pub(super) async fn open(app: &App, stored: &StoredRegistration) -> Result<Content> {
    let text = app.keyring.open_value(place(stored.organization, stored.uuid), &stored.sealed).await?;
    Content::parse(&text).ok_or_else(|| Error::internal(format!("registration {} cannot be read", stored.id)))
}

/// Seals what a registration consists of.
pub(super) async fn seal(app: &App, stored: &StoredRegistration, content: &Content) -> Result<Vec<u8>> {
    app.keyring.seal(place(stored.organization, stored.uuid), &content.to_text()).await
}

/// The client of a registration that a grant remembers.
pub(crate) async fn client(app: &App, id: RegistrationId) -> Result<Client> {
    Ok(lent(app, id).await?.client)
}

/// The registration that a grant or an attempt remembers.
pub(crate) async fn lent(app: &App, id: RegistrationId) -> Result<Lent> {
    let found = app.store.read().await?.registration(id).await?;
    let stored = found.ok_or_else(|| Error::internal(format!("registration {id} is gone")))?;
    let Content { client, configuration } = open(app, &stored).await?;
    Ok(Lent { stored, client, configuration })
}

/// The registration of a name that an account uses: its own before its organization's before the server's.
pub(crate) async fn lend(
    app: &App,
    connector: &ConnectorKey,
    organization: OrganizationId,
    account: AccountId,
    name: &str,
) -> Result<Option<Lent>> {
    let found = app.store.read().await?.registrations_for(connector, organization, account).await?;
    let Some(stored) = found.into_iter().find(|stored| stored.name == name) else { return Ok(None) };
    let Content { client, configuration } = open(app, &stored).await?;
    Ok(Some(Lent { stored, client, configuration }))
}

#[cfg(test)]
mod tests {
    use keyway_auth::engine::Client;
    use keyway_model::{Configuration, Secret};

    use super::Content;

    #[test]
    fn client_and_entries_come_apart_again() {
        let entry = ("base.url".to_owned(), Secret::from("https://git.example.com"));
        let content =
            Content { client: Client::new("id", Secret::from("secret")), configuration: Configuration::from([entry]) };
        let read = Content::parse(&content.to_text()).unwrap();
        assert_eq!(read.client, content.client);
        assert_eq!(read.configuration, content.configuration);
    }
}
