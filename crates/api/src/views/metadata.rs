//! What a connector can do, in the form of section 2.4.

use std::collections::BTreeMap;

use keyway_app::catalogue::{BodyForm, Connector, Listed};
use keyway_app::documents;
use serde::Serialize;
use utoipa::ToSchema;

use super::element::wire_type;

/// What a connector can do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ElementMetadata {
    id: i64,
    name: String,
    key: String,
    description: String,
    image: &'static str,
    display_order: i64,
    active: bool,
    beta: bool,
    element_type: &'static str,
    hub: String,
    transformations: bool,
    normalized_paging: bool,
    swagger_validated: bool,
    cloneable: bool,
    extendable: bool,
    /// The kind of the default method: `none`, `basic` or `apiKey`.
    authentication_type: &'static str,
    /// The kinds of all methods.
    authentication_types: Vec<&'static str>,
    events: Events,
    discovery: Discovery,
    bulk: Bulk,
    /// Only for callers who show their secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    usage: Option<ElementUsage>,
    api: ProviderApi,
    /// What it offers; only with `expand=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resources: Option<Vec<MetadataResource>>,
}

/// Which events a connector tells of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Events {
    supported: bool,
    /// `polling` and `webhook`.
    methods: Vec<&'static str>,
}

/// What a connector finds out at the provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Discovery {
    custom_fields: bool,
    custom_objects: bool,
    endpoint_custom_fields: bool,
    endpoint_custom_objects: bool,
}

/// Which bulk jobs a connector takes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Bulk {
    upload: bool,
    download: bool,
}

/// How much a connector is used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ElementUsage {
    /// How many instances the caller may see.
    instance_count: i64,
}

/// The provider's API.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProviderApi {
    r#type: &'static str,
    content_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    vendor_documentation_url: Option<String>,
    /// What the definition was tested against: `live`, `stand-in` or `definition only`.
    tested: &'static str,
}

/// An object of a connector.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetadataResource {
    /// Its path below the hub, without a slash before it.
    canonical_name: String,
    description: String,
    /// The caller's methods and paths.
    operations: Vec<MetadataOperation>,
}

/// An operation of an object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetadataOperation {
    method: &'static str,
    path: String,
}

/// What a connector can do. `instances` is how many the caller may see, if there is a caller.
pub(crate) fn element_metadata(listed: &Listed, instances: Option<i64>, expand: bool) -> ElementMetadata {
    let connector = &listed.connector;
    let kinds = connector.methods.iter().map(wire_type);
    let mut authentication_types: Vec<&'static str> = Vec::new();
    for kind in kinds {
        if !authentication_types.contains(&kind) {
            authentication_types.push(kind);
        }
    }
    ElementMetadata {
        id: listed.id.0,
        name: connector.name.clone(),
        key: connector.key.as_str().to_owned(),
        description: connector.description.clone(),
        image: "",
        display_order: listed.id.0,
        active: true,
        beta: false,
        element_type: "standard",
        hub: connector.hub.clone(),
        transformations: false,
        normalized_paging: true,
        swagger_validated: true,
        cloneable: false,
        extendable: false,
        authentication_type: connector.methods.first().map_or("none", wire_type),
        authentication_types,
        events: Events { supported: false, methods: Vec::new() },
        discovery: Discovery {
            custom_fields: false,
            custom_objects: false,
            endpoint_custom_fields: false,
            endpoint_custom_objects: false,
        },
        bulk: Bulk { upload: false, download: false },
        usage: instances.map(|instance_count| ElementUsage { instance_count }),
        api: api(connector),
        resources: expand.then(|| resources(connector)),
    }
}

fn api(connector: &Connector) -> ProviderApi {
    ProviderApi {
        r#type: "rest",
        content_type: match connector.body {
            BodyForm::Json => "application/json",
            BodyForm::Form => "application/x-www-form-urlencoded",
        },
        vendor_documentation_url: connector.docs.clone(),
        tested: connector.tested.as_str(),
    }
}

fn resources(connector: &Connector) -> Vec<MetadataResource> {
    let mut by_name: BTreeMap<String, MetadataResource> = BTreeMap::new();
    for row in documents::rows(connector).into_iter().filter(|row| row.documented) {
        let words = row.path.split('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
        let name = words.collect::<Vec<_>>().join("/");
        let found = by_name.entry(name.clone()).or_insert_with(|| MetadataResource {
            canonical_name: name,
            description: row.description.to_owned(),
            operations: Vec::new(),
        });
        found.operations.push(MetadataOperation { method: row.method, path: row.path.to_owned() });
    }
    by_name.into_values().collect()
}
