//! Our registrations as a client of providers: the server's, an organization's or an account's. Everybody below may use
//! one, its level's administrators change it, and nobody is shown its secrets again.

mod guard;
mod input;
mod operator;
mod sealed;

use std::collections::BTreeMap;

use keyway_model::{AccountId, Caller, ConnectorKey, OrganizationId, Page, PageSize, RegistrationId, Timestamp};
use keyway_store::{NewRegistration, RegistrationFilter, StoredRegistration};

pub(crate) use guard::check_hosts;
pub use input::{NewRegistrationInput, RegistrationPatch};
pub use operator::{ServerRegistration, add_for_server, list_of_server, remove_of_server};
pub(crate) use sealed::{FIELD as REGISTRATION_FIELD, Lent, client, lend, lent};

use crate::connect::redirect_uri_of;
use crate::instances::Shown;
use crate::paging::{self, Paging};
use crate::{App, Error, Result, accounts, instances};
use sealed::Content;

/// Whose a registration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The server's: every organization may use it.
    System,
    /// An organization's.
    Organization,
    /// An account's.
    Account,
}

impl Level {
    /// The spelling for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Organization => "organization",
            Self::Account => "account",
        }
    }

    /// Reads the spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::System, Self::Organization, Self::Account].into_iter().find(|level| level.as_str() == text)
    }

    const fn of(stored: &StoredRegistration) -> Self {
        match (stored.organization, stored.account) {
            (_, Some(_)) => Self::Account,
            (Some(_), None) => Self::Organization,
            (None, None) => Self::System,
        }
    }
}

/// A registration as answers show it.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its number.
    pub id: RegistrationId,
    /// The connector that it is for.
    pub connector: ConnectorKey,
    /// Whose it is.
    pub level: Level,
    /// The account, where it is an account's.
    pub account: Option<AccountId>,
    /// Its name among the others of its level.
    pub name: String,
    /// The client's identifier at the provider.
    pub client_id: String,
    /// Names of what else the client consists of; the values are kept back.
    pub members: Vec<String>,
    /// Entries of the configuration that every connection by it has.
    pub configuration: BTreeMap<String, Shown>,
    /// Where browsers may be sent back to when a connection is made.
    pub callback_urls: Vec<String>,
    /// What has to be registered at the provider as redirect URI.
    pub redirect_uri: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The registrations that the caller may use or change: its own level's, then those above. Account administrators and
/// users see their own account's, organization administrators see all accounts'.
pub async fn list(app: &App, caller: &Caller, paging: Paging) -> Result<Page<Registration>> {
    let organization = caller.organization();
    let account = (!caller.administers_organization()).then_some(caller.user.account);
    let mut visible = Vec::new();
    for filter in
        [RegistrationFilter { organization: Some(organization), account: None }, RegistrationFilter::default()]
    {
        visible.extend(all(app, filter).await?);
    }
    visible.retain(|stored| account.is_none_or(|own| stored.account.is_none_or(|account| account == own)));
    visible.sort_by_key(|stored| stored.id.0);
    let page = paging::cut(visible, paging, |stored| stored.id.0)?;
    let mut items = Vec::with_capacity(page.items.len());
    for stored in &page.items {
        items.push(shown(app, organization, stored).await?);
    }
    Ok(Page { items, has_more: page.has_more })
}

/// One registration that the caller may see.
pub async fn show(app: &App, caller: &Caller, id: RegistrationId) -> Result<Registration> {
    let stored = visible(app, caller, id).await?;
    shown(app, caller.organization(), &stored).await
}

/// Makes a registration of the caller's organization or account.
pub async fn create(app: &App, caller: &Caller, new: NewRegistrationInput) -> Result<Registration> {
    let organization = caller.organization();
    let account = match new.level {
        Level::System => return Err(of_the_server()),
        Level::Organization if new.account.is_some() => {
            return Err(Error::invalid("accountId", "is for registrations of the level account"));
        }
        Level::Organization => None,
        Level::Account => Some(accounts::show(app, caller, new.account.unwrap_or(caller.user.account)).await?.id),
    };
    require_administrator(caller, account)?;
    let made = make(app, Some(organization), account, new).await?;
    shown(app, organization, &made).await
}

/// Changes a registration. Tokens belong to the client that they were made out to, so its identifier stays.
pub async fn update(app: &App, caller: &Caller, id: RegistrationId, patch: RegistrationPatch) -> Result<Registration> {
    let mut stored = visible(app, caller, id).await?;
    require_change(caller, &stored)?;
    let listed = app.catalogue.find(stored.connector.as_str())?;
    let content = patch.over(&listed.connector, sealed::open(app, &stored).await?)?;
    stored.name = patch.name.as_deref().map_or(Ok(stored.name), input::checked_name)?;
    stored.callback_urls = patch.callback_urls.map_or(Ok(stored.callback_urls), input::checked_urls)?;
    stored.sealed = sealed::seal(app, &stored, &content).await?;
    stored.updated_at = app.clock.now();
    let mut tx = app.store.write().await?;
    match tx.update_registration(&stored).await {
        Ok(true) => {}
        Ok(false) => return Err(Error::Conflict(format!("registration {id} was changed by somebody else meanwhile"))),
        Err(error) => return Err(taken(error, &stored.name)),
    }
    let kept = tx.registration(id).await?.ok_or_else(|| unknown(&id.to_string()))?;
    tx.commit().await?;
    // Snapshots hold what they were made of, the client among it.
    app.cache.forget_all();
    shown(app, caller.organization(), &kept).await
}

