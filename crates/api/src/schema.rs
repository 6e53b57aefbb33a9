//! What requests hold, as the document describes it. Handlers take members and parameters one by one
//! (`object.rs`, `params.rs`); in debug builds, asking for one that is not here, or not asking for one that is, panics.
#![expect(dead_code, reason = "nothing is read into these types: they are the written form of what handlers read")]

mod body;
mod connect;
mod query;

pub(crate) use body::{
    AccountChanges, ConfigurationChange, InstanceChanges, NewAccount, NewInstance, NewKey, NewPassword, NewUser,
    OrganizationChanges, SignInBody, UserChanges,
};
pub(crate) use connect::{NewRegistration, OauthAttemptQuery, OauthBody, OauthQuery, RegistrationChanges};
pub(crate) use query::{
    AccountQuery, Anything, DocsQuery, DocsVersionQuery, ElementKeyQuery, ElementQuery, GuideQuery, InstanceQuery,
    InstanceSearch, MetadataQuery, RegistrationQuery, RemovalQuery, UsageQuery, UsageSumQuery, UserQuery,
};
