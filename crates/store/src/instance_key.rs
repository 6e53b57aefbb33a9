//! Instance keys, kept as hashes.

use keyway_model::{InstanceId, InstanceKey, KeyId, KeyPolicy, Timestamp};

use crate::{Error, Result, Tx};

/// An instance key to be kept.
#[derive(Clone, Debug)]
pub struct NewInstanceKey<'a> {
    /// The instance it opens.
    pub instance: InstanceId,
    /// Its name.
    pub name: &'a str,
    /// Keyed hash of the key.
    pub hash: &'a [u8],
    /// Its limits.
    pub policy: &'a KeyPolicy,
    /// When it is made.
    pub created_at: Timestamp,
}

row! { KeyRow {
    id: i64, instance_id: i64, name: String, methods: String, path_prefixes: String, expires_at: Option<i64>, created_at: i64,
} }

impl TryFrom<KeyRow> for InstanceKey {
    type Error = Error;

    fn try_from(row: KeyRow) -> Result<Self> {
        let unreadable = |column| Error::Inconsistent { table: "instance_key", column, row: row.id };
        let policy = KeyPolicy {
            methods: serde_json::from_str(&row.methods).map_err(|_| unreadable("methods"))?,
            path_prefixes: serde_json::from_str(&row.path_prefixes).map_err(|_| unreadable("path_prefixes"))?,
            expires_at: row.expires_at.map(Timestamp::from_millis),
        };
        Ok(Self {
            id: KeyId(row.id),
            instance: InstanceId(row.instance_id),
            name: row.name,
            policy,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

impl Tx {
    /// Keeps a new key.
    pub async fn insert_instance_key(&mut self, new: &NewInstanceKey<'_>) -> Result<KeyId> {
        let list = |texts: &[String]| serde_json::to_string(texts).expect("texts are JSON");
        let id: i64 = on!(self, c => sqlx::query_scalar(
            "insert into instance_key (instance_id, name, hash, methods, path_prefixes, expires_at, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7) returning id")
            .bind(new.instance.0).bind(new.name).bind(new.hash).bind(list(&new.policy.methods))
            .bind(list(&new.policy.path_prefixes)).bind(new.policy.expires_at.map(Timestamp::as_millis))
            .bind(new.created_at.as_millis()).fetch_one(c).await)?;
        Ok(KeyId(id))
    }

    /// The keys of an instance, oldest first.
    pub async fn instance_keys(&mut self, instance: InstanceId) -> Result<Vec<InstanceKey>> {
        let rows: Vec<KeyRow> = on!(self, c => sqlx::query_as(
            "select id, instance_id, name, methods, path_prefixes, expires_at, created_at from instance_key \
             where instance_id = $1 order by id").bind(instance.0).fetch_all(c).await)?;
        rows.into_iter().map(InstanceKey::try_from).collect()
    }

    /// The key with a hash.
    pub async fn instance_key_by_hash(&mut self, hash: &[u8]) -> Result<Option<InstanceKey>> {
        let row: Option<KeyRow> = on!(self, c => sqlx::query_as(
            "select id, instance_id, name, methods, path_prefixes, expires_at, created_at from instance_key where hash = $1")
            .bind(hash).fetch_optional(c).await)?;
        row.map(InstanceKey::try_from).transpose()
    }

    /// Revokes a key of an instance; whether it was there.
    pub async fn delete_instance_key(&mut self, instance: InstanceId, id: KeyId) -> Result<bool> {
        let gone = on!(self, c => sqlx::query("delete from instance_key where id = $1 and instance_id = $2")
            .bind(id.0).bind(instance.0).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone == 1)
    }
}
