//! The one table of all routes. The router is built from it, and the documentation is tested against it.

use axum::Router;
use axum::routing::{delete, get, patch, post, put};
use keyway_app::App;

use crate::openapi::{self, Draft, PROVIDER};
use crate::platform::{
    accounts, authentication, configuration, connect, docs, elements, health, hubs, instance_keys, instances, metadata,
    oauth, organizations, registrations, usage, users,
};

/// One route: method, path below an optional `/elements/api-v2`, and what it does.
pub type Route = (&'static str, &'static str, &'static str);

/// Routes of the data path, which the router never sees.
pub const DATA_ROUTES: &[Route] = &[
    ("ANY", "/proxy/{path…}", "raw call: forward to the instance's base.url"),
    ("ANY", "<instance>.<proxy_domain>/{path…}", "raw call by host name"),
    ("ANY", "/hubs/{hub}/{resource…}", "resource of the connector of an Element token"),
    ("ANY", "/{resource…}", "the same without the hub; wins over the platform routes that it may shadow"),
];

/// A row of the table as the document takes it.
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// The operation's name, for clients made from the document.
    pub(crate) id: &'static str,
    /// Errors that the handler's signature does not tell.
    pub(crate) statuses: &'static [u16],
    pub(crate) what: &'static str,
}

macro_rules! routes {
    ($($method:ident $path:literal $handler:path $(as $id:ident $([$($status:tt)*])?)? => $what:literal;)*) => {
        /// Every route of the router.
        pub const ROUTES: &[Route] = &[$((stringify!($method), $path, $what)),*];

        /// The router; two routes of the same method and path would not start.
        pub(crate) fn router() -> Router<App> {
            Router::new()$(.route($path, $method($handler)))*
        }

        /// Every route, told to the document.
        pub(crate) fn describe(draft: &mut Draft) {
            $(draft.add(&$handler, &Row {
                method: stringify!($method),
                path: $path,
                id: concat!($(stringify!($id))?),
                statuses: &[$($($($status),*)?)?],
                what: $what,
            });)*
        }
    };
}

