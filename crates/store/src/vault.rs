//! Data keys, wrapped, and which master key wrapped them.

use keyway_model::{OrganizationId, Timestamp};
use uuid::Uuid;

use crate::{Result, Tx};

/// Which master key is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultState {
    /// Fingerprint of the master key.
    pub master_key_id: Uuid,
    /// The server's own record in the vault's contexts.
    pub server_id: Uuid,
}

/// A wrapped data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDataKey {
    /// Its id, which values sealed with it carry.
    pub id: Uuid,
    /// Whose values it seals; `None` for the server's own.
    pub organization: Option<OrganizationId>,
    /// Whether new values are sealed with it.
    pub current: bool,
    /// The master key that wrapped it.
    pub master_key_id: Uuid,
    /// The key, wrapped.
    pub wrapped: Vec<u8>,
}

row! { StateRow { master_key_id: Uuid, server_id: Uuid } }
row! { KeyRow { id: Uuid, organization_id: Option<i64>, current: bool, master_key_id: Uuid, wrapped: Vec<u8> } }

impl From<KeyRow> for StoredDataKey {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.id,
            organization: row.organization_id.map(OrganizationId),
            current: row.current,
            master_key_id: row.master_key_id,
            wrapped: row.wrapped,
        }
    }
}

impl Tx {
    /// Which master key is in force; `None` before the first start.
    pub async fn vault_state(&mut self) -> Result<Option<VaultState>> {
        let row: Option<StateRow> = on!(self, c => {
            sqlx::query_as("select master_key_id, server_id from vault_state where id = 1").fetch_optional(c).await
        })?;
        Ok(row.map(|row| VaultState { master_key_id: row.master_key_id, server_id: row.server_id }))
    }

    /// Records the first master key.
    pub async fn insert_vault_state(&mut self, state: VaultState) -> Result<()> {
        on!(self, c => sqlx::query("insert into vault_state (id, master_key_id, server_id) values (1, $1, $2)")
            .bind(state.master_key_id).bind(state.server_id).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Makes another master key the one in force, if `from` still is. Locks the state until the end of the transaction;
    /// with `from` equal to `to` it only locks and checks.
    pub async fn replace_master_key(&mut self, from: Uuid, to: Uuid) -> Result<bool> {
        let changed = on!(self, c => sqlx::query("update vault_state set master_key_id = $2 where id = 1 and master_key_id = $1")
            .bind(from).bind(to).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Every data key, oldest first.
    pub async fn data_keys(&mut self) -> Result<Vec<StoredDataKey>> {
        let rows: Vec<KeyRow> = on!(self, c => {
            sqlx::query_as("select id, organization_id, current, master_key_id, wrapped from data_key order by created_at, id")
                .fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The data key with an id.
    pub async fn data_key(&mut self, id: Uuid) -> Result<Option<StoredDataKey>> {
        let row: Option<KeyRow> = on!(self, c => {
            sqlx::query_as("select id, organization_id, current, master_key_id, wrapped from data_key where id = $1")
                .bind(id).fetch_optional(c).await
        })?;
        Ok(row.map(Into::into))
    }

    /// The data key that seals an organization's new values, or the server's own for `None`.
    pub async fn current_data_key(&mut self, organization: Option<OrganizationId>) -> Result<Option<StoredDataKey>> {
        let row: Option<KeyRow> = on!(self, c => {
            sqlx::query_as(
                "select id, organization_id, current, master_key_id, wrapped from data_key \
                 where current and coalesce(organization_id, 0) = $1 order by created_at desc limit 1",
            )
            .bind(organization.map_or(0, |id| id.0)).fetch_optional(c).await
        })?;
        Ok(row.map(Into::into))
    }

    /// Keeps a new data key; an older one of the same organization is no longer current.
    pub async fn insert_data_key(&mut self, key: &StoredDataKey, now: Timestamp) -> Result<()> {
        on!(self, c => sqlx::query("update data_key set current = false where coalesce(organization_id, 0) = $1")
            .bind(key.organization.map_or(0, |id| id.0)).execute(c).await.map(drop))?;
        on!(self, c => sqlx::query(
            "insert into data_key (id, organization_id, current, master_key_id, wrapped, created_at) values ($1, $2, $3, $4, $5, $6)")
            .bind(key.id).bind(key.organization.map(|id| id.0)).bind(key.current).bind(key.master_key_id)
            .bind(&key.wrapped).bind(now.as_millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Replaces the wrapping of a data key.
    pub async fn rewrap_data_key(&mut self, id: Uuid, master_key_id: Uuid, wrapped: &[u8]) -> Result<()> {
        on!(self, c => sqlx::query("update data_key set master_key_id = $2, wrapped = $3 where id = $1")
            .bind(id).bind(master_key_id).bind(wrapped).execute(c).await.map(drop))?;
        Ok(())
    }
}
