//! Sign-ins: short-lived tokens, kept as hashes.

use keyway_model::{Timestamp, UserId};

use crate::{Result, Tx};

impl Tx {
    /// Keeps a sign-in.
    pub async fn insert_login(
        &mut self,
        hash: &[u8],
        user: UserId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()> {
        on!(self, c => sqlx::query("insert into login (hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)")
            .bind(hash).bind(user.0).bind(now.as_millis()).bind(expires_at.as_millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The user of a sign-in that has not expired.
    pub async fn login(&mut self, hash: &[u8], now: Timestamp) -> Result<Option<UserId>> {
        let id: Option<i64> = on!(self, c => {
            sqlx::query_scalar("select user_id from login where hash = $1 and expires_at > $2")
                .bind(hash).bind(now.as_millis()).fetch_optional(c).await
        })?;
        Ok(id.map(UserId))
    }

    /// Forgets the sign-ins that have expired.
    pub async fn delete_expired_logins(&mut self, now: Timestamp) -> Result<u64> {
        let gone = on!(self, c => sqlx::query("delete from login where expires_at <= $1")
            .bind(now.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone)
    }
}
