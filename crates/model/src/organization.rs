//! The tenant and its accounts.

use crate::{AccountId, OrganizationId, Timestamp};

/// A tenant: everything below it is sealed under its own data key and invisible to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its number.
    pub id: OrganizationId,
    /// Its name for people.
    pub name: String,
    /// The caller's own id for it.
    pub external_id: Option<String>,
    /// Whether its secret opens anything.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A customer of an organization: a group of users and their instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name for people.
    pub name: String,
    /// A line about it.
    pub description: String,
    /// The caller's own id for it, unique in the organization.
    pub external_id: String,
    /// Inactive accounts keep their rows; their users cannot sign in.
    pub active: bool,
    /// The account that every organization has from the start and that cannot be deleted.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
