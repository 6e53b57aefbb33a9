//! Numbers of connectors, one for each key, given once, the same on every node; and the versions of their definitions.

use std::collections::BTreeMap;

use keyway_model::{ConnectorId, ConnectorKey, Timestamp};

use crate::{Result, Tx};

impl Tx {
    /// Gives a number to a key that has none.
    pub async fn insert_connector(&mut self, key: &ConnectorKey, now: Timestamp) -> Result<()> {
        on!(self, c => sqlx::query("insert into connector (key, created_at) values ($1, $2) on conflict (key) do nothing")
            .bind(key.as_str()).bind(now.as_millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Every number by key.
    pub async fn connector_ids(&mut self) -> Result<BTreeMap<ConnectorKey, ConnectorId>> {
        let rows: Vec<(i64, String)> =
            on!(self, c => sqlx::query_as("select id, key from connector").fetch_all(c).await)?;
        Ok(rows.into_iter().filter_map(|(id, key)| Some((ConnectorKey::parse(&key)?, ConnectorId(id)))).collect())
    }

    /// The number of a definition's text: the one it has, or the next one. The same text has the same number everywhere.
    pub async fn connector_version(
        &mut self,
        key: &ConnectorKey,
        hash: &[u8],
        definition: &str,
        now: Timestamp,
    ) -> Result<i64> {
        loop {
            let known: Option<i64> = on!(self, c => sqlx::query_scalar(
                "select version from connector_version where connector_key = $1 and hash = $2")
                .bind(key.as_str()).bind(hash).fetch_optional(c).await)?;
            if let Some(version) = known {
                return Ok(version);
            }
            // Another node may take the same number at this moment; then the next round takes the one behind it.
            on!(self, c => sqlx::query(
                "insert into connector_version (connector_key, version, hash, definition, created_at) \
                 select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from connector_version where connector_key = $1 \
                 on conflict do nothing")
                .bind(key.as_str()).bind(hash).bind(definition).bind(now.as_millis()).execute(c).await.map(drop))?;
        }
    }

    /// Every version of a connector, oldest first, and when it was first used.
    pub async fn connector_versions(&mut self, key: &ConnectorKey) -> Result<Vec<(i64, Timestamp)>> {
        let rows: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(
            "select version, created_at from connector_version where connector_key = $1 order by version")
            .bind(key.as_str()).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(version, at)| (version, Timestamp::from_millis(at))).collect())
    }

    /// The definition of a version.
    pub async fn connector_definition(&mut self, key: &ConnectorKey, version: i64) -> Result<Option<String>> {
        let text = on!(self, c => sqlx::query_scalar(
            "select definition from connector_version where connector_key = $1 and version = $2")
            .bind(key.as_str()).bind(version).fetch_optional(c).await)?;
        Ok(text)
    }
}
