//! The one table of all routes. The router is built from it, and the documentation is tested against it.

use axum::Router;
use axum::routing::{delete, get, patch, post, put};
use keyway_app::App;

use crate::platform::{
    accounts, authentication, configuration, elements, health, instance_keys, instances, organizations, users,
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

macro_rules! routes {
    ($($method:ident $path:literal $handler:path => $what:literal;)*) => {
        /// Every route of the router.
        pub const ROUTES: &[Route] = &[$((stringify!($method), $path, $what)),*];

        /// The router; two routes of the same method and path would not start.
        pub(crate) fn router() -> Router<App> {
            Router::new()$(.route($path, $method($handler)))*
        }
    };
}

routes! {
    get "/healthz" health::alive => "the process answers";
    get "/readyz" health::ready => "the store answers";
    get "/version" health::version => "name and version";

    post "/authentication" authentication::create => "sign in with email and password";
    get "/authentication/secrets" authentication::secrets => "the secrets of a sign-in";
    post "/authentication/passwords" authentication::change_password => "change one's own password";

    get "/organizations/me" organizations::show => "the caller's organization";
    put "/organizations/me" organizations::update => "rename it";

    get "/accounts" accounts::list => "accounts that the caller may see";
    post "/accounts" accounts::create => "make an account";
    get "/accounts/instances" accounts::own_instances => "instances of the caller's account";
    get "/accounts/{id}" accounts::show => "one account";
    put "/accounts/{id}" accounts::update => "change an account";
    patch "/accounts/{id}" accounts::update => "change an account";
    delete "/accounts/{id}" accounts::remove => "deactivate an account";
    get "/accounts/{id}/instances" accounts::instances => "instances of an account";
    get "/accounts/{id}/users" accounts::users => "users of an account";
    post "/accounts/{id}/users" accounts::create_user => "make a user";
    get "/accounts/{id}/users/{userId}" accounts::user => "one user, by number or email";
    put "/accounts/{id}/users/{userId}" users::update => "change a user";
    patch "/accounts/{id}/users/{userId}" users::update => "change a user";
    delete "/accounts/{id}/users/{userId}" users::remove => "deactivate a user";

    get "/users" users::list => "users that the caller may see";
    get "/users/{id}" users::show => "one user, by number or email";
    patch "/users/{id}" users::update => "change a user";
    delete "/users/{id}" users::remove => "deactivate a user";
    get "/users/{id}/roles" users::roles => "roles of a user";
    put "/users/{id}/roles/{roleKey}" users::grant_role => "grant a role";
    delete "/users/{id}/roles/{roleKey}" users::revoke_role => "take a role away";

    get "/elements" elements::list => "connectors";
    get "/elements/keys" elements::keys => "keys of the connectors";
    get "/elements/{keyOrId}" elements::show => "one connector";
    get "/elements/{keyOrId}/configuration" elements::configuration => "its form";
    get "/elements/{keyOrId}/authentication-types" elements::authentication_types => "its methods of authentication";
    get "/elements/{keyOrId}/authentication-types/{type}/configurations" elements::authentication_fields => "the form of one method";
    get "/elements/{keyOrId}/instances" elements::instances => "its instances";
    post "/elements/{keyOrId}/instances" elements::create_instance => "make an instance of it";
    get "/elements/{keyOrId}/instances/{id}" instances::show_below_element => "one of its instances";
    put "/elements/{keyOrId}/instances/{id}" instances::update_below_element => "change one of its instances";
    patch "/elements/{keyOrId}/instances/{id}" instances::update_below_element => "change one of its instances";
    delete "/elements/{keyOrId}/instances/{id}" instances::remove_below_element => "delete one of its instances";

    get "/instances" instances::list => "instances that the caller may see";
    post "/instances" instances::create => "make an instance";
    put "/instances" instances::update => "change the token's instance";
    patch "/instances" instances::update => "change the token's instance";
    delete "/instances" instances::remove => "delete the token's instance";
    get "/instances/count" instances::count => "how many each connector has";
    get "/instances/configuration" configuration::list => "configuration of the token's instance";
    get "/instances/configuration/{configId}" configuration::show => "one entry of it";
    patch "/instances/configuration/{configId}" configuration::update => "change one entry of it";
    put "/instances/enabled" instances::enable => "switch the token's instance on";
    delete "/instances/enabled" instances::disable => "switch the token's instance off";
    get "/instances/keys" instance_keys::list => "keys of the token's instance";
    post "/instances/keys" instance_keys::create => "make a key of the token's instance";
    delete "/instances/keys/{keyId}" instance_keys::revoke => "revoke a key of the token's instance";
    get "/instances/{id}" instances::show => "one instance";
    put "/instances/{id}" instances::update => "change an instance";
    patch "/instances/{id}" instances::update => "change an instance";
    delete "/instances/{id}" instances::remove => "delete an instance";
    get "/instances/{id}/configuration" configuration::list => "its configuration";
    get "/instances/{id}/configuration/{configId}" configuration::show => "one entry of it";
    patch "/instances/{id}/configuration/{configId}" configuration::update => "change one entry of it";
    put "/instances/{id}/enabled" instances::enable => "switch it on";
    delete "/instances/{id}/enabled" instances::disable => "switch it off";
    get "/instances/{id}/keys" instance_keys::list => "its keys";
    post "/instances/{id}/keys" instance_keys::create => "make a key";
    delete "/instances/{id}/keys/{keyId}" instance_keys::revoke => "revoke a key";
}
