//! Who is asking, and what they may see: the one place that turns roles into permissions.

use crate::{Account, AccountId, Instance, OrganizationId, Role, User, UserId};

/// An authenticated user of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user whose secret was shown.
    pub user: User,
}

/// The rows of an organization that a caller may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everything of the organization.
    Organization(OrganizationId),
    /// One account's rows.
    Account(OrganizationId, AccountId),
    /// One user's own rows.
    User(OrganizationId, UserId),
}

impl Caller {
    /// The caller's organization.
    pub const fn organization(&self) -> OrganizationId {
        self.user.organization
    }

    /// The instances that the caller may look at.
    pub fn visibility(&self) -> Visibility {
        let organization = self.user.organization;
        match self.user.highest_role() {
            Role::OrganizationAdmin | Role::Organization => Visibility::Organization(organization),
            Role::AccountAdmin => Visibility::Account(organization, self.user.account),
            Role::Default => Visibility::User(organization, self.user.id),
        }
    }

    /// Whether the caller may look at an instance.
    pub fn may_see(&self, instance: &Instance) -> bool {
        match self.visibility() {
            Visibility::Organization(organization) => instance.organization == organization,
            Visibility::Account(organization, account) => {
                instance.organization == organization && instance.account == account
            }
            Visibility::User(organization, user) => instance.organization == organization && instance.user == user,
        }
    }

    /// Whether the caller may change or delete an instance: its owner, its account's administrator, or the
    /// organization's administrator.
    pub fn may_change(&self, instance: &Instance) -> bool {
        let own = instance.organization == self.user.organization && instance.user == self.user.id;
        own || (self.may_see(instance) && self.administers(instance.account))
    }

    /// Whether the caller administers the whole organization.
    pub fn administers_organization(&self) -> bool {
        self.user.has(Role::OrganizationAdmin)
    }

    /// Whether the caller administers an account of its organization.
    pub fn administers(&self, account: AccountId) -> bool {
        self.administers_organization() || (self.user.has(Role::AccountAdmin) && self.user.account == account)
    }

    /// Whether the caller may look at an account.
    pub fn may_see_account(&self, account: &Account) -> bool {
        let wide = matches!(self.visibility(), Visibility::Organization(_));
        account.organization == self.user.organization && (wide || account.id == self.user.account)
    }
}
