//! Grants: the token sets that instances work with, sealed, and when they are to be renewed.
//!
//! Who writes an instance and its grant in one transaction writes or locks the instance first, as a deletion does: two
//! transactions that took them in different orders would wait for each other.

mod renewal;

use keyway_model::{InstanceId, RegistrationId, Timestamp};
use uuid::Uuid;

use crate::{Result, Tx};

pub use renewal::{Lease, RenewalFailure, RenewedGrant};

/// A grant to be kept.
#[derive(Clone, Debug)]
pub struct NewGrant<'a> {
    /// The token set, sealed.
    pub sealed: &'a [u8],
    /// Whom it belongs to at the provider, sealed.
    pub subject: Option<&'a [u8]>,
    /// The registration that it was given to.
    pub registration: Option<RegistrationId>,
    /// When it is to be renewed even if nobody calls.
    pub renew_at: Option<Timestamp>,
    /// When its access token expires.
    pub expires_at: Option<Timestamp>,
    /// When its refresh token expires.
    pub refresh_expires_at: Option<Timestamp>,
}

/// A grant as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredGrant {
    /// The instance that works with it.
    pub instance: InstanceId,
    /// Grows with every change of the token set.
    pub version: i64,
    /// The token set, sealed.
    pub sealed: Vec<u8>,
    /// Whom it belongs to at the provider, sealed.
    pub subject: Option<Vec<u8>>,
    /// The registration that it was given to.
    pub registration: Option<RegistrationId>,
    /// When it is to be renewed even if nobody calls.
    pub renew_at: Option<Timestamp>,
    /// When its access token expires.
    pub expires_at: Option<Timestamp>,
    /// When its refresh token expires.
    pub refresh_expires_at: Option<Timestamp>,
    /// How many renewals have failed since one succeeded.
    pub failures: i64,
    /// The provider is not to be asked before.
    pub retry_at: Option<Timestamp>,
    /// Who renews it and until when nobody else may.
    pub holder: Option<(Uuid, Timestamp)>,
    /// When a renewal began whose end was not recorded.
    pub attempt_at: Option<Timestamp>,
    /// What the provider answered to that renewal, sealed.
    pub answer: Option<Vec<u8>>,
    /// When the instance was first connected.
    pub created_at: Timestamp,
    /// When its token set last changed.
    pub updated_at: Timestamp,
}

/// The sealed parts of a grant under another data key.
#[derive(Clone, Debug)]
pub struct ResealedGrant<'a> {
    /// The token set.
    pub sealed: &'a [u8],
    /// Whom it belongs to.
    pub subject: Option<&'a [u8]>,
    /// The provider's answer to a renewal under way.
    pub answer: Option<&'a [u8]>,
}

row! { GrantRow {
    instance_id: i64, version: i64, sealed: Vec<u8>, subject_sealed: Option<Vec<u8>>, registration_id: Option<i64>,
    renew_at: Option<i64>, expires_at: Option<i64>, refresh_expires_at: Option<i64>, failures: i64, retry_at: Option<i64>,
    lease_owner: Option<Uuid>, lease_until: Option<i64>, attempt_at: Option<i64>, attempt_answer: Option<Vec<u8>>,
    created_at: i64, updated_at: i64,
} }

impl From<GrantRow> for StoredGrant {
    fn from(row: GrantRow) -> Self {
        let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        Self {
            instance: InstanceId(row.instance_id),
            version: row.version,
            sealed: row.sealed,
            subject: row.subject_sealed,
            registration: row.registration_id.map(RegistrationId),
            renew_at: time(row.renew_at),
            expires_at: time(row.expires_at),
            refresh_expires_at: time(row.refresh_expires_at),
            failures: row.failures,
            retry_at: time(row.retry_at),
            holder: row.lease_owner.zip(time(row.lease_until)),
            attempt_at: time(row.attempt_at),
            answer: row.attempt_answer,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        }
    }
}

