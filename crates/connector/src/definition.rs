//! The definition file as it is written, before anything is checked against anything else.

use serde::Deserialize;

use crate::entries::Entries;
use crate::resource::Verb;

/// `connector.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) hub: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) docs: Option<String>,
    #[serde(default)]
    pub(crate) configuration: Entries<FieldDefinition>,
    pub(crate) authentication: Entries<MethodDefinition>,
    pub(crate) verify: Option<String>,
    #[serde(default)]
    pub(crate) resources: Entries<ResourceDefinition>,
}

/// One entry below `configuration:`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldDefinition {
    pub(crate) label: Option<String>,
    #[serde(default)]
    pub(crate) help: String,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) secret: bool,
    #[serde(default)]
    pub(crate) hidden: bool,
    #[serde(default)]
    pub(crate) boolean: bool,
    #[serde(default)]
    pub(crate) multiline: bool,
    pub(crate) max_length: Option<usize>,
    pub(crate) options: Option<Vec<String>>,
    pub(crate) default: Option<String>,
    /// The methods that ask for it.
    #[serde(default, rename = "for")]
    pub(crate) methods: Vec<String>,
}

/// One entry below `authentication:`; its members say what kind it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodDefinition {
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) header: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) bearer: Option<String>,
}

/// One entry below `resources:`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceDefinition {
    pub(crate) vendor: String,
    pub(crate) verbs: Vec<Verb>,
    /// The provider's method for updates.
    #[serde(default = "patch")]
    pub(crate) update: String,
}

fn patch() -> String {
    "PATCH".to_owned()
}
