//! The definition file as it is written, before anything is checked against anything else; also its JSON Schema.

mod authentication;
mod parts;
mod resource;
mod short;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::entries::Entries;

pub(crate) use authentication::{
    AuthorizeDefinition, CertificateDefinition, ExpiryDefinition, FlowWord, MethodDefinition, OAuth1Definition,
    ScopeDefinition, SigV4Definition,
};
pub use parts::BodyForm;
pub(crate) use parts::{
    ClientWord, CommonRequestDefinition, FieldDefinition, RequestDefinition, ResponseDefinition, SendWord,
};
pub(crate) use resource::{
    FilterDefinition, PagingDefinition, ParameterDefinition, ResourceDefinition, SelectDefinition,
};
pub(crate) use short::Short;

/// `connector.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    /// The connector's key; never changes.
    pub(crate) key: String,
    /// Its name for people.
    pub(crate) name: String,
    /// The hub it belongs to, such as crm.
    pub(crate) hub: String,
    /// A line for the catalogue.
    #[serde(default)]
    pub(crate) description: String,
    /// The provider's own documentation.
    pub(crate) docs: Option<String>,
    /// What the definition was tested against.
    #[serde(default)]
    pub(crate) tested: Tested,
    /// What a person does at the provider first.
    #[serde(default)]
    pub(crate) prepare: Vec<String>,
    /// The form, in its order.
    #[serde(default)]
    pub(crate) configuration: Entries<FieldDefinition>,
    /// The methods of authentication, the default first.
    pub(crate) authentication: Entries<MethodDefinition>,
    /// The request that proves a credential.
    pub(crate) verify: Option<Short<RequestDefinition>>,
    /// What every call of a resource carries.
    #[serde(default)]
    pub(crate) request: CommonRequestDefinition,
    /// How the provider answers.
    #[serde(default)]
    pub(crate) response: ResponseDefinition,
    /// How the provider pages.
    pub(crate) paging: Option<Short<PagingDefinition>>,
    /// What becomes of `where`.
    #[serde(rename = "where")]
    pub(crate) filter: Option<Short<FilterDefinition>>,
    /// What becomes of `orderBy`.
    pub(crate) order: Option<Short<Entries<String>>>,
    /// The query parameter for `fields`.
    pub(crate) select: Option<Short<SelectDefinition>>,
    /// What the caller may send to every resource.
    #[serde(default)]
    pub(crate) parameters: Entries<Short<ParameterDefinition>>,
    /// What the connector offers.
    #[serde(default)]
    pub(crate) resources: Entries<ResourceDefinition>,
}

/// What a definition was tested against.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
pub enum Tested {
    /// The provider's own server.
    #[serde(rename = "live")]
    Live,
    /// A stand-in written from the provider's documents.
    #[serde(rename = "stand-in")]
    StandIn,
    /// Nothing.
    #[default]
    #[serde(rename = "definition only")]
    DefinitionOnly,
}

impl Tested {
    /// The spelling in definitions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::StandIn => "stand-in",
            Self::DefinitionOnly => "definition only",
        }
    }
}

/// The JSON Schema of definition files, for editors.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Definition).to_value();
    schema["title"] = "Keyway connector definition".into();
    schema
}
