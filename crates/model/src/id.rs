//! The identifiers of the platform: integers on the wire and in the store, distinct types in the code.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

ids! {
    /// An organization, the tenant that owns everything below it.
    OrganizationId;
    /// An account of an organization.
    AccountId;
    /// A user of an account.
    UserId;
    /// A connector; assigned once per key by the store.
    ConnectorId;
    /// A connector instance.
    InstanceId;
    /// An instance key.
    KeyId;
    /// Our registration as a client of a provider.
    RegistrationId;
    /// An attempt to connect an instance.
    AttemptId;
}
