//! What the server itself finds out about an instance: where its credential stands, and what makes it work badly.
//!
//! Neither counts as a change of the instance: a person who saves a form meanwhile is not refused for it.

use keyway_model::{InstanceId, Standing, Timestamp, Trouble};

use crate::{Result, Tx};

impl Tx {
    /// Records where a live instance's credential stands; whether that is news.
    pub async fn set_standing(&mut self, instance: InstanceId, standing: Standing, now: Timestamp) -> Result<bool> {
        let changed = on!(self, c => sqlx::query(
            "update instance set standing = $2, updated_at = $3 where id = $1 and standing <> $2 and deleted_at is null")
            .bind(instance.0).bind(standing.as_str()).bind(now.as_millis()).execute(c).await
            .map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Records what became of giving an instance's tokens back; it stays with the tombstone.
    pub async fn set_revocation(&mut self, instance: InstanceId, outcome: &str) -> Result<bool> {
        let changed = on!(self, c => sqlx::query("update instance set revocation = $2 where id = $1")
            .bind(instance.0).bind(outcome).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }

    /// What became of giving an instance's tokens back, also of one that is deleted.
    pub async fn revocation(&mut self, instance: InstanceId) -> Result<Option<String>> {
        let outcome: Option<Option<String>> = on!(self, c => {
            sqlx::query_scalar("select revocation from instance where id = $1").bind(instance.0).fetch_optional(c).await
        })?;
        Ok(outcome.flatten())
    }

    /// Records what makes a live instance work badly, or that nothing does any more; whether that is news.
    pub async fn set_trouble(&mut self, instance: InstanceId, trouble: Option<&Trouble>) -> Result<bool> {
        let changed = on!(self, c => sqlx::query(
            "update instance set degraded_since = $2, evidence = $3 where id = $1 and deleted_at is null \
             and (degraded_since is distinct from $2 or evidence is distinct from $3)")
            .bind(instance.0).bind(trouble.map(|trouble| trouble.since.as_millis()))
            .bind(trouble.map(|trouble| trouble.evidence.as_str())).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }
}
