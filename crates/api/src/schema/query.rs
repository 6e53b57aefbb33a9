//! Queries.

use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// A request of which the document says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Anything;

impl PartialSchema for Anything {
    fn schema() -> RefOr<Schema> {
        Object::with_type(SchemaType::AnyValue).into()
    }
}

impl ToSchema for Anything {}

impl IntoParams for Anything {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Vec::new()
    }
}

/// What [`Params::flag`](crate::params::Params::flag) takes; `?name` alone means true.
fn flag() -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["1", "0", ""]));
    OneOfBuilder::new().item(Object::with_type(Type::Boolean)).item(text).build().into()
}

fn intervals() -> Schema {
    one_of(["minute", "hour", "day", "week"])
}

fn outcomes() -> Schema {
    one_of(["SUCCESS", "FAILED"])
}

fn formats() -> Schema {
    one_of(["markdown", "html"])
}

/// One of some words.
fn one_of<const N: usize>(words: [&str; N]) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(IntoParams)]
        #[into_params(rename_all = "camelCase")]
        pub(crate) struct $name {
            /// `Elements-Next-Page-Token` of the page before.
            #[param(nullable = false)]
            next_page: Option<String>,
            /// How many rows a page has at most.
            #[param(nullable = false, minimum = 1, maximum = 200, default = 200)]
            page_size: Option<u16>,
            $($(#[$attribute])* $member: $type,)*
        }
    )*};
}

lists! {
    /// A list of accounts.
    AccountQuery {
        /// A condition in CEQL, such as `name = 'x'`.
        #[param(nullable = false, rename = "where")]
        wanted: Option<String>,
        /// Show deactivated accounts too.
        #[param(schema_with = flag)]
        include_inactive: Option<bool>,
    }

    /// A list of users.
    UserQuery {
        /// A condition in CEQL, such as `email = 'x@example.com'`.
        #[param(nullable = false, rename = "where")]
        wanted: Option<String>,
        /// Show deactivated users too.
        #[param(schema_with = flag)]
        include_inactive: Option<bool>,
    }

    /// A list of connectors.
    ElementQuery {
        /// A condition in CEQL on the members of a row, such as `hub = 'crm' AND key in ('a', 'b')`.
        #[param(nullable = false, rename = "where")]
        wanted: Option<String>,
    }

    /// A list of keys.
    ElementKeyQuery {}

    /// A list of client registrations.
    RegistrationQuery {}

    /// A list of instances.
    InstanceQuery {
        /// Show the configuration of each.
        #[param(schema_with = flag)]
        hydrate: Option<bool>,
    }

    /// A search for instances.
    InstanceSearch {
        /// Show the configuration of each.
        #[param(schema_with = flag)]
        hydrate: Option<bool>,
        /// Only instances that have one of these tags; `tags[]` is taken too.
        #[param(nullable = false)]
        tags: Option<Vec<String>>,
        /// Only instances with this text in their name.
        #[param(nullable = false, max_length = 255)]
        search_text: Option<String>,
    }
}

/// How something is removed.
#[derive(IntoParams)]
#[into_params(rename_all = "camelCase")]
pub(crate) struct RemovalQuery {
    /// Delete the instances too, and for a user free the email address.
    #[param(schema_with = flag)]
    permanent: Option<bool>,
}

/// A search in the call log.
#[derive(IntoParams)]
#[into_params(rename_all = "camelCase")]
pub(crate) struct UsageQuery {
    /// The earliest call, as ISO-8601 or milliseconds since 1970; a week ago where absent.
    #[param(nullable = false)]
    from: Option<String>,
    /// The latest call; now where absent.
    #[param(nullable = false)]
    to: Option<String>,
    /// Only calls of connectors of this hub.
    #[param(nullable = false, max_length = 255)]
    hub: Option<String>,
    /// Only calls of these connectors; `keys[]` and commas are taken too.
    #[param(nullable = false)]
    keys: Option<Vec<String>>,
    /// Only calls through instances with every one of these tags; `tags[]` and commas are taken too.
    #[param(nullable = false)]
    tags: Option<Vec<String>>,
    /// Only calls of these accounts; `accountIds[]` and commas are taken too.
    #[param(nullable = false)]
    account_ids: Option<Vec<i64>>,
    /// `SUCCESS`, or `FAILED` for calls answered with 400 and more; in any case.
    #[param(schema_with = outcomes)]
    status: Option<String>,
    /// Only calls with this text in their URI, their request id or the name of their instance.
    #[param(nullable = false, max_length = 255)]
    search_text: Option<String>,
    /// Rows to leave out before the first page.
    #[param(nullable = false, minimum = 0, maximum = 100_000, default = 0)]
    page_offset: Option<i64>,
    /// How many rows a page has at most.
    #[param(nullable = false, minimum = 1, maximum = 200, default = 100)]
    page_size: Option<u16>,
    /// `Elements-Next-Page-Token` of the page before.
    #[param(nullable = false)]
    next_page: Option<String>,
}

/// A sum of the call log by time.
#[derive(IntoParams)]
#[into_params(rename_all = "camelCase")]
pub(crate) struct UsageSumQuery {
    /// The earliest call, as ISO-8601 or milliseconds since 1970; a week ago where absent.
    #[param(nullable = false)]
    from: Option<String>,
    /// The latest call; now where absent.
    #[param(nullable = false)]
    to: Option<String>,
    /// `minute`, `hour`, `day` or `week`; a day where absent. Range and interval make 11,000 pieces at most.
    #[param(schema_with = intervals)]
    interval: Option<String>,
    /// Only calls of these accounts; `accountIds[]` and commas are taken too.
    #[param(nullable = false)]
    account_ids: Option<Vec<i64>>,
}

/// What of a Swagger document is wanted.
#[derive(IntoParams)]
#[into_params(rename_all = "camelCase")]
pub(crate) struct DocsQuery {
    /// Only this operation, and the models that it refers to.
    #[param(nullable = false)]
    operation_id: Option<String>,
    /// The version of the definition; -1 is the latest, which is also meant by none.
    #[param(nullable = false)]
    version: Option<i64>,
}

/// Which version of a Swagger document is wanted.
#[derive(IntoParams)]
#[into_params(rename_all = "camelCase")]
pub(crate) struct DocsVersionQuery {
    /// The version of the definition; -1 is the latest, which is also meant by none.
    #[param(nullable = false)]
    version: Option<i64>,
}

/// How a guide is wanted.
#[derive(IntoParams)]
#[into_params(rename_all = "camelCase")]
pub(crate) struct GuideQuery {
    /// `markdown` or `html`; where absent, `Accept` decides.
    #[param(schema_with = formats)]
    format: Option<String>,
}

/// How much of the metadata is wanted.
#[derive(IntoParams)]
#[into_params(rename_all = "camelCase")]
pub(crate) struct MetadataQuery {
    /// Show what each connector offers.
    #[param(schema_with = flag)]
    expand: Option<bool>,
}