impl Tx {
    /// Keeps the first grant of a live instance; whether it lives. [`crate::Error::Conflict`] when it has one already.
    pub async fn insert_grant(&mut self, instance: InstanceId, new: &NewGrant<'_>, now: Timestamp) -> Result<bool> {
        // A deletion at this moment would leave a tombstone with tokens.
        if !self.lock_instance(instance).await? {
            return Ok(false);
        }
        // Version and fence begin at the time, and so behind those of any grant that was forgotten here before: a
        // renewal that was begun for that one must not be taken for a renewal of this one.
        on!(self, c => sqlx::query(
            "insert into instance_grant (instance_id, version, sealed, subject_sealed, registration_id, renew_at, expires_at, \
             refresh_expires_at, lease_fence, created_at, updated_at) values ($1, $8, $2, $3, $4, $5, $6, $7, $8, $8, $8)")
            .bind(instance.0).bind(new.sealed).bind(new.subject).bind(new.registration.map(|id| id.0))
            .bind(new.renew_at.map(Timestamp::as_millis)).bind(new.expires_at.map(Timestamp::as_millis))
            .bind(new.refresh_expires_at.map(Timestamp::as_millis)).bind(now.as_millis()).execute(c).await.map(drop))?;
        Ok(true)
    }

    /// The grant of an instance.
    pub async fn grant(&mut self, instance: InstanceId) -> Result<Option<StoredGrant>> {
        let row: Option<GrantRow> = on!(self, c => sqlx::query_as(
            "select instance_id, version, sealed, subject_sealed, registration_id, renew_at, expires_at, refresh_expires_at, \
             failures, retry_at, lease_owner, lease_until, attempt_at, attempt_answer, created_at, updated_at \
             from instance_grant where instance_id = $1").bind(instance.0).fetch_optional(c).await)?;
        Ok(row.map(Into::into))
    }

    /// Replaces the grant of an instance that was connected again; whether it had one. A renewal that is under way
    /// has lost its lease and writes nothing any more.
    pub async fn replace_grant(&mut self, instance: InstanceId, new: &NewGrant<'_>, now: Timestamp) -> Result<bool> {
        let replaced = on!(self, c => sqlx::query(
            "update instance_grant set version = version + 1, sealed = $2, subject_sealed = $3, registration_id = $4, \
             renew_at = $5, expires_at = $6, refresh_expires_at = $7, updated_at = $8, failures = 0, retry_at = null, \
             lease_owner = null, lease_until = null, lease_fence = lease_fence + 1, attempt_at = null, attempt_answer = null \
             where instance_id = $1")
            .bind(instance.0).bind(new.sealed).bind(new.subject).bind(new.registration.map(|id| id.0))
            .bind(new.renew_at.map(Timestamp::as_millis)).bind(new.expires_at.map(Timestamp::as_millis))
            .bind(new.refresh_expires_at.map(Timestamp::as_millis)).bind(now.as_millis()).execute(c).await
            .map(|done| done.rows_affected()))?;
        Ok(replaced == 1)
    }

    /// Forgets the grant of an instance; whether it had one.
    pub async fn delete_grant(&mut self, instance: InstanceId) -> Result<bool> {
        let gone = on!(self, c => sqlx::query("delete from instance_grant where instance_id = $1").bind(instance.0)
            .execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone == 1)
    }

    /// Holds a grant until the end of the transaction, so that no renewal changes it meanwhile; whether there is one.
    pub async fn lock_grant(&mut self, instance: InstanceId) -> Result<bool> {
        let held = on!(self, c => {
            sqlx::query("update instance_grant set version = version where instance_id = $1").bind(instance.0)
                .execute(c).await.map(|done| done.rows_affected())
        })?;
        Ok(held == 1)
    }

    /// Replaces the sealed parts of a grant without changing what they hold: for a new data key. The grant is to be
    /// held with [`Tx::lock_grant`] since before it was read.
    pub async fn reseal_grant(&mut self, instance: InstanceId, parts: &ResealedGrant<'_>) -> Result<()> {
        on!(self, c => sqlx::query(
            "update instance_grant set sealed = $2, subject_sealed = $3, attempt_answer = $4 where instance_id = $1")
            .bind(instance.0).bind(parts.sealed).bind(parts.subject).bind(parts.answer).execute(c).await.map(drop))?;
        Ok(())
    }
}
