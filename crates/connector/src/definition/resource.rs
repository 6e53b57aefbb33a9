//! The parts of a definition that stand below `resources`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::parts::RequestDefinition;
use super::short::Short;
use crate::entries::Entries;
use crate::resource::Verb;

/// One entry below `resources:`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceDefinition {
    /// The collection's path at the provider.
    pub(crate) vendor: Option<String>,
    /// Operations with their defaults.
    #[serde(default)]
    pub(crate) verbs: Vec<Verb>,
    /// `GET path`: a list.
    pub(crate) list: Option<Short<RequestDefinition>>,
    /// `GET path/{id}`: one object.
    pub(crate) get: Option<Short<RequestDefinition>>,
    /// `POST path`: one object.
    pub(crate) create: Option<Short<RequestDefinition>>,
    /// `PATCH path/{id}`: one object.
    pub(crate) update: Option<Short<RequestDefinition>>,
    /// `PUT path/{id}`, where it differs from `update`: one object.
    pub(crate) replace: Option<Short<RequestDefinition>>,
    /// `DELETE path/{id}`.
    pub(crate) delete: Option<Short<RequestDefinition>>,
    /// `GET path`: one object.
    pub(crate) read: Option<Short<RequestDefinition>>,
    /// `PATCH path`: one object.
    pub(crate) write: Option<Short<RequestDefinition>>,
    /// `DELETE path`.
    pub(crate) remove: Option<Short<RequestDefinition>>,
    /// `GET path`: bytes.
    pub(crate) download: Option<Short<RequestDefinition>>,
    /// `POST path` with a file.
    pub(crate) upload: Option<Short<RequestDefinition>>,
    /// Where the rows of a list are.
    pub(crate) items: Option<String>,
    /// Where the object of every other answer is.
    pub(crate) item: Option<String>,
    /// Name under which a body is sent.
    pub(crate) wrap: Option<String>,
    /// How the provider pages.
    pub(crate) paging: Option<Short<PagingDefinition>>,
    /// What becomes of `where`.
    #[serde(rename = "where")]
    pub(crate) filter: Option<Short<FilterDefinition>>,
    /// What becomes of `orderBy`.
    pub(crate) order: Option<Short<Entries<String>>>,
    /// The query parameter for `fields`.
    pub(crate) select: Option<Short<SelectDefinition>>,
    /// What the caller may send.
    #[serde(default)]
    pub(crate) parameters: Entries<Short<ParameterDefinition>>,
    /// The unified record: our name by the provider's place.
    #[serde(default)]
    pub(crate) record: Entries<Value>,
    /// Fields and their types.
    #[serde(default)]
    pub(crate) model: Entries<String>,
    /// For documentation.
    #[serde(default)]
    pub(crate) description: String,
    /// Callable but not documented.
    #[serde(default)]
    pub(crate) hidden: bool,
}

/// How a provider pages.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PagingDefinition {
    /// Where the number of the page goes.
    pub(crate) page: Option<Value>,
    /// Where the number of skipped rows goes.
    pub(crate) offset: Option<Value>,
    /// Where the cursor goes.
    pub(crate) cursor: Option<Value>,
    /// Where the URL of the next page is.
    pub(crate) link: Option<String>,
    /// Where the page's length goes.
    pub(crate) size: Option<Value>,
    /// Number of the first page, or of the first row.
    pub(crate) first: Option<u64>,
    /// The provider's largest page.
    pub(crate) max: Option<usize>,
    /// Place of the next cursor.
    pub(crate) next: Option<String>,
    /// Place that says whether there is more.
    pub(crate) more: Option<String>,
    /// Place of the number of all rows.
    pub(crate) total: Option<String>,
    /// Request for the pages after the first.
    #[serde(rename = "continue")]
    pub(crate) follow: Option<RequestDefinition>,
}

/// What becomes of `where`, in full.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterDefinition {
    /// The query parameter that takes the whole filter.
    pub(crate) query: Option<String>,
    /// `query`, `odata` or `odata3`.
    #[serde(rename = "as")]
    pub(crate) language: Option<String>,
    /// The fields that the provider filters by; any where absent.
    #[serde(default)]
    pub(crate) fields: Vec<String>,
}

/// The query parameter for `fields`, in full.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SelectDefinition {
    /// Its name.
    pub(crate) query: String,
    /// Whether it is repeated for every field, rather than holding a list with commas.
    #[serde(default)]
    pub(crate) repeat: bool,
}

/// What a caller may send, in full.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParameterDefinition {
    /// The caller's name for it, where it is not the place's.
    pub(crate) name: Option<String>,
    /// The provider's words by the caller's; other values stay as they are.
    #[serde(default)]
    pub(crate) map: Entries<String>,
    /// `query`, `header`, `body` or `form`.
    #[serde(rename = "in")]
    pub(crate) source: Option<String>,
    /// `string`, `integer`, `number`, `boolean` or `array`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// Whether the call cannot be made without it.
    #[serde(default)]
    pub(crate) required: bool,
    /// What it is when absent.
    pub(crate) default: Option<String>,
    /// The values that it may have.
    pub(crate) options: Option<Vec<String>>,
    /// For documentation.
    #[serde(default)]
    pub(crate) help: String,
    /// Taken and not sent.
    #[serde(default)]
    pub(crate) ignore: bool,
}
