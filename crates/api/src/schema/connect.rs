//! What is sent to connect something: consent pages and client registrations.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(IntoParams)]
        #[into_params(rename_all = "camelCase")]
        pub(crate) struct $name {
            /// The client's identifier.
            #[param(nullable = false)]
            api_key: Option<String>,
            /// The client's secret.
            #[param(nullable = false)]
            api_secret: Option<String>,
            /// Where the browser comes back to: an absolute URL.
            #[param(nullable = false)]
            callback_url: Option<String>,
            /// What is asked for, instead of the connector's usual.
            #[param(nullable = false)]
            scope: Option<String>,
            /// What comes back with the browser; otherwise the connector's key.
            #[param(nullable = false)]
            state: Option<String>,
            /// Where the provider's customer is, for connectors whose consent page depends on it.
            #[param(nullable = false)]
            site_address: Option<String>,
            /// The temporary token of `…/oauth/token` (OAuth 1.0a).
            #[param(nullable = false)]
            request_token: Option<String>,
            /// The method of authentication; otherwise the connector's first. Any parameter that is not named here is an
            /// entry of the configuration, such as `zendesk.subdomain`.
            #[param(nullable = false, rename = "authentication.type")]
            method: Option<String>,
            /// Taken and not used.
            #[param(nullable = false)]
            callback_proxy: Option<String>,
            /// Taken and not used.
            #[param(nullable = false, rename = "isOAuthProxy")]
            is_proxy: Option<String>,
            /// Taken and not used.
            #[param(nullable = false)]
            oauth_proxy_name: Option<String>,
            $($(#[$attribute])* $member: $type,)*
        }
    )*};
}

pages! {
    /// A consent page with the caller's own client.
    OauthQuery {}

    /// An attempt to connect, with the nearest registered client unless `apiKey` names another.
    OauthAttemptQuery {
        /// The instance that is connected again.
        #[param(nullable = false)]
        instance_id: Option<i64>,
        /// The name of the registration; otherwise the one without a name.
        #[param(nullable = false)]
        name: Option<String>,
    }
}

/// A consent page with the caller's own client. Any member that is not named here is an entry of the configuration.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct OauthBody {
    /// The client's identifier.
    api_key: String,
    /// The client's secret.
    api_secret: Option<String>,
    /// Where the browser comes back to: an absolute URL.
    callback_url: String,
    /// What is asked for, instead of the connector's usual.
    scope: Option<String>,
    /// What comes back with the browser; otherwise the connector's key.
    state: Option<String>,
    /// Where the provider's customer is, for connectors whose consent page depends on it.
    site_address: Option<String>,
    /// The temporary token of `…/oauth/token` (OAuth 1.0a).
    request_token: Option<String>,
    /// The method of authentication; otherwise the connector's first.
    #[schema(rename = "authentication.type")]
    method: Option<String>,
    /// Taken and not used.
    callback_proxy: Option<Value>,
    /// Taken and not used.
    #[schema(rename = "isOAuthProxy")]
    is_proxy: Option<Value>,
    /// Taken and not used.
    oauth_proxy_name: Option<Value>,
}

/// Whose a registration is; those of the server are made by its operator.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RegistrationLevel {
    /// The organization's: all its accounts may use it.
    Organization,
    /// An account's.
    Account,
}

/// A client registration to make.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct NewRegistration {
    /// The key or number of the connector.
    #[schema(min_length = 1)]
    connector: String,
    /// Whose it is; the organization's where absent.
    level: Option<RegistrationLevel>,
    /// The account of a registration of the level account; the caller's own where absent.
    account_id: Option<i64>,
    /// Its name; the one without a name is taken unless another is asked for.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// The client's identifier at the provider.
    #[schema(pattern = r"\S")]
    client_id: String,
    /// The client's secret.
    secret: Option<String>,
    /// What else the client consists of: `key` (PEM), `key_id`, `algorithm`, `certificate` and what the definition reads.
    members: Option<BTreeMap<String, Value>>,
    /// Entries of the configuration that every connection by it has, such as the host of a provider's own server.
    configuration: Option<BTreeMap<String, Value>>,
    /// Where browsers may be sent back to, letter by letter.
    #[schema(max_items = 50)]
    callback_urls: Option<Vec<String>>,
}

/// What to change of a client registration; what is absent stays, and so does what is sent as `********`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct RegistrationChanges {
    /// Its name.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// The client's identifier, which cannot be changed.
    client_id: Option<String>,
    /// The client's secret.
    secret: Option<String>,
    /// Members by name; null unsets one.
    members: Option<BTreeMap<String, Value>>,
    /// Entries by key; null unsets one.
    configuration: Option<BTreeMap<String, Value>>,
    /// Where browsers may be sent back to; they replace the present ones.
    #[schema(max_items = 50)]
    callback_urls: Option<Vec<String>>,
}
