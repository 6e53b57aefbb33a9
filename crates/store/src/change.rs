//! Change notices: how every node learns that it must forget an instance it keeps ready.

use keyway_model::{InstanceId, Timestamp};

use crate::{Result, Tx};

/// A change of an instance or of one of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeNotice {
    /// Number of the notice. Notices of concurrent transactions may appear out of order.
    pub id: i64,
    /// What changed.
    pub instance: InstanceId,
}

impl Tx {
    /// Leaves a notice, in the transaction that makes the change.
    pub async fn insert_change(&mut self, instance: InstanceId, now: Timestamp) -> Result<()> {
        on!(self, c => sqlx::query("insert into change_notice (instance_id, at) values ($1, $2)")
            .bind(instance.0).bind(now.as_millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Notices left since a time.
    pub async fn changes_since(&mut self, since: Timestamp) -> Result<Vec<ChangeNotice>> {
        let rows: Vec<(i64, i64)> = on!(self, c => {
            sqlx::query_as("select id, instance_id from change_notice where at >= $1 order by id")
                .bind(since.as_millis()).fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(|(id, instance)| ChangeNotice { id, instance: InstanceId(instance) }).collect())
    }

    /// Forgets old notices.
    pub async fn delete_changes_before(&mut self, before: Timestamp) -> Result<u64> {
        let gone = on!(self, c => sqlx::query("delete from change_notice where at < $1")
            .bind(before.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone)
    }
}
