//! The wire shapes of the platform dialect.

mod account;
mod connect_page;
mod element;
mod guide_page;
mod hub;
mod instance;
mod metadata;
mod oauth;
mod registration;
mod server;
mod usage;
mod user;

pub(crate) use account::{Account, Organization, account, organization};
pub(crate) use connect_page::{connect_page, failure_page};
pub(crate) use element::{
    AuthenticationTypes, Element, ElementSummary, Field, abridged, authentication_types, configuration_entry, element,
};
pub(crate) use guide_page::guide_page;
pub(crate) use hub::{ElementVersion, Hub, element_version, hub};
pub(crate) use instance::{
    Entry, Instance, InstanceCount, InstanceKey, MadeKey, OneInstance, entries, instance, instance_count, instance_key,
    made_key,
};
pub(crate) use metadata::{ElementMetadata, element_metadata};
pub(crate) use oauth::{
    AttemptProgress, OauthAttempt, OauthDevice, OauthToken, OauthUrl, attempt_progress, oauth_attempt, oauth_device,
    oauth_token, oauth_url,
};
pub(crate) use registration::{Registration, registration};
pub(crate) use server::{Empty, Status, Version};
pub(crate) use usage::{
    Usage, UsageActivity, UsageStatuses, UsageTimes, usage, usage_activity, usage_statuses, usage_times,
};
pub(crate) use user::{Role, Secrets, SignedIn, User, authenticated, role_view, secrets, user};
