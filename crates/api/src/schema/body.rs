//! Bodies. A member that is null counts as absent.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A password and whose it is.
#[derive(ToSchema)]
pub(crate) struct SignInBody {
    /// The email address.
    username: String,
    /// The password.
    password: String,
}

/// A password to be set.
#[derive(ToSchema)]
pub(crate) struct NewPassword {
    /// The password.
    #[schema(min_length = 8)]
    password: String,
}

/// What to change of an organization; what is absent stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct OrganizationChanges {
    /// Its name.
    name: Option<String>,
    /// The caller's own id for it.
    external_id: Option<String>,
}

/// An account to make.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct NewAccount {
    /// The caller's own id for it, which no other account of the organization has.
    #[schema(pattern = r"\S")]
    external_id: String,
    /// Its name; otherwise its external id.
    name: Option<String>,
    /// What it is for; otherwise its external id.
    description: Option<String>,
}

/// What to change of an account; what is absent stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct AccountChanges {
    /// Its name.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// The caller's own id for it.
    #[schema(pattern = r"\S")]
    external_id: Option<String>,
    /// Whether it is in use. The strings `true` and `false` are taken too.
    active: Option<Flag>,
}

/// True or false, also as text.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Flag {
    /// As such.
    Bool(bool),
    /// As text.
    Text(FlagText),
}

/// True or false as text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FlagText {
    /// True.
    True,
    /// False.
    False,
}

/// A user to make.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct NewUser {
    /// First name.
    #[schema(pattern = r"\S")]
    first_name: String,
    /// Last name.
    #[schema(pattern = r"\S")]
    last_name: String,
    /// The email address, which no other user has.
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// The password.
    #[schema(min_length = 8)]
    password: String,
    /// The caller's own id for the user.
    external_id: Option<String>,
    /// Telephone number.
    phone: Option<String>,
    /// First line of the address.
    street1: Option<String>,
    /// Second line of the address.
    street2: Option<String>,
    /// City.
    city: Option<String>,
    /// State or province.
    #[schema(rename = "stateprovince")]
    state_province: Option<String>,
    /// Country.
    country: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
}

/// What to change of a user; what is absent stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct UserChanges {
    /// First name.
    first_name: Option<String>,
    /// Last name.
    last_name: Option<String>,
    /// The email address, which no other user has.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    /// The caller's own id for the user.
    external_id: Option<String>,
    /// Whether the user may do anything. The strings `true` and `false` are taken too.
    active: Option<Flag>,
    /// Telephone number.
    phone: Option<String>,
    /// First line of the address.
    street1: Option<String>,
    /// Second line of the address.
    street2: Option<String>,
    /// City.
    city: Option<String>,
    /// State or province.
    #[schema(rename = "stateprovince")]
    state_province: Option<String>,
    /// Country.
    country: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
}

/// A connector, by key or number.
#[derive(ToSchema)]
pub(crate) struct ConnectorName {
    /// Its key.
    key: Option<String>,
    /// Its number.
    id: Option<ConnectorNumber>,
}

/// The number of a connector, also as text.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ConnectorNumber {
    /// As such.
    Number(i64),
    /// As text.
    Text(String),
}

/// A tag, also in the form that the oldest answers of the platform had.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Tag {
    /// As such.
    Text(String),
    /// With a name.
    Named(NamedTag),
}

/// A tag with a name.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamedTag {
    /// The tag.
    #[schema(max_length = 255)]
    name: String,
}

/// Whether tokens were got elsewhere.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExternalAuthentication {
    /// They were not.
    None,
    /// They were: the configuration holds `oauth.user.token` or `oauth.user.refresh_token`.
    Initial,
}

/// An instance to make. `element` and `connector` mean the same; one is needed where the path names no connector.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct NewInstance {
    /// The connector.
    element: Option<ConnectorName>,
    /// The connector.
    connector: Option<ConnectorName>,
    /// Its name; otherwise the connector's.
    #[schema(max_length = 255)]
    name: Option<String>,
    /// Values by the keys of the connector's form. What is no text is kept as JSON text.
    configuration: Option<BTreeMap<String, Value>>,
    /// Texts to find it by.
    #[schema(max_items = 100)]
    tags: Option<Vec<Tag>>,
    /// What the provider sent back, such as `code`; it is never shown again.
    provider_data: Option<BTreeMap<String, Value>>,
    /// Whether tokens were got elsewhere.
    external_authentication: Option<ExternalAuthentication>,
}

/// What to change of an instance; what is absent stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct InstanceChanges {
    /// Another version of the connector, or another connector.
    element: Option<ConnectorName>,
    /// The same as `element`.
    connector: Option<ConnectorName>,
    /// Its name.
    #[schema(max_length = 255)]
    name: Option<String>,
    /// Texts to find it by; they replace the present ones.
    #[schema(max_items = 100)]
    tags: Option<Vec<Tag>>,
    /// Values by the keys of the connector's form; null unsets one.
    configuration: Option<BTreeMap<String, Value>>,
    /// The version of the connector's definition to work by: a number, or `latest`.
    #[schema(value_type = Option<VersionName>)]
    element_version: Option<Value>,
    /// What the provider sent back, such as `code`, to authenticate the instance again; an empty object has the credentials checked
    /// with the provider again.
    provider_data: Option<BTreeMap<String, Value>>,
    /// Whether tokens were got elsewhere.
    external_authentication: Option<ExternalAuthentication>,
}

/// A version of a connector's definition.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum VersionName {
    /// One that was used before, from 1.
    Number(i64),
    /// The number as text, or `latest`.
    Text(VersionText),
}

/// A version as text.
#[derive(Serialize, ToSchema)]
#[schema(value_type = String, pattern = r"^(latest|[0-9]{1,18})$")]
pub(crate) struct VersionText(String);

/// A new value of one entry of a configuration.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct ConfigurationChange {
    /// The value; null unsets the entry. What is no text is kept as JSON text.
    property_value: Value,
}

/// An instance key to make.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct NewKey {
    /// What it is for.
    #[schema(max_length = 100, pattern = r"\S")]
    name: String,
    /// Methods that it opens; none means all.
    #[schema(value_type = Option<Vec<MethodName>>)]
    methods: Option<Vec<String>>,
    /// Beginnings of paths that it opens, by whole segments; none means all.
    #[schema(value_type = Option<Vec<PathPrefix>>)]
    path_prefixes: Option<Vec<String>>,
    /// When it ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<String>,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident $pattern:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).pattern(Some($pattern)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

texts! {
    /// The name of an HTTP method.
    MethodName "^[A-Za-z-]+$";
    /// The beginning of a path.
    PathPrefix "^(/[A-Za-z0-9_-]+)+$";
}
