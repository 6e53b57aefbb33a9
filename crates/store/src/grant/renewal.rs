//! Renewals of grants: one at a time on all nodes together, and none forgotten.
//!
//! A renewal holds a lease with a number, the fence, which grows with every lease. Whoever comes back late, with a lease
//! that another has taken over meanwhile, writes nothing. The attempt is marked before the provider is asked and the
//! mark goes when the end is recorded, so that the next one knows whether a refresh token may be spent already.

use keyway_model::{InstanceId, Timestamp};
use uuid::Uuid;

use crate::{Result, Tx};

/// The right to renew a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Its number, by which its holder is known.
    pub fence: i64,
    /// Whether an earlier renewal has begun and its end is unknown.
    pub was_interrupted: bool,
    /// What the provider answered to that renewal, sealed.
    pub answer: Option<Vec<u8>>,
}

/// What a renewal changes of a grant.
#[derive(Clone, Debug)]
pub struct RenewedGrant<'a> {
    /// The new token set, sealed.
    pub sealed: &'a [u8],
    /// When its access token expires.
    pub expires_at: Option<Timestamp>,
    /// When its refresh token expires.
    pub refresh_expires_at: Option<Timestamp>,
    /// When it is to be renewed even if nobody calls.
    pub renew_at: Option<Timestamp>,
}

/// How a renewal ended that brought nothing.
#[derive(Clone, Copy, Debug)]
pub struct RenewalFailure {
    /// The provider is not to be asked before.
    pub retry_at: Option<Timestamp>,
    /// Whether nobody knows if the provider carried it out: the attempt stays marked.
    pub keeps_attempt: bool,
}

row! { LeaseRow { lease_fence: i64, attempt_at: Option<i64>, attempt_answer: Option<Vec<u8>> } }

impl Tx {
    /// Takes the lease of a grant and marks the attempt; `None` when the grant has another version or somebody holds
    /// the lease.
    pub async fn begin_renewal(
        &mut self,
        instance: InstanceId,
        version: i64,
        owner: Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>> {
        let row: Option<LeaseRow> = on!(self, c => sqlx::query_as(
            "update instance_grant set lease_owner = $3, lease_until = $5, lease_fence = lease_fence + 1 \
             where instance_id = $1 and version = $2 and (lease_until is null or lease_until <= $4) \
             returning lease_fence, attempt_at, attempt_answer")
            .bind(instance.0).bind(version).bind(owner).bind(now.as_millis()).bind(until.as_millis())
            .fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        // Apart from the first statement, which tells the old mark. The row is held in between.
        on!(self, c => sqlx::query("update instance_grant set attempt_at = $2 where instance_id = $1")
            .bind(instance.0).bind(now.as_millis()).execute(c).await.map(drop))?;
        let was_interrupted = row.attempt_at.is_some();
        Ok(Some(Lease { fence: row.lease_fence, was_interrupted, answer: row.attempt_answer }))
    }

    /// Keeps what the provider answered before anybody reads it; whether the lease still holds.
    pub async fn keep_answer(&mut self, instance: InstanceId, fence: i64, sealed: &[u8]) -> Result<bool> {
        let kept = on!(self, c => sqlx::query(
            "update instance_grant set attempt_answer = $3 \
             where instance_id = $1 and lease_fence = $2 and lease_owner is not null")
            .bind(instance.0).bind(fence).bind(sealed).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(kept == 1)
    }

    /// Keeps the new token set and gives the lease back; whether the lease still held and the version was still this one.
    pub async fn finish_renewal(
        &mut self,
        instance: InstanceId,
        fence: i64,
        version: i64,
        renewed: &RenewedGrant<'_>,
        now: Timestamp,
    ) -> Result<bool> {
        let kept = on!(self, c => sqlx::query(
            "update instance_grant set version = version + 1, sealed = $4, expires_at = $5, refresh_expires_at = $6, \
             renew_at = $7, updated_at = $8, failures = 0, retry_at = null, lease_owner = null, lease_until = null, \
             attempt_at = null, attempt_answer = null \
             where instance_id = $1 and lease_fence = $2 and version = $3 and lease_owner is not null")
            .bind(instance.0).bind(fence).bind(version).bind(renewed.sealed)
            .bind(renewed.expires_at.map(Timestamp::as_millis)).bind(renewed.refresh_expires_at.map(Timestamp::as_millis))
            .bind(renewed.renew_at.map(Timestamp::as_millis)).bind(now.as_millis()).execute(c).await
            .map(|done| done.rows_affected()))?;
        Ok(kept == 1)
    }

    /// Counts a failure and gives the lease back; whether it still held. The token set has not changed by it.
    pub async fn fail_renewal(&mut self, instance: InstanceId, fence: i64, failure: &RenewalFailure) -> Result<bool> {
        let kept = on!(self, c => sqlx::query(
            "update instance_grant set failures = failures + 1, retry_at = $3, lease_owner = null, lease_until = null, \
             attempt_at = case when $4 then attempt_at end, \
             attempt_answer = case when $4 then attempt_answer end \
             where instance_id = $1 and lease_fence = $2 and lease_owner is not null")
            .bind(instance.0).bind(fence).bind(failure.retry_at.map(Timestamp::as_millis)).bind(failure.keeps_attempt)
            .execute(c).await.map(|done| done.rows_affected()))?;
        Ok(kept == 1)
    }

    /// Holds the lease for longer; whether it still held.
    pub async fn extend_lease(&mut self, instance: InstanceId, fence: i64, until: Timestamp) -> Result<bool> {
        let kept = on!(self, c => sqlx::query(
            "update instance_grant set lease_until = $3 \
             where instance_id = $1 and lease_fence = $2 and lease_owner is not null")
            .bind(instance.0).bind(fence).bind(until.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(kept == 1)
    }

    /// Usable instances whose grants are to be renewed now, the most urgent first.
    pub async fn due_renewals(&mut self, now: Timestamp, limit: u16) -> Result<Vec<InstanceId>> {
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(
            "select instance_id from instance_grant join instance on instance.id = instance_id \
             where (renew_at <= $1 or attempt_at is not null) and (lease_until is null or lease_until <= $1) and (retry_at is null or retry_at <= $1) \
             and lifecycle = 'active' and standing = 'ready' and deleted_at is null order by renew_at, instance_id limit $2")
            .bind(now.as_millis()).bind(i64::from(limit)).fetch_all(c).await)?;
        Ok(ids.into_iter().map(InstanceId).collect())
    }
}
