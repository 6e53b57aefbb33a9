//! Rows that many tests need, with values that do not matter to them.

use std::collections::BTreeMap;

use keyway_model::{
    AccountId, CallRecord, ConnectorKey, Entropy, InstanceId, OrganizationId, Page, PageSize, Standing, Timestamp,
    UserId,
};
use keyway_store::{
    NewAccount, NewInstance, NewOrganization, NewUser, Result, SCHEMA_VERSION, SealedValue, Selection, StoredToken, Tx,
};
use uuid::Uuid;

use crate::harness::Test;

/// An organization with an account and a user.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tenant {
    pub(crate) organization: OrganizationId,
    pub(crate) account: AccountId,
    pub(crate) user: UserId,
}

impl Test {
    /// Keeps an organization with an account and a user, all called `name`.
    pub(crate) async fn tenant(&self, name: &str) -> Result<Tenant> {
        let mut tx = self.write().await?;
        let organization = organization(&mut tx, name).await?;
        let account = account(&mut tx, organization, name).await?;
        let user = user(&mut tx, organization, account, &format!("{name}@example.com")).await?;
        tx.commit().await?;
        Ok(Tenant { organization, account, user })
    }

    /// Keeps one instance.
    pub(crate) async fn instance(&self, owner: &Tenant, draft: &Draft) -> Result<InstanceId> {
        let mut tx = self.write().await?;
        let id = draft.insert(&mut tx, owner).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// The number of every version of the schema, in order.
pub(crate) fn all_versions() -> Vec<String> {
    (1..=SCHEMA_VERSION).map(|version| version.to_string()).collect()
}

/// A time, in seconds from one that all tests share.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_123).plus_seconds(seconds)
}

/// A page size.
pub(crate) fn pages_of(rows: u16) -> PageSize {
    PageSize::parse(&rows.to_string()).expect("a size that the model allows")
}

/// Only one account, or the users of it.
pub(crate) fn of_account(id: AccountId, with_inactive: bool) -> Selection<'static> {
    Selection { account: Some(id), with_inactive, filter: None }
}

/// A page by its ids and whether another follows.
pub(crate) fn ids<T, I>(page: Page<T>, id: impl FnMut(T) -> I) -> (Vec<I>, bool) {
    (page.items.into_iter().map(id).collect(), page.has_more)
}

/// A connector's key.
pub(crate) fn connector(key: &str) -> ConnectorKey {
    ConnectorKey::parse(key).expect("a well-spelled key")
}

/// A call of an organization, made at a time, through an instance that need not be there.
pub(crate) fn call(organization: i64, seconds: i64) -> CallRecord {
    CallRecord {
        request_id: Entropy::system().request_id(at(seconds)),
        organization: OrganizationId(organization),
        account: AccountId(2),
        user: UserId(3),
        instance: InstanceId(4),
        connector: connector("closeio"),
        hub: "crm".into(),
        client: [192, 0, 2, 7].into(),
        method: "GET".into(),
        uri: "/elements/api-v2/hubs/crm/accounts?pageSize=1".into(),
        api: "GET /hubs/crm/accounts".into(),
        path: "/v1/accounts".into(),
        status: 200,
        attempts: 1,
        error: None,
        detail_dropped: false,
        at: at(seconds),
        duration_us: 5_000,
    }
}

/// A uuid that no other row has.
pub(crate) fn fresh_uuid() -> Uuid {
    Entropy::system().uuid()
}

/// Owned texts.
pub(crate) fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Keeps an organization.
pub(crate) async fn organization(tx: &mut Tx, name: &str) -> Result<OrganizationId> {
    let secret_hash = format!("hash of organization {name}");
    let new = NewOrganization { uuid: fresh_uuid(), name, secret_hash: secret_hash.as_bytes(), created_at: at(0) };
    tx.insert_organization(&new).await
}

/// Keeps an account that is not the organization's first.
pub(crate) async fn account(tx: &mut Tx, organization: OrganizationId, external_id: &str) -> Result<AccountId> {
    let new = NewAccount {
        organization,
        name: "An account",
        description: "",
        external_id,
        is_default: false,
        created_at: at(0),
    };
    tx.insert_account(&new).await
}

/// Keeps a user with nothing optional.
pub(crate) async fn user(tx: &mut Tx, organization: OrganizationId, account: AccountId, email: &str) -> Result<UserId> {
    let secret_hash = format!("hash of user {email}");
    let new = NewUser {
        uuid: fresh_uuid(),
        organization,
        account,
        email,
        first_name: "Ada",
        last_name: "Lovelace",
        external_id: None,
        profile: &BTreeMap::new(),
        password_hash: None,
        secret_sealed: b"sealed",
        secret_hash: secret_hash.as_bytes(),
        created_at: at(0),
    };
    tx.insert_user(&new).await
}

/// An instance to be kept, which owns its parts.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) uuid: Uuid,
    pub(crate) connector: ConnectorKey,
    pub(crate) connector_version: i64,
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    pub(crate) standing: Standing,
    pub(crate) verified: bool,
    pub(crate) token: StoredToken,
    pub(crate) values: Vec<SealedValue>,
}

impl Draft {
    /// An instance without tags and values.
    pub(crate) fn named(name: &str) -> Self {
        let uuid = fresh_uuid();
        let token = StoredToken { sealed: format!("token of {name}").into_bytes(), hash: uuid.as_bytes().to_vec() };
        Self {
            uuid,
            connector: connector("closeio"),
            connector_version: 1,
            name: name.to_owned(),
            tags: vec![],
            standing: Standing::Ready,
            verified: false,
            token,
            values: vec![],
        }
    }

    /// The same of another connector.
    pub(crate) fn of(self, key: &str) -> Self {
        Self { connector: connector(key), ..self }
    }

    /// The same with tags.
    pub(crate) fn tagged(self, tags: &[&str]) -> Self {
        Self { tags: texts(tags), ..self }
    }

    /// The same with one more value.
    pub(crate) fn with_value(mut self, field: &str, sealed: &[u8]) -> Self {
        self.values.push(sealed_value(field, sealed));
        self
    }

    /// Keeps it.
    pub(crate) async fn insert(&self, tx: &mut Tx, owner: &Tenant) -> Result<InstanceId> {
        let new = NewInstance {
            uuid: self.uuid,
            organization: owner.organization,
            account: owner.account,
            user: owner.user,
            connector: &self.connector,
            connector_version: self.connector_version,
            name: &self.name,
            tags: &self.tags,
            standing: self.standing,
            verified: self.verified,
            token: &self.token,
            values: &self.values,
            created_at: at(0),
        };
        tx.insert_instance(&new).await
    }
}

/// A value as it is kept.
pub(crate) fn sealed_value(field: &str, sealed: &[u8]) -> SealedValue {
    SealedValue { field: field.to_owned(), sealed: sealed.to_vec() }
}
