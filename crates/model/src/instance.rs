//! An instance: one user's authenticated connection to one provider account.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{AccountId, ConnectorKey, InstanceId, OrganizationId, Secret, Timestamp, UserId};

/// Configuration values by key. Every value is a secret until a view decides otherwise; `None` is an explicit null.
pub type Configuration = BTreeMap<String, Secret>;

/// Where an instance is in its life. The other axis, [`Health`], says how well it works there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Made, and still without a credential: nobody has connected it yet.
    Setup,
    /// Usable.
    Active,
    /// Switched off by a person; its token answers 403.
    Disabled,
    /// Its credential is void, and only a person can give it another.
    ReconnectNeeded,
    /// Gone; a tombstone without secrets stays for the log.
    Deleted,
}

impl Lifecycle {
    /// The spelling for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::ReconnectNeeded => "reconnect_needed",
            Self::Deleted => "deleted",
        }
    }

    /// Reads the spelling for programs.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Setup, Self::Active, Self::Disabled, Self::ReconnectNeeded, Self::Deleted];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// Where an instance's credential stands, whether the instance is switched on or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none yet.
    Setup,
    /// It can be used.
    Ready,
    /// It is void, and only a person can give another.
    ReconnectNeeded,
}

impl Standing {
    /// The spelling in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Ready => "ready",
            Self::ReconnectNeeded => "reconnect_needed",
        }
    }

    /// Reads the spelling in the store.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Setup, Self::Ready, Self::ReconnectNeeded].into_iter().find(|standing| standing.as_str() == text)
    }
}

/// How well an instance works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// The provider took the credential.
    Healthy,
    /// Nobody has asked the provider: the connector declares no verification.
    Unverified,
    /// It works badly or not at all, for a reason that may pass.
    Degraded,
}

impl Health {
    /// The spelling for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unverified => "unverified",
            Self::Degraded => "degraded",
        }
    }

    /// Reads the spelling for programs.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Healthy, Self::Unverified, Self::Degraded].into_iter().find(|health| health.as_str() == text)
    }
}

/// What makes an instance work badly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When it began.
    pub since: Timestamp,
    /// What was seen of it, in words that hold no secret.
    pub evidence: String,
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
    /// Whether it is switched on.
    pub enabled: bool,
    /// Where its credential stands.
    pub standing: Standing,
    /// Whether the provider took its credential when it was last verified.
    pub verified: bool,
    /// What makes it work badly, if it does.
    pub trouble: Option<Trouble>,
    /// Counts changes; a writer that read an older version does not overwrite a newer one.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Instance {
    /// First axis of its state. Nobody holds a deleted instance, and one that is switched off is just that, whatever
    /// its credential is worth.
    pub const fn lifecycle(&self) -> Lifecycle {
        match (self.enabled, self.standing) {
            (false, _) => Lifecycle::Disabled,
            (true, Standing::Setup) => Lifecycle::Setup,
            (true, Standing::Ready) => Lifecycle::Active,
            (true, Standing::ReconnectNeeded) => Lifecycle::ReconnectNeeded,
        }
    }

    /// Second axis of its state: trouble seen later outweighs a verification that went well.
    pub const fn health(&self) -> Health {
        match (&self.trouble, self.verified) {
            (Some(_), _) => Health::Degraded,
            (None, true) => Health::Healthy,
            (None, false) => Health::Unverified,
        }
    }
}

#[cfg(test)]
mod tests;
