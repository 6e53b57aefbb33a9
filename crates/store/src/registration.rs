//! Our registrations as a client of providers: the server's, an organization's or an account's.

use keyway_model::{AccountId, ConnectorKey, OrganizationId, Page, PageSize, RegistrationId, Timestamp};
use uuid::Uuid;

use crate::{Error, Result, Tx};

/// A registration to be kept.
#[derive(Clone, Debug)]
pub struct NewRegistration<'a> {
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// The organization it belongs to; `None` when every organization may use it.
    pub organization: Option<OrganizationId>,
    /// The account it belongs to; `None` when the whole organization may use it.
    pub account: Option<AccountId>,
    /// The connector it is for.
    pub connector: &'a ConnectorKey,
    /// Its name among the others of its level; empty for the one that is taken unless another is asked for.
    pub name: &'a str,
    /// Client id, secret and whatever else it consists of, sealed.
    pub sealed: &'a [u8],
    /// Where browsers may be sent back to.
    pub callback_urls: &'a [String],
    /// When it is made.
    pub created_at: Timestamp,
}

/// A registration as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRegistration {
    /// Its number.
    pub id: RegistrationId,
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// The organization it belongs to.
    pub organization: Option<OrganizationId>,
    /// The account it belongs to.
    pub account: Option<AccountId>,
    /// The connector it is for.
    pub connector: ConnectorKey,
    /// Its name among the others of its level.
    pub name: String,
    /// What it consists of, sealed.
    pub sealed: Vec<u8>,
    /// Where browsers may be sent back to.
    pub callback_urls: Vec<String>,
    /// Counts changes; a writer that read an older version does not overwrite a newer one.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Which registrations a list holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegistrationFilter {
    /// Those of this organization, its accounts' included; `None` for those of the server.
    pub organization: Option<OrganizationId>,
    /// Only those of this account.
    pub account: Option<AccountId>,
}

row! { RegistrationRow {
    id: i64, uuid: Uuid, organization_id: Option<i64>, account_id: Option<i64>, connector_key: String, name: String,
    sealed: Vec<u8>, callback_urls: String, version: i64, created_at: i64, updated_at: i64,
} }

macro_rules! select_registration {
    ($rest:literal) => {
        concat!(
            "select id, uuid, organization_id, account_id, connector_key, name, sealed, callback_urls, version, created_at, ",
            "updated_at from client_registration ",
            $rest
        )
    };
}

impl TryFrom<RegistrationRow> for StoredRegistration {
    type Error = Error;

    fn try_from(row: RegistrationRow) -> Result<Self> {
        let unreadable = |column| Error::Inconsistent { table: "client_registration", column, row: row.id };
        Ok(Self {
            id: RegistrationId(row.id),
            uuid: row.uuid,
            organization: row.organization_id.map(OrganizationId),
            account: row.account_id.map(AccountId),
            connector: ConnectorKey::parse(&row.connector_key).ok_or_else(|| unreadable("connector_key"))?,
            name: row.name,
            sealed: row.sealed,
            callback_urls: serde_json::from_str(&row.callback_urls).map_err(|_| unreadable("callback_urls"))?,
            version: row.version,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}

impl Tx {
    /// Keeps a new registration. [`Error::Conflict`] when its level has one of this name for the connector.
    pub async fn insert_registration(&mut self, new: &NewRegistration<'_>) -> Result<RegistrationId> {
        let id: i64 = on!(self, c => sqlx::query_scalar(
            "insert into client_registration (uuid, organization_id, account_id, connector_key, name, sealed, callback_urls, \
             version, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8) returning id")
            .bind(new.uuid).bind(new.organization.map(|id| id.0)).bind(new.account.map(|id| id.0))
            .bind(new.connector.as_str()).bind(new.name).bind(new.sealed).bind(list(new.callback_urls))
            .bind(new.created_at.as_millis()).fetch_one(c).await)?;
        Ok(RegistrationId(id))
    }

    /// The registration with an id, whoever it belongs to.
    pub async fn registration(&mut self, id: RegistrationId) -> Result<Option<StoredRegistration>> {
        let row: Option<RegistrationRow> = on!(self, c => sqlx::query_as(select_registration!("where id = $1"))
            .bind(id.0).fetch_optional(c).await)?;
        row.map(StoredRegistration::try_from).transpose()
    }

    /// Registrations in order of id, from behind `after`.
    pub async fn registrations(
        &mut self,
        filter: RegistrationFilter,
        after: i64,
        size: PageSize,
    ) -> Result<Page<StoredRegistration>> {
        let rows: Vec<RegistrationRow> = on!(self, c => sqlx::query_as(select_registration!(
            "where organization_id is not distinct from $1 and (account_id = $2 or $2 = 0) and id > $3 order by id limit $4"))
            .bind(filter.organization.map(|id| id.0)).bind(filter.account.map_or(0, |id| id.0)).bind(after)
            .bind(size.probe()).fetch_all(c).await)?;
        Ok(Page::from_probe(rows.into_iter().map(StoredRegistration::try_from).collect::<Result<_>>()?, size))
    }

    /// Every registration for a connector that an account may use: its own first, then its organization's, then the
    /// server's; on each level the one without a name before the others.
    pub async fn registrations_for(
        &mut self,
        connector: &ConnectorKey,
        organization: OrganizationId,
        account: AccountId,
    ) -> Result<Vec<StoredRegistration>> {
        let rows: Vec<RegistrationRow> = on!(self, c => sqlx::query_as(select_registration!(
            "where connector_key = $1 and (organization_id = $2 or organization_id is null) \
             and (account_id = $3 or account_id is null) \
             order by account_id is null, organization_id is null, name <> '', id"))
            .bind(connector.as_str()).bind(organization.0).bind(account.0).fetch_all(c).await)?;
        rows.into_iter().map(StoredRegistration::try_from).collect()
    }

    /// Writes a registration's changeable members if its version is still the one that was read; raises the version.
    pub async fn update_registration(&mut self, registration: &StoredRegistration) -> Result<bool> {
        let changed = on!(self, c => sqlx::query(
            "update client_registration set name = $3, sealed = $4, callback_urls = $5, updated_at = $6, \
             version = version + 1 where id = $1 and version = $2")
            .bind(registration.id.0).bind(registration.version).bind(&registration.name).bind(&registration.sealed)
            .bind(list(&registration.callback_urls)).bind(registration.updated_at.as_millis()).execute(c).await
            .map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Forgets a registration, and the attempts to connect by it; whether it was there and no grant depends on it.
    pub async fn delete_registration(&mut self, id: RegistrationId) -> Result<bool> {
        let gone = on!(self, c => sqlx::query(
            "delete from client_registration where id = $1 \
             and not exists (select 1 from instance_grant where registration_id = $1)")
            .bind(id.0).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone == 1)
    }

    /// Replaces the sealed part of a registration without changing what it holds, if its version is still the one that
    /// was read: for a new data key.
    pub async fn reseal_registration(&mut self, id: RegistrationId, version: i64, sealed: &[u8]) -> Result<bool> {
        let changed = on!(self, c => sqlx::query(
            "update client_registration set sealed = $3 where id = $1 and version = $2")
            .bind(id.0).bind(version).bind(sealed).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }
}

fn list(texts: &[String]) -> String {
    serde_json::to_string(texts).expect("texts are JSON")
}
