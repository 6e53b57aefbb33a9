//! Instances, one at a time: their rows, tags, sealed values and tokens.

use keyway_model::{
    AccountId, ConnectorKey, Instance, InstanceId, OrganizationId, Standing, Timestamp, Trouble, UserId,
};
use uuid::Uuid;

use crate::{Error, Result, Tx};

/// A configuration value as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValue {
    /// Key of the configuration entry.
    pub field: String,
    /// The value, sealed.
    pub sealed: Vec<u8>,
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// The token, sealed.
    pub sealed: Vec<u8>,
    /// Keyed hash of the token.
    pub hash: Vec<u8>,
}

/// An instance to be kept.
#[derive(Clone, Debug)]
pub struct NewInstance<'a> {
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// The tenant.
    pub organization: OrganizationId,
    /// The account.
    pub account: AccountId,
    /// The owner.
    pub user: UserId,
    /// What it is an instance of.
    pub connector: &'a ConnectorKey,
    /// Which version of its definition.
    pub connector_version: i64,
    /// Its name.
    pub name: &'a str,
    /// Its tags in order.
    pub tags: &'a [String],
    /// Where its credential stands.
    pub standing: Standing,
    /// Whether the provider took its credential.
    pub verified: bool,
    /// Its token.
    pub token: &'a StoredToken,
    /// Its configuration.
    pub values: &'a [SealedValue],
    /// When it is made.
    pub created_at: Timestamp,
}

/// An instance with everything sealed that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedInstance {
    /// The instance.
    pub instance: Instance,
    /// Its token, sealed.
    pub token: Vec<u8>,
    /// Its configuration.
    pub values: Vec<SealedValue>,
}

row! { InstanceRow {
    id: i64, uuid: Uuid, organization_id: i64, account_id: i64, user_id: i64, connector_key: String, connector_version: i64, name: String,
    enabled: bool, standing: String, verified: bool, degraded_since: Option<i64>, evidence: Option<String>,
    token_sealed: Option<Vec<u8>>, version: i64, created_at: i64, updated_at: i64,
} }

/// Columns of an instance. `lifecycle` tells whether it is switched on, `health` what its last verification said.
macro_rules! select_instance {
    ($rest:literal) => {
        concat!(
            "select id, uuid, organization_id, account_id, user_id, connector_key, connector_version, name, ",
            "lifecycle = 'active' as enabled, standing, health = 'healthy' as verified, degraded_since, evidence, ",
            "token_sealed, version, created_at, updated_at from instance ",
            $rest
        )
    };
}

row! { ValueRow { field: String, sealed: Vec<u8> } }

impl InstanceRow {
    fn read(self, tags: Vec<String>) -> Result<(Instance, Vec<u8>)> {
        let unreadable = |column| Error::Inconsistent { table: "instance", column, row: self.id };
        let instance = Instance {
            id: InstanceId(self.id),
            uuid: self.uuid,
            organization: OrganizationId(self.organization_id),
            account: AccountId(self.account_id),
            user: UserId(self.user_id),
            connector: ConnectorKey::parse(&self.connector_key).ok_or_else(|| unreadable("connector_key"))?,
            connector_version: self.connector_version,
            name: self.name,
            tags,
            enabled: self.enabled,
            standing: Standing::parse(&self.standing).ok_or_else(|| unreadable("standing"))?,
            verified: self.verified,
            trouble: self.degraded_since.map(|since| Trouble {
                since: Timestamp::from_millis(since),
                evidence: self.evidence.unwrap_or_default(),
            }),
            version: self.version,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
        };
        Ok((instance, self.token_sealed.unwrap_or_default()))
    }
}

impl Tx {
    /// Keeps a new instance with its tags, values and token.
    pub async fn insert_instance(&mut self, new: &NewInstance<'_>) -> Result<InstanceId> {
        let id: i64 = on!(self, c => sqlx::query_scalar(
            "insert into instance (uuid, organization_id, account_id, user_id, connector_key, name, search_name, lifecycle, \
             health, token_sealed, token_hash, version, created_at, updated_at, connector_version, standing) \
             values ($1, $2, $3, $4, $5, $6, $11, 'active', case when $7 then 'healthy' else 'unverified' end, $8, $9, 1, \
             $10, $10, $12, $13) returning id")
            .bind(new.uuid).bind(new.organization.0).bind(new.account.0).bind(new.user.0).bind(new.connector.as_str())
            .bind(new.name).bind(new.verified).bind(&new.token.sealed).bind(&new.token.hash)
            .bind(new.created_at.as_millis()).bind(new.name.to_lowercase()).bind(new.connector_version)
            .bind(new.standing.as_str()).fetch_one(c).await)?;
        let id = InstanceId(id);
        self.insert_tags(id, new.tags).await?;
        for value in new.values {
            self.set_value(id, value).await?;
        }
        Ok(id)
    }

    /// The live instance of an organization with an id, everything sealed included.
    pub async fn instance(&mut self, organization: OrganizationId, id: InstanceId) -> Result<Option<SealedInstance>> {
        let row: Option<InstanceRow> = on!(self, c => sqlx::query_as(
            select_instance!("where id = $1 and organization_id = $2 and deleted_at is null"))
            .bind(id.0).bind(organization.0).fetch_optional(c).await)?;
        self.complete(row).await
    }

    /// The live instance whose token has a hash.
    pub async fn instance_by_token(&mut self, hash: &[u8]) -> Result<Option<SealedInstance>> {
        let row: Option<InstanceRow> = on!(self, c => sqlx::query_as(
            select_instance!("where token_hash = $1 and deleted_at is null"))
            .bind(hash).fetch_optional(c).await)?;
        self.complete(row).await
    }

