//! Attempts to connect an instance: kept from the first click until the provider has answered, found by hashes.

mod step;

use keyway_model::{
    AccountId, AttemptId, AttemptStatus, ConnectorKey, InstanceId, OrganizationId, Page, PageSize, RegistrationId,
    Timestamp, UserId,
};
use uuid::Uuid;

use crate::{Error, Result, Tx};

/// An attempt to be kept.
#[derive(Clone, Debug)]
pub struct NewAttempt<'a> {
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// Keyed hash of the state that travels to the provider and back.
    pub state_hash: &'a [u8],
    /// Keyed hash of what allows to finish it.
    pub finish_hash: Option<&'a [u8]>,
    /// The part of the callback's URL that tells whose it is.
    pub context: &'a str,
    /// The tenant.
    pub organization: OrganizationId,
    /// The account.
    pub account: AccountId,
    /// The user that connects.
    pub user: UserId,
    /// What is connected.
    pub connector: &'a ConnectorKey,
    /// Its method of authentication.
    pub method: &'a str,
    /// The registration in use.
    pub registration: Option<RegistrationId>,
    /// The instance that is connected again.
    pub instance: Option<InstanceId>,
    /// What it is begun with, sealed.
    pub sealed: &'a [u8],
    /// When it is made.
    pub created_at: Timestamp,
    /// From when on it leads nowhere.
    pub expires_at: Timestamp,
}

/// An attempt as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAttempt {
    /// Its number.
    pub id: AttemptId,
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// Keyed hash of the secret of the browser that began it.
    pub browser_hash: Option<Vec<u8>>,
    /// The part of the callback's URL that tells whose it is.
    pub context: String,
    /// The tenant.
    pub organization: OrganizationId,
    /// The account.
    pub account: AccountId,
    /// The user that connects.
    pub user: UserId,
    /// What is connected.
    pub connector: ConnectorKey,
    /// Its method of authentication.
    pub method: String,
    /// The registration in use.
    pub registration: Option<RegistrationId>,
    /// The instance that is connected again, or was made.
    pub instance: Option<InstanceId>,
    /// How far it has come.
    pub status: AttemptStatus,
    /// What it was begun with, sealed.
    pub sealed: Vec<u8>,
    /// What the provider sent back, sealed.
    pub returned: Option<Vec<u8>>,
    /// What came of it, in words that hold no secret.
    pub outcome: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it leads nowhere.
    pub expires_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

row! { AttemptRow {
    id: i64, uuid: Uuid, browser_hash: Option<Vec<u8>>, context: String, organization_id: i64, account_id: i64, user_id: i64,
    connector_key: String, method: String, registration_id: Option<i64>, instance_id: Option<i64>, status: String,
    sealed: Vec<u8>, returned_sealed: Option<Vec<u8>>, outcome: Option<String>, created_at: i64, expires_at: i64,
    updated_at: i64,
} }

macro_rules! select_attempt {
    ($rest:literal) => {
        concat!(
            "select id, uuid, browser_hash, context, organization_id, account_id, user_id, connector_key, method, ",
            "registration_id, instance_id, status, sealed, returned_sealed, outcome, created_at, expires_at, updated_at ",
            "from connect_attempt ",
            $rest
        )
    };
}

macro_rules! insert_attempt {
    ($rest:literal) => {
        concat!(
            "insert into connect_attempt (uuid, state_hash, finish_hash, context, organization_id, account_id, user_id, ",
            "connector_key, method, registration_id, instance_id, status, sealed, created_at, expires_at, updated_at) ",
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'created', $12, $13, $14, $13) ",
            $rest
        )
    };
}

impl TryFrom<AttemptRow> for StoredAttempt {
    type Error = Error;

