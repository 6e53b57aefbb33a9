//! Grants, registrations and attempts that tests need, with values that do not matter to them.

use keyway_model::{AccountId, ConnectorKey, InstanceId, OrganizationId, RegistrationId, Timestamp};
use keyway_store::{NewAttempt, NewGrant, NewRegistration, Result};
use uuid::Uuid;

use crate::fixture::{Tenant, at, connector, fresh_uuid};
use crate::harness::Test;

impl Test {
    /// Keeps the first grant of an instance; whether the instance lives.
    pub(crate) async fn grant(&self, instance: InstanceId, new: &NewGrant<'_>) -> Result<bool> {
        let mut tx = self.write().await?;
        let kept = tx.insert_grant(instance, new, at(0)).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// Keeps a registration.
    pub(crate) async fn registration(&self, draft: &Registration) -> Result<RegistrationId> {
        let mut tx = self.write().await?;
        let id = tx.insert_registration(&draft.row()).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// A grant of tokens that never expire.
pub(crate) fn grant(sealed: &[u8]) -> NewGrant<'_> {
    NewGrant { sealed, subject: None, registration: None, renew_at: None, expires_at: None, refresh_expires_at: None }
}

/// A registration to be kept, which owns its parts.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) uuid: Uuid,
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) account: Option<AccountId>,
    pub(crate) connector: ConnectorKey,
    pub(crate) name: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) callback_urls: Vec<String>,
}

impl Registration {
    /// The unnamed one of an account.
    pub(crate) fn of(owner: &Tenant) -> Self {
        Self {
            uuid: fresh_uuid(),
            organization: Some(owner.organization),
            account: Some(owner.account),
            connector: connector("closeio"),
            name: String::new(),
            sealed: b"sealed".to_vec(),
            callback_urls: vec![],
        }
    }

    /// The same for the whole organization.
    pub(crate) fn of_the_organization(self) -> Self {
        Self { account: None, ..self }
    }

    /// The same for everybody.
    pub(crate) fn of_the_server(self) -> Self {
        Self { organization: None, account: None, ..self }
    }

    /// Another one that is the same in everything but its uuid.
    pub(crate) fn again(self) -> Self {
        Self { uuid: fresh_uuid(), ..self }
    }

    fn row(&self) -> NewRegistration<'_> {
        NewRegistration {
            uuid: self.uuid,
            organization: self.organization,
            account: self.account,
            connector: &self.connector,
            name: &self.name,
            sealed: &self.sealed,
            callback_urls: &self.callback_urls,
            created_at: at(0),
        }
    }
}

/// An attempt to be kept, which owns its parts.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) uuid: Uuid,
    pub(crate) owner: Tenant,
    pub(crate) state_hash: Vec<u8>,
    pub(crate) finish_hash: Option<Vec<u8>>,
    pub(crate) connector: ConnectorKey,
    pub(crate) registration: Option<RegistrationId>,
    pub(crate) instance: Option<InstanceId>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Attempt {
    /// One of ten minutes for a new instance, found by a state.
    pub(crate) fn of(owner: &Tenant, state: &str) -> Self {
        Self {
            uuid: fresh_uuid(),
            owner: *owner,
            state_hash: state.as_bytes().to_vec(),
            finish_hash: None,
            connector: connector("closeio"),
            registration: None,
            instance: None,
            sealed: b"sealed".to_vec(),
            created_at: at(0),
            expires_at: at(600),
        }
    }

    /// Another one that is the same in everything but its uuid.
    pub(crate) fn again(self) -> Self {
        Self { uuid: fresh_uuid(), ..self }
    }

    /// What the store is given.
    pub(crate) fn row(&self) -> NewAttempt<'_> {
        NewAttempt {
            uuid: self.uuid,
            state_hash: &self.state_hash,
            finish_hash: self.finish_hash.as_deref(),
            context: "acme",
            organization: self.owner.organization,
            account: self.owner.account,
            user: self.owner.user,
            connector: &self.connector,
            method: "oauth2",
            registration: self.registration,
            instance: self.instance,
            sealed: &self.sealed,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}
