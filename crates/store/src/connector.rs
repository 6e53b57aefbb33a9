//! Numbers of connectors: one for each key, given once, the same on every node.

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
}
