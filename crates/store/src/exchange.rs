//! Exchanges: what can be shown to a provider once, such as a code, on its way to an instance.
//!
//! Whoever exchanges holds it, and holds it longer while at work. What the provider answers is kept until an instance holds
//! what came of it, so that who shows the same again after a crash goes on with that answer.

use keyway_model::{OrganizationId, Timestamp};
use uuid::Uuid;

use crate::{Result, Tx};

/// An exchange to be begun.
#[derive(Clone, Copy, Debug)]
pub struct NewExchange<'a> {
    /// Keyed hash of what is shown, by whom and as which client.
    pub hash: &'a [u8],
    /// Its record in the vault's contexts, if it is new.
    pub uuid: Uuid,
    /// The tenant.
    pub organization: OrganizationId,
    /// Who exchanges it.
    pub holder: Uuid,
    /// When it is begun.
    pub now: Timestamp,
    /// Until when nobody else may.
    pub until: Timestamp,
}

/// An exchange as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredExchange {
    /// Keyed hash of what is shown.
    pub hash: Vec<u8>,
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// What the provider answered so far, sealed.
    pub answer: Option<Vec<u8>>,
}

row! { ExchangeRow { hash: Vec<u8>, uuid: Uuid, answer_sealed: Option<Vec<u8>> } }

impl From<ExchangeRow> for StoredExchange {
    fn from(row: ExchangeRow) -> Self {
        Self { hash: row.hash, uuid: row.uuid, answer: row.answer_sealed }
    }
}

impl Tx {
    /// Takes an exchange: a new one, or one that its holder has left. `None` while somebody holds it.
    pub async fn begin_exchange(&mut self, new: &NewExchange<'_>) -> Result<Option<StoredExchange>> {
        let row: Option<ExchangeRow> = on!(self, c => sqlx::query_as(
            "insert into exchange (hash, uuid, organization_id, holder, held_until, created_at) values ($1, $2, $3, $4, $5, $6) \
             on conflict (hash) do update set holder = excluded.holder, held_until = excluded.held_until \
             where exchange.held_until <= $6 returning hash, uuid, answer_sealed")
            .bind(new.hash).bind(new.uuid).bind(new.organization.0).bind(new.holder).bind(new.until.as_millis())
            .bind(new.now.as_millis()).fetch_optional(c).await)?;
        Ok(row.map(StoredExchange::from))
    }

    /// Holds an exchange until another time, which may be now; whether it was held.
    pub async fn hold_exchange(&mut self, hash: &[u8], holder: Uuid, until: Timestamp) -> Result<bool> {
        let held = on!(self, c => sqlx::query("update exchange set held_until = $3 where hash = $1 and holder = $2")
            .bind(hash).bind(holder).bind(until.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(held == 1)
    }

    /// Keeps what the provider answered before anybody reads it; whether the exchange was held.
    pub async fn keep_exchange_answer(&mut self, hash: &[u8], holder: Uuid, sealed: &[u8]) -> Result<bool> {
        let kept = on!(self, c => sqlx::query("update exchange set answer_sealed = $3 where hash = $1 and holder = $2")
            .bind(hash).bind(holder).bind(sealed).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(kept == 1)
    }

    /// Forgets an exchange; whether it was held.
    pub async fn end_exchange(&mut self, hash: &[u8], holder: Uuid) -> Result<bool> {
        let gone = on!(self, c => sqlx::query("delete from exchange where hash = $1 and holder = $2")
            .bind(hash).bind(holder).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone == 1)
    }

    /// Exchanges of an organization with an answer, in order of their hashes, from behind `after`: for work on all of them.
    pub async fn exchanges(
        &mut self,
        organization: OrganizationId,
        after: &[u8],
        most: u16,
    ) -> Result<Vec<StoredExchange>> {
        let rows: Vec<ExchangeRow> = on!(self, c => sqlx::query_as(
            "select hash, uuid, answer_sealed from exchange \
             where organization_id = $1 and hash > $2 and answer_sealed is not null order by hash limit $3")
            .bind(organization.0).bind(after).bind(i64::from(most)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(StoredExchange::from).collect())
    }

    /// Replaces a sealed answer without changing what it holds, if it is still the one that was read: for a new data key.
    pub async fn reseal_exchange(&mut self, hash: &[u8], old: &[u8], new: &[u8]) -> Result<bool> {
        let changed = on!(self, c => sqlx::query(
            "update exchange set answer_sealed = $3 where hash = $1 and answer_sealed = $2")
            .bind(hash).bind(old).bind(new).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Forgets the exchanges that nobody has held since a time.
    pub async fn delete_exchanges_before(&mut self, before: Timestamp) -> Result<u64> {
        let gone = on!(self, c => sqlx::query("delete from exchange where held_until < $1")
            .bind(before.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone)
    }
}