    fn try_from(row: AttemptRow) -> Result<Self> {
        let unreadable = |column| Error::Inconsistent { table: "connect_attempt", column, row: row.id };
        Ok(Self {
            id: AttemptId(row.id),
            uuid: row.uuid,
            browser_hash: row.browser_hash,
            context: row.context,
            organization: OrganizationId(row.organization_id),
            account: AccountId(row.account_id),
            user: UserId(row.user_id),
            connector: ConnectorKey::parse(&row.connector_key).ok_or_else(|| unreadable("connector_key"))?,
            method: row.method,
            registration: row.registration_id.map(RegistrationId),
            instance: row.instance_id.map(InstanceId),
            status: AttemptStatus::parse(&row.status).ok_or_else(|| unreadable("status"))?,
            sealed: row.sealed,
            returned: row.returned_sealed,
            outcome: row.outcome,
            created_at: Timestamp::from_millis(row.created_at),
            expires_at: Timestamp::from_millis(row.expires_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}

impl Tx {
    /// Keeps a new attempt. [`Error::Conflict`] when one of its hashes is taken.
    pub async fn insert_attempt(&mut self, new: &NewAttempt<'_>) -> Result<AttemptId> {
        let id = self.insert_attempt_row(insert_attempt!("returning id"), new).await?;
        id.ok_or(Error::Conflict)
    }

    /// The attempt that has this state hash and has not expired, or else this new one: who asks for the same connection
    /// again is given the same verifier, at whichever node.
    pub async fn keep_verifier(&mut self, new: &NewAttempt<'_>) -> Result<StoredAttempt> {
        on!(self, c => sqlx::query("delete from connect_attempt where state_hash = $1 and expires_at <= $2")
            .bind(new.state_hash).bind(new.created_at.as_millis()).execute(c).await.map(drop))?;
        loop {
            let statement = insert_attempt!("on conflict (state_hash) do nothing returning id");
            self.insert_attempt_row(statement, new).await?;
            // Another node may forget the one that was in the way; then the next round keeps the new one.
            if let Some(kept) = self.attempt_by_state(new.state_hash).await? {
                return Ok(kept);
            }
        }
    }

    async fn insert_attempt_row(&mut self, statement: &'static str, new: &NewAttempt<'_>) -> Result<Option<AttemptId>> {
        let id: Option<i64> = on!(self, c => sqlx::query_scalar(statement)
            .bind(new.uuid).bind(new.state_hash).bind(new.finish_hash).bind(new.context).bind(new.organization.0)
            .bind(new.account.0).bind(new.user.0).bind(new.connector.as_str()).bind(new.method)
            .bind(new.registration.map(|id| id.0)).bind(new.instance.map(|id| id.0)).bind(new.sealed)
            .bind(new.created_at.as_millis()).bind(new.expires_at.as_millis()).fetch_optional(c).await)?;
        Ok(id.map(AttemptId))
    }

    /// The attempt whose state has a hash.
    pub async fn attempt_by_state(&mut self, hash: &[u8]) -> Result<Option<StoredAttempt>> {
        let row: Option<AttemptRow> = on!(self, c => sqlx::query_as(select_attempt!("where state_hash = $1"))
            .bind(hash).fetch_optional(c).await)?;
        row.map(StoredAttempt::try_from).transpose()
    }

    /// The attempt that may be finished with what has a hash.
    pub async fn attempt_by_finish(&mut self, hash: &[u8]) -> Result<Option<StoredAttempt>> {
        let row: Option<AttemptRow> = on!(self, c => sqlx::query_as(select_attempt!("where finish_hash = $1"))
            .bind(hash).fetch_optional(c).await)?;
        row.map(StoredAttempt::try_from).transpose()
    }

    /// The attempt with a record in the vault's contexts, which is also its name for callers.
    pub async fn attempt_by_uuid(&mut self, uuid: Uuid) -> Result<Option<StoredAttempt>> {
        let row: Option<AttemptRow> = on!(self, c => sqlx::query_as(select_attempt!("where uuid = $1"))
            .bind(uuid).fetch_optional(c).await)?;
        row.map(StoredAttempt::try_from).transpose()
    }

    /// Attempts of an organization in order of id, from behind `after`: for work on all of them.
    pub async fn attempts(
        &mut self,
        organization: OrganizationId,
        after: i64,
        size: PageSize,
    ) -> Result<Page<StoredAttempt>> {
        let rows: Vec<AttemptRow> = on!(self, c => sqlx::query_as(select_attempt!(
            "where organization_id = $1 and id > $2 order by id limit $3"))
            .bind(organization.0).bind(after).bind(size.probe()).fetch_all(c).await)?;
        Ok(Page::from_probe(rows.into_iter().map(StoredAttempt::try_from).collect::<Result<_>>()?, size))
    }

    /// Replaces the sealed parts of an attempt without changing what they hold: for a new data key. What the provider
    /// has sent back since the attempt was read stays, and what was erased since stays erased.
    pub async fn reseal_attempt(&mut self, id: AttemptId, sealed: &[u8], returned: Option<&[u8]>) -> Result<()> {
        on!(self, c => sqlx::query(
            "update connect_attempt set sealed = $2, \
             returned_sealed = case when returned_sealed is not null then coalesce($3, returned_sealed) end where id = $1")
            .bind(id.0).bind(sealed).bind(returned).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Forgets the attempts that had expired before a time.
    pub async fn delete_attempts_before(&mut self, before: Timestamp) -> Result<u64> {
        let gone = on!(self, c => sqlx::query("delete from connect_attempt where expires_at < $1")
            .bind(before.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone)
    }
}
