//! A person or program that signs in.

use std::collections::BTreeMap;

use crate::{AccountId, OrganizationId, Role, Timestamp, UserId};

/// A user of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: UserId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The account it belongs to.
    pub account: AccountId,
    /// Sign-in name, kept in lower case, unique on this server.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// The caller's own id for it.
    pub external_id: Option<String>,
    /// Postal address and telephone number, by wire name.
    pub profile: BTreeMap<String, String>,
    /// Inactive users' secrets open nothing.
    pub active: bool,
    /// Granted roles, lowest first; empty means the default role.
    pub roles: Vec<Role>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last signed in with a password.
    pub last_login_at: Option<Timestamp>,
}

impl User {
    /// Whether a role was granted.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The highest role granted.
    pub fn highest_role(&self) -> Role {
        self.roles.iter().copied().max().unwrap_or(Role::Default)
    }
}