/// Deletes a registration that no instance depends on.
pub async fn remove(app: &App, caller: &Caller, id: RegistrationId) -> Result<()> {
    let stored = visible(app, caller, id).await?;
    require_change(caller, &stored)?;
    erase(app, id).await
}

async fn erase(app: &App, id: RegistrationId) -> Result<()> {
    let mut tx = app.store.write().await?;
    if !tx.delete_registration(id).await? {
        return Err(match tx.registration(id).await? {
            Some(_) => Error::Conflict(format!("registration {id} is in use: instances hold tokens made out to it")),
            None => unknown(&id.to_string()),
        });
    }
    Ok(tx.commit().await?)
}

/// Keeps a registration that was checked for its level.
async fn make(
    app: &App,
    organization: Option<OrganizationId>,
    account: Option<AccountId>,
    new: NewRegistrationInput,
) -> Result<StoredRegistration> {
    let listed = app.catalogue.find(&new.connector)?;
    let content = new.content(&listed.connector)?;
    let name = input::checked_name(&new.name.unwrap_or_default())?;
    let callback_urls = input::checked_urls(new.callback_urls)?;
    let uuid = app.entropy.uuid();
    let sealed = app.keyring.seal(sealed::place(organization, uuid), &content.to_text()).await?;
    let row = NewRegistration {
        uuid,
        organization,
        account,
        connector: &listed.connector.key,
        name: &name,
        sealed: &sealed,
        callback_urls: &callback_urls,
        created_at: app.clock.now(),
    };
    let mut tx = app.store.write().await?;
    let id = tx.insert_registration(&row).await.map_err(|error| taken(error, &name))?;
    let kept = tx.registration(id).await?.ok_or_else(|| unknown(&id.to_string()))?;
    tx.commit().await?;
    Ok(kept)
}

/// All registrations of a level, page by page.
async fn all(app: &App, filter: RegistrationFilter) -> Result<Vec<StoredRegistration>> {
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let page = app.store.read().await?.registrations(filter, after, PageSize::default()).await?;
        after = page.items.last().map_or(after, |last| last.id.0);
        found.extend(page.items);
        if !page.has_more {
            return Ok(found);
        }
    }
}

/// The registration, if the caller may see it.
async fn visible(app: &App, caller: &Caller, id: RegistrationId) -> Result<StoredRegistration> {
    let found = app.store.read().await?.registration(id).await?;
    let wide = caller.administers_organization();
    let visible = found.filter(|stored| {
        stored.organization.is_none_or(|organization| organization == caller.organization())
            && stored.account.is_none_or(|account| wide || account == caller.user.account)
    });
    visible.ok_or_else(|| unknown(&id.to_string()))
}

fn require_change(caller: &Caller, stored: &StoredRegistration) -> Result<()> {
    match Level::of(stored) {
        Level::System => Err(of_the_server()),
        Level::Organization | Level::Account => require_administrator(caller, stored.account),
    }
}

fn require_administrator(caller: &Caller, account: Option<AccountId>) -> Result<()> {
    match account {
        Some(account) if caller.administers(account) => Ok(()),
        None if caller.administers_organization() => Ok(()),
        Some(_) => Err(Error::Forbidden("only an administrator of the account changes its registrations".to_owned())),
        None => Err(Error::Forbidden("only an administrator of the organization changes its registrations".to_owned())),
    }
}

fn of_the_server() -> Error {
    Error::Forbidden("registrations of the server are made and changed with keyway clients".to_owned())
}

/// What an answer shows. The redirect URI is the one of the organization that looks.
async fn shown(app: &App, organization: OrganizationId, stored: &StoredRegistration) -> Result<Registration> {
    let Content { client, configuration } = sealed::open(app, stored).await?;
    let configuration = match app.catalogue.by_key(&stored.connector) {
        Some(listed) => instances::shown(&listed.connector, configuration),
        // Nothing says any more what of it is secret.
        None => configuration.into_keys().map(|key| (key, Shown::Masked)).collect(),
    };
    Ok(Registration {
        id: stored.id,
        connector: stored.connector.clone(),
        level: Level::of(stored),
        account: stored.account,
        name: stored.name.clone(),
        client_id: client.id,
        members: client.members.into_keys().collect(),
        configuration,
        callback_urls: stored.callback_urls.clone(),
        redirect_uri: redirect_uri_of(app, stored, organization),
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    })
}

fn taken(error: keyway_store::Error, name: &str) -> Error {
    match error {
        keyway_store::Error::Conflict => {
            Error::Conflict(format!("there is a registration of the name '{name}' for this connector and level"))
        }
        other => other.into(),
    }
}

/// The error for a registration that is not there for this caller.
pub fn unknown(id: &str) -> Error {
    Error::NotFound(format!("No registration found with ID {id}"))
}