routes! {
    get "/healthz" health::alive as checkLiveness => "the process answers";
    get "/readyz" health::ready as checkReadiness => "the store answers";
    get "/version" health::version as getVersion => "name and version";
    get "/openapi.json" openapi::show as describeApi => "this API as an OpenAPI document";

    post "/authentication" authentication::create as signIn [401 429] => "sign in with email and password";
    get "/authentication/secrets" authentication::secrets as getSecrets => "the secrets of a sign-in";
    post "/authentication/passwords" authentication::change_password as changePassword => "change one's own password";

    get "/organizations/me" organizations::show as getOrganization => "the caller's organization";
    put "/organizations/me" organizations::update as updateOrganization [403] => "rename it";

    get "/accounts" accounts::list as listAccounts => "accounts that the caller may see";
    post "/accounts" accounts::create as createAccount [409] => "make an account";
    get "/accounts/instances" accounts::own_instances as listOwnAccountInstances => "instances of the caller's account";
    get "/accounts/{id}" accounts::show as getAccount => "one account";
    put "/accounts/{id}" accounts::update as updateAccount [409] => "change an account";
    patch "/accounts/{id}" accounts::update as patchAccount [409] => "change an account";
    delete "/accounts/{id}" accounts::remove as deleteAccount => "deactivate an account";
    get "/accounts/{id}/instances" accounts::instances as listAccountInstances => "instances of an account";
    get "/accounts/{id}/users" accounts::users as listAccountUsers => "users of an account";
    post "/accounts/{id}/users" accounts::create_user as createUser [409] => "make a user";
    get "/accounts/{id}/users/{userId}" accounts::user as getAccountUser => "one user, by number or email";
    put "/accounts/{id}/users/{userId}" users::update as updateAccountUser [403 409] => "change a user";
    patch "/accounts/{id}/users/{userId}" users::update as patchAccountUser [403 409] => "change a user";
    delete "/accounts/{id}/users/{userId}" users::remove as deleteAccountUser [403] => "deactivate a user";

    get "/users" users::list as listUsers => "users that the caller may see";
    get "/users/{id}" users::show as getUser => "one user, by number or email";
    patch "/users/{id}" users::update as updateUser [403 409] => "change a user";
    delete "/users/{id}" users::remove as deleteUser [403] => "deactivate a user";
    get "/users/{id}/roles" users::roles as listUserRoles => "roles of a user";
    put "/users/{id}/roles/{roleKey}" users::grant_role as grantRole [403 409] => "grant a role";
    delete "/users/{id}/roles/{roleKey}" users::revoke_role as revokeRole [403] => "take a role away";

    get "/elements" elements::list as listElements => "connectors";
    get "/elements/keys" elements::keys as listElementKeys => "keys of the connectors";
    get "/elements/{keyOrId}" elements::show as getElement => "one connector";
    get "/elements/{keyOrId}/configuration" elements::configuration as listElementConfiguration => "its form";
    get "/elements/{keyOrId}/authentication-types" elements::authentication_types as getElementAuthenticationTypes => "its methods of authentication";
    get "/elements/{keyOrId}/authentication-types/{type}/configurations" elements::authentication_fields as listElementAuthenticationConfiguration => "the form of one method";
    get "/elements/metadata" metadata::list as listElementMetadata => "what the connectors can do";
    get "/elements/{keyOrId}/metadata" metadata::show as getElementMetadata => "what it can do";
    get "/elements/{keyOrId}/docs" docs::of_connector as getElementDocs => "its Swagger document";
    get "/elements/{keyOrId}/operations/{operationId}/docs" docs::of_operation as getElementOperationDocs => "the Swagger document of one operation";
    get "/elements/{keyOrId}/objects/{objectName}/docs" docs::of_object as getElementObjectDocs => "the Swagger document of one object";
    get "/elements/{keyOrId}/guide" docs::guide as getElementGuide => "how to use it, as Markdown or HTML";
    get "/elements/{keyOrId}/versions" docs::versions as listElementVersions => "versions of its definition";
    get "/elements/{keyOrId}/oauth/url" oauth::url as getElementOauthUrl [PROVIDER] => "URL of its consent page, with a client of one's own";
    post "/elements/{keyOrId}/oauth/url" oauth::url_of_body as postElementOauthUrl [PROVIDER] => "the same, asked for in a body";
    get "/elements/{keyOrId}/oauth/url/default" oauth::default_url as beginElementOauth [403 409 PROVIDER] => "begin an attempt to connect, with a registered client";
    get "/elements/{keyOrId}/oauth/token" oauth::token as getElementOauthToken [PROVIDER] => "temporary credentials (OAuth 1.0a)";
    post "/elements/{keyOrId}/oauth/device" oauth::device as beginElementDevice [PROVIDER] => "a code that the person enters at the provider";
    get "/elements/{keyOrId}/oauth/attempts/{attemptId}" oauth::attempt as getElementOauthAttempt => "how an attempt goes";
    get "/elements/{keyOrId}/instances" elements::instances as listElementInstances => "its instances";
    post "/elements/{keyOrId}/instances" elements::create_instance as createElementInstance [PROVIDER] => "make an instance of it";
    get "/elements/{keyOrId}/instances/{id}" instances::show_below_element as getElementInstance => "one of its instances";
    put "/elements/{keyOrId}/instances/{id}" instances::update_below_element as updateElementInstance [403 409 PROVIDER] => "change one of its instances";
    patch "/elements/{keyOrId}/instances/{id}" instances::update_below_element as patchElementInstance [403 409 PROVIDER] => "change one of its instances";
    delete "/elements/{keyOrId}/instances/{id}" instances::remove_below_element as deleteElementInstance [403] => "delete one of its instances";

    get "/registrations" registrations::list as listRegistrations => "client registrations that the caller may use";
    post "/registrations" registrations::create as createRegistration [403 404 409] => "register a client of a provider";
    get "/registrations/{id}" registrations::show as getRegistration => "one client registration";
    put "/registrations/{id}" registrations::update as updateRegistration [403 409] => "change a client registration";
    delete "/registrations/{id}" registrations::remove as deleteRegistration [403 409] => "delete a client registration";

    get "/oauth/start/{state}" connect::start as startConnecting [PROVIDER] => "page: sends the browser to the provider";
    get "/oauth/callback" connect::callback as returnToShared => "page: takes the browser back, where all connections share it";
    post "/oauth/callback" connect::callback_form as postToShared => "the same for a form";
    get "/oauth/callback/{context}" connect::callback as returnToContext => "page: takes the browser back";
    post "/oauth/callback/{context}" connect::callback_form as postToContext => "the same for a form";

    get "/hubs" hubs::list as listHubs => "kinds of connectors";
    get "/hubs/keys" hubs::keys as listHubKeys => "their keys";
    get "/hubs/{key}" hubs::show as getHub => "one kind of connectors";
    get "/hubs/{key}/elements" hubs::elements as listHubElements => "connectors of one kind";

    get "/instances" instances::list as listInstances [404] => "instances that the caller may see";
    post "/instances" instances::create as createInstance [404 PROVIDER] => "make an instance";
    put "/instances" instances::update as updateOwnInstance [403 409 PROVIDER] => "change the token's instance";
    patch "/instances" instances::update as patchOwnInstance [403 409 PROVIDER] => "change the token's instance";
    delete "/instances" instances::remove as deleteOwnInstance [403] => "delete the token's instance";
    get "/instances/count" instances::count as countInstances => "how many each connector has";
    get "/instances/configuration" configuration::list as listOwnConfiguration => "configuration of the token's instance";
    get "/instances/configuration/{configId}" configuration::show as getOwnConfiguration => "one entry of it";
    patch "/instances/configuration/{configId}" configuration::update as updateOwnConfiguration [403 409 PROVIDER] => "change one entry of it";
    get "/instances/docs" docs::of_instance as getOwnInstanceDocs => "Swagger document for the token's instance";
    get "/instances/docs/{operationId}" docs::of_instance_operation as getOwnInstanceOperationDocs => "the same of one operation";
    get "/instances/docs/{operationId}/definitions" docs::definitions as getOwnInstanceDefinitions => "the models of one operation";
    put "/instances/enabled" instances::enable as enableOwnInstance [403 409] => "switch the token's instance on";
    delete "/instances/enabled" instances::disable as disableOwnInstance [403 409] => "switch the token's instance off";
    get "/instances/keys" instance_keys::list as listOwnKeys => "keys of the token's instance";
    post "/instances/keys" instance_keys::create as createOwnKey [403] => "make a key of the token's instance";
    delete "/instances/keys/{keyId}" instance_keys::revoke as revokeOwnKey [403] => "revoke a key of the token's instance";
    get "/instances/{id}" instances::show as getInstance => "one instance";
    put "/instances/{id}" instances::update as updateInstance [403 409 PROVIDER] => "change an instance";
    patch "/instances/{id}" instances::update as patchInstance [403 409 PROVIDER] => "change an instance";
    delete "/instances/{id}" instances::remove as deleteInstance [403] => "delete an instance";
    get "/instances/{id}/configuration" configuration::list as listConfiguration => "its configuration";
    get "/instances/{id}/configuration/{configId}" configuration::show as getConfiguration => "one entry of it";
    patch "/instances/{id}/configuration/{configId}" configuration::update as updateConfiguration [403 409 PROVIDER] => "change one entry of it";
    get "/instances/{id}/docs" docs::of_instance as getInstanceDocs => "its Swagger document";
    get "/instances/{id}/docs/{operationId}" docs::of_instance_operation as getInstanceOperationDocs => "the same of one operation";
    get "/instances/{id}/docs/{operationId}/definitions" docs::definitions as getInstanceDefinitions => "the models of one operation";
    put "/instances/{id}/enabled" instances::enable as enableInstance [403 409] => "switch it on";
    delete "/instances/{id}/enabled" instances::disable as disableInstance [403 409] => "switch it off";
    get "/instances/{id}/keys" instance_keys::list as listKeys => "its keys";
    post "/instances/{id}/keys" instance_keys::create as createKey [403] => "make a key";
    delete "/instances/{id}/keys/{keyId}" instance_keys::revoke as revokeKey [403] => "revoke a key";

    get "/usage" usage::list as listUsage [404] => "calls that the caller may see, newest first";
    get "/usage/analytics/activity" usage::activity as sumUsage [404] => "how many calls, by time";
    get "/usage/analytics/statuses" usage::statuses as sumUsageStatuses [404] => "calls by outcome and time";
    get "/usage/analytics/times" usage::times as sumUsageTimes [404] => "durations of calls, by time";
    get "/usage/{id}" usage::show as getUsage => "one call, by request id";
}
