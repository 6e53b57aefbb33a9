//! The roles of the platform dialect (section 1.3) and what each may see and do.

/// What a user may do beyond caring for their own instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `default`: sees and changes its own instances only.
    Default,
    /// `admin`: sees and changes everything of its account, and the account's users.
    AccountAdmin,
    /// `org`: sees everything of the organization, changes its own.
    Organization,
    /// `org-admin`: sees and changes everything of the organization.
    OrganizationAdmin,
}

impl Role {
    /// Every role, lowest first.
    pub const ALL: [Self; 4] = [Self::Default, Self::AccountAdmin, Self::Organization, Self::OrganizationAdmin];

    /// The role's key on the wire.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::AccountAdmin => "admin",
            Self::Organization => "org",
            Self::OrganizationAdmin => "org-admin",
        }
    }

    /// The role's name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "User",
            Self::AccountAdmin => "Account administrator",
            Self::Organization => "Organization user",
            Self::OrganizationAdmin => "Organization administrator",
        }
    }

    /// Finds a role by its key.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
}
