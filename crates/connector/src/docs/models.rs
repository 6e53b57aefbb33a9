//! Models of objects: what a definition says about their members.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::mapping::vendor_path;
use super::names;
use super::operations::Documented;
use crate::Resource;
use crate::reading::Member;

/// The error that every operation may answer with.
pub(super) const ERROR: &str = "Error";
/// What `/ping` answers.
pub(super) const PONG: &str = "Pong";
/// What `/objects/{objectName}/metadata` answers.
pub(super) const METADATA: &str = "ObjectMetadata";
/// One member of an object, in [`METADATA`].
const FIELD: &str = "ObjectField";

/// The models of a document, and which resource has which.
#[derive(Debug)]
pub(super) struct Models {
    /// Schemas by name.
    pub(super) definitions: Map<String, Value>,
    by_path: BTreeMap<String, String>,
}

impl Models {
    /// The models of all resources that are documented.
    pub(super) fn of(operations: &[Documented<'_>]) -> Self {
        let mut models = Self { definitions: shared(), by_path: BTreeMap::new() };
        for documented in operations {
            models.add(documented.resource);
        }
        models
    }

    fn add(&mut self, resource: &Resource) {
        if self.by_path.contains_key(&resource.path) {
            return;
        }
        let schema = schema(resource);
        let short = names::pascal(&resource.path, false);
        let same = self.definitions.get(&short) == Some(&schema);
        let name = if same || !self.definitions.contains_key(&short) {
            short
        } else {
            names::free(names::pascal(&resource.path, true), |name| self.definitions.contains_key(name))
        };
        self.definitions.insert(name.clone(), schema);
        self.by_path.insert(resource.path.clone(), name);
    }

    /// A reference to the model of a resource.
    pub(super) fn reference(&self, resource: &Resource) -> Value {
        self.by_path.get(&resource.path).map_or_else(|| json!({ "type": "object" }), |name| reference(name))
    }
}

/// A reference to a model by its name.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn schema(resource: &Resource) -> Value {
    let mut properties = Map::new();
    let record =
        resource.operations.iter().map(|operation| &operation.reading.record).find(|record| !record.is_empty());
    for (name, member) in record.into_iter().flatten() {
        properties.insert(name.clone(), member_schema(resource, name, member));
    }
    if record.is_none() {
        for (name, kind) in &resource.model {
            properties.insert(name.clone(), type_schema(kind));
        }
    }
    let mut schema = json!({ "type": "object" });
    if !resource.description.is_empty() {
        schema["description"] = resource.description.as_str().into();
    }
    if properties.is_empty() || properties.contains_key("id") {
        schema["x-primary-key"] = "id".into();
    }
    if let Some(name) = vendor_object(resource) {
        schema["x-vendor-objectname"] = name.into();
    }
    if record.is_none() {
        // The provider may answer more than the definition tells.
        schema["additionalProperties"] = true.into();
    }
    if !properties.is_empty() {
        schema["properties"] = properties.into();
    }
    schema
}

fn member_schema(resource: &Resource, name: &str, member: &Member) -> Value {
    let told = resource.model.iter().find(|(field, _)| field == name).map(|(_, kind)| type_schema(kind));
    match member {
        Member::Is { .. } => json!({ "type": "boolean" }),
        Member::Fixed(text) => fixed_schema(text),
        Member::At(path) => {
            let mut schema = told.unwrap_or_else(|| json!({}));
            if let Some(members) = path.members().filter(|members| !members.is_empty()) {
                schema["x-vendor-path"] = members.join(".").into();
            }
            schema
        }
    }
}

fn fixed_schema(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::String(_) | Value::Bool(_) | Value::Number(_))) => json!({ "enum": [value] }),
        _ => json!({}),
    }
}

/// The schema of a model's type. Providers write dates in many forms, so no format is promised.
pub(super) fn type_schema(kind: &str) -> Value {
    match kind {
        "date" => json!({ "type": "string", "description": "A date or a time." }),
        "array" => json!({ "type": "array", "items": {} }),
        kind => json!({ "type": kind }),
    }
}

/// The last word of the path at the provider.
fn vendor_object(resource: &Resource) -> Option<String> {
    let path = vendor_path(&resource.operations.first()?.request);
    let word = path.split('/').rfind(|part| !part.is_empty() && !part.contains(['{', '$', ':']))?;
    Some(word.to_owned())
}

fn shared() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let flag = || json!({ "type": "boolean" });
    let error = json!({
        "type": "object",
        "required": ["requestId", "message"],
        "properties": {
            "requestId": { "type": "string", "description": "As in the header `Elements-Request-Id`." },
            "message": { "type": "string", "description": "What went wrong, for people." },
            "providerMessage": { "type": "string", "description": "The provider's own words." },
        },
    });
    let pong = json!({
        "type": "object",
        "required": ["dateTime", "endpoint"],
        "properties": { "dateTime": text(), "endpoint": text(), "valid": flag() },
    });
    let metadata = json!({
        "type": "object",
        "required": ["fields"],
        "properties": { "fields": { "type": "array", "items": reference(FIELD) } },
    });
    let field = json!({
        "type": "object",
        "required": ["vendorPath"],
        "additionalProperties": true,
        "properties": { "vendorPath": text(), "type": text() },
    });
    let named = [(ERROR, error), (PONG, pong), (METADATA, metadata), (FIELD, field)];
    named.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}
