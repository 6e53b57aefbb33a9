//! The steps of an attempt to connect. Each is one statement that takes it once, however many callers come at once.

use keyway_model::{AttemptId, AttemptStatus, InstanceId, Timestamp};

use crate::{Result, Tx};

impl Tx {
    /// Notes which browser is sent to the provider; whether it may go. Only the same browser may go again.
    pub async fn begin_attempt(&mut self, id: AttemptId, browser_hash: &[u8], now: Timestamp) -> Result<bool> {
        let taken = on!(self, c => sqlx::query(
            "update connect_attempt set status = 'begun', browser_hash = $2, updated_at = $3 where id = $1 \
             and expires_at > $3 and (status = 'created' or (status = 'begun' and browser_hash = $2))")
            .bind(id.0).bind(browser_hash).bind(now.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(taken == 1)
    }

    /// Keeps what the provider sent back with the browser; whether it was waited for.
    pub async fn return_attempt(
        &mut self,
        id: AttemptId,
        returned: &[u8],
        outcome: Option<&str>,
        now: Timestamp,
    ) -> Result<bool> {
        let taken = on!(self, c => sqlx::query(
            "update connect_attempt set status = 'returned', returned_sealed = $2, outcome = $3, updated_at = $4 \
             where id = $1 and expires_at > $4 and status = 'begun'")
            .bind(id.0).bind(returned).bind(outcome).bind(now.as_millis()).execute(c).await
            .map(|done| done.rows_affected()))?;
        Ok(taken == 1)
    }

    /// Lets one caller exchange what the provider sent back; whether it is this one.
    pub async fn claim_attempt(&mut self, id: AttemptId, now: Timestamp) -> Result<bool> {
        let taken = on!(self, c => sqlx::query(
            "update connect_attempt set status = 'exchanging', updated_at = $2 \
             where id = $1 and expires_at > $2 and status = 'returned'")
            .bind(id.0).bind(now.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(taken == 1)
    }

    /// Notes how an attempt ended and erases what the provider sent back; whether it had not ended before.
    pub async fn end_attempt(
        &mut self,
        id: AttemptId,
        status: AttemptStatus,
        outcome: Option<&str>,
        instance: Option<InstanceId>,
        now: Timestamp,
    ) -> Result<bool> {
        let ended = on!(self, c => sqlx::query(
            "update connect_attempt set status = $2, outcome = $3, instance_id = coalesce($4, instance_id), updated_at = $5, \
             returned_sealed = null where id = $1 and status not in ('finished', 'denied', 'failed')")
            .bind(id.0).bind(status.as_str()).bind(outcome).bind(instance.map(|id| id.0)).bind(now.as_millis())
            .execute(c).await.map(|done| done.rows_affected()))?;
        Ok(ended == 1)
    }
}
