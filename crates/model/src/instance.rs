//! An instance: one user's authenticated connection to one provider account.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{AccountId, ConnectorKey, InstanceId, OrganizationId, Secret, Timestamp, UserId};

/// Configuration values by key. Every value is a secret until a view decides otherwise; `None` is an explicit null.
pub type Configuration = BTreeMap<String, Secret>;

/// Where an instance is in its life. The other axis, [`Health`], says how well it works there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Usable.
    Active,
    /// Switched off by a person; its token answers 403.
    Disabled,
    /// Gone; a tombstone without secrets stays for the log.
    Deleted,
}

impl Lifecycle {
    /// The spelling in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }

    /// Reads the spelling in the store.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Disabled, Self::Deleted].into_iter().find(|state| state.as_str() == text)
    }
}

/// How well an instance works, with the evidence that its last verification left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// The provider took the credential.
    Healthy,
    /// Nobody has asked the provider: the connector declares no verification.
    Unverified,
}

impl Health {
    /// The spelling in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unverified => "unverified",
        }
    }

    /// Reads the spelling in the store.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Healthy, Self::Unverified].into_iter().find(|health| health.as_str() == text)
    }
}

/// Everything about an instance but its sealed values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its number.
    pub id: InstanceId,
    /// Its other name, part of the context that every sealed value is bound to.
    pub uuid: Uuid,
    /// The tenant.
    pub organization: OrganizationId,
    /// The account of the user that made it.
    pub account: AccountId,
    /// The user that made it.
    pub user: UserId,
    /// What it is an instance of.
    pub connector: ConnectorKey,
    /// Which version of its connector's definition it works by.
    pub connector_version: i64,
    /// Its name for people.
    pub name: String,
    /// Labels, in the order given.
    pub tags: Vec<String>,
    /// First axis of its state.
    pub lifecycle: Lifecycle,
    /// Second axis of its state.
    pub health: Health,
    /// Counts changes; a writer that read an older version does not overwrite a newer one.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