    /// The organization of a live instance.
    pub async fn instance_organization(&mut self, id: InstanceId) -> Result<Option<OrganizationId>> {
        let id: Option<i64> = on!(self, c => {
            sqlx::query_scalar("select organization_id from instance where id = $1 and deleted_at is null").bind(id.0)
                .fetch_optional(c).await
        })?;
        Ok(id.map(OrganizationId))
    }

    async fn complete(&mut self, row: Option<InstanceRow>) -> Result<Option<SealedInstance>> {
        let Some(row) = row else { return Ok(None) };
        let id = row.id;
        let tags: Vec<String> = on!(self, c => {
            sqlx::query_scalar("select tag from instance_tag where instance_id = $1 order by position").bind(id).fetch_all(c).await
        })?;
        let values: Vec<ValueRow> = on!(self, c => {
            sqlx::query_as("select field, sealed from instance_value where instance_id = $1 order by field").bind(id)
                .fetch_all(c).await
        })?;
        let (instance, token) = row.read(tags)?;
        let values = values.into_iter().map(|row| SealedValue { field: row.field, sealed: row.sealed }).collect();
        Ok(Some(SealedInstance { instance, token, values }))
    }

    /// Writes what people change of an instance if its version is still the one that was read; raises the version.
    /// Standing and trouble have methods of their own, so that what the server notices gets in nobody's way.
    pub async fn update_instance(&mut self, instance: &Instance) -> Result<bool> {
        let changed = on!(self, c => sqlx::query(
            "update instance set connector_key = $3, name = $4, lifecycle = case when $5 then 'active' else 'disabled' end, \
             health = case when $6 then 'healthy' else 'unverified' end, updated_at = $7, search_name = $8, \
             connector_version = $9, version = version + 1 where id = $1 and version = $2 and deleted_at is null")
            .bind(instance.id.0).bind(instance.version).bind(instance.connector.as_str()).bind(&instance.name)
            .bind(instance.enabled).bind(instance.verified).bind(instance.updated_at.as_millis())
            .bind(instance.name.to_lowercase()).bind(instance.connector_version).execute(c).await
            .map(|done| done.rows_affected()))?;
        if changed == 1 {
            on!(self, c => sqlx::query("delete from instance_tag where instance_id = $1").bind(instance.id.0)
                .execute(c).await.map(drop))?;
            self.insert_tags(instance.id, &instance.tags).await?;
        }
        Ok(changed == 1)
    }

    /// Holds a live instance until the end of the transaction, so that it cannot be deleted meanwhile; whether it lives.
    pub async fn lock_instance(&mut self, id: InstanceId) -> Result<bool> {
        let held = on!(self, c => {
            sqlx::query("update instance set version = version where id = $1 and deleted_at is null").bind(id.0)
                .execute(c).await.map(|done| done.rows_affected())
        })?;
        Ok(held == 1)
    }

    /// Writes one configuration value.
    pub async fn set_value(&mut self, instance: InstanceId, value: &SealedValue) -> Result<()> {
        on!(self, c => sqlx::query(
            "insert into instance_value (instance_id, field, sealed) values ($1, $2, $3) \
             on conflict (instance_id, field) do update set sealed = excluded.sealed")
            .bind(instance.0).bind(&value.field).bind(&value.sealed).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Forgets one configuration value.
    pub async fn delete_value(&mut self, instance: InstanceId, field: &str) -> Result<()> {
        on!(self, c => sqlx::query("delete from instance_value where instance_id = $1 and field = $2")
            .bind(instance.0).bind(field).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Replaces an instance's sealed token without changing the token: for a new data key.
    pub async fn reseal_token(&mut self, instance: InstanceId, sealed: &[u8]) -> Result<()> {
        on!(self, c => sqlx::query("update instance set token_sealed = $2 where id = $1 and deleted_at is null")
            .bind(instance.0).bind(sealed).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Erases everything secret of an instance and leaves a tombstone; whether it was alive.
    pub async fn delete_instance(&mut self, instance: InstanceId, now: Timestamp) -> Result<bool> {
        // Held first and changed last. The change is of a unique column, which in PostgreSQL shuts out even those that
        // only refer to the instance: a renewal would wait for us while we wait for its grant.
        if !self.lock_instance(instance).await? {
            return Ok(false);
        }
        on!(self, c => sqlx::query("delete from instance_value where instance_id = $1").bind(instance.0)
            .execute(c).await.map(drop))?;
        on!(self, c => sqlx::query("delete from instance_key where instance_id = $1").bind(instance.0)
            .execute(c).await.map(drop))?;
        on!(self, c => sqlx::query("delete from connect_attempt where instance_id = $1").bind(instance.0)
            .execute(c).await.map(drop))?;
        self.delete_grant(instance).await?;
        on!(self, c => sqlx::query(
            "update instance set lifecycle = 'deleted', deleted_at = $2, updated_at = $2, token_sealed = null, \
             token_hash = null, degraded_since = null, evidence = null, version = version + 1 where id = $1")
            .bind(instance.0).bind(now.as_millis()).execute(c).await.map(drop))?;
        Ok(true)
    }

    async fn insert_tags(&mut self, instance: InstanceId, tags: &[String]) -> Result<()> {
        for (position, tag) in (0_i64..).zip(tags) {
            on!(self, c => sqlx::query("insert into instance_tag (instance_id, position, tag) values ($1, $2, $3)")
                .bind(instance.0).bind(position).bind(tag).execute(c).await.map(drop))?;
        }
        Ok(())
    }
}
