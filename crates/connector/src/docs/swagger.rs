//! A connector as a Swagger 2.0 document (section 6).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::models::{ERROR, METADATA, Models, PONG, reference};
use super::operations::{Documented, documented, shape};
use super::parameters::{authorization, is_form, parameters, place};
use super::{PREFIX, Site};
use crate::{Connector, Verb};

/// Ways to fail, which every operation has.
const FAILURES: [(&str, &str); 11] = [
    ("400", "The request is wrong, or the provider says so."),
    ("401", "The secrets or the token are wrong, or the provider refuses the credential."),
    ("403", "The provider forbids it, or the instance is disabled."),
    ("404", "There is no such object."),
    ("405", "The resource does not offer this."),
    ("406", "The provider cannot answer in the form that was asked for."),
    ("409", "It is there already."),
    ("415", "The body is of a type that cannot be read."),
    ("429", "Too many calls; `Retry-After` says when to come back."),
    ("500", "An error of this server."),
    ("502", "The provider failed."),
];

/// Names of the operations that every connector has.
const GENERIC: [&str; 3] = ["getPing", "getObjects", "getObjectsByObjectNameMetadata"];

/// The whole document.
pub fn document(connector: &Connector, site: Site<'_>) -> Value {
    let operations = documented(connector);
    let models = Models::of(&operations);
    let mut paths = Map::new();
    for documented in &operations {
        add(&mut paths, &documented.path, documented.method, operation(documented, &models));
    }
    add_generic(&mut paths, connector);
    assemble(connector, site, paths, models.definitions)
}

/// The document of one operation, with the models that it refers to.
pub fn operation_document(connector: &Connector, site: Site<'_>, operation_id: &str) -> Option<Value> {
    chosen(document(connector, site), |_, operation| operation["operationId"] == operation_id)
}

/// The document of one object: what its resource and those below it offer, with the models that they refer to.
pub fn object_document(connector: &Connector, site: Site<'_>, object: &str) -> Option<Value> {
    let below = |path: &str| path.trim_start_matches('/').split('/').next() == Some(object);
    let about = |path: &str| path.rsplit('/').find(|part| !part.starts_with('{')) == Some(object);
    let is_own = |operation: &Value| !GENERIC.iter().any(|id| operation["operationId"] == *id);
    let whole = document(connector, site);
    chosen(whole.clone(), |path, operation| below(path) && is_own(operation))
        .or_else(|| chosen(whole, |path, operation| about(path) && is_own(operation)))
}

fn assemble(
    connector: &Connector,
    site: Site<'_>,
    paths: Map<String, Value>,
    definitions: Map<String, Value>,
) -> Value {
    let text = "With `where`, `fields` and `orderBy` lists answer what is asked for. Without `/hubs/{hub}` all paths are there too.";
    let description =
        if connector.description.is_empty() { text.to_owned() } else { format!("{}\n\n{text}", connector.description) };
    let mut document = json!({
        "swagger": "2.0",
        "info": {
            "title": connector.name,
            "description": description,
            "version": site.version.to_string(),
            "x-element-id": site.id,
            "x-element-key": connector.key.as_str(),
            "x-element-name": connector.name,
            "x-element-hub": connector.hub,
        },
    });
    let (scheme, rest) = site.url.split_once("://").unwrap_or(("http", site.url));
    let (host, below) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    // Swagger 2.0 cannot write an IPv6 address; without a host, clients take where they read the document.
    if !host.is_empty() && !host.contains('[') {
        document["host"] = host.into();
        document["schemes"] = json!([scheme]);
    }
    document["basePath"] = format!("{}{PREFIX}/hubs/{}", below.trim_end_matches('/'), connector.hub).into();
    document["consumes"] = json!(["application/json"]);
    document["produces"] = json!(["application/json"]);
    document["tags"] = tags(&paths);
    document["paths"] = paths.into();
    document["definitions"] = definitions.into();
    if let Some(docs) = &connector.docs {
        document["externalDocs"] = json!({ "description": "The provider's documentation", "url": docs });
    }
    document
}

fn tags(paths: &Map<String, Value>) -> Value {
    let mut seen = BTreeSet::new();
    let operations = paths.values().filter_map(Value::as_object).flat_map(Map::values);
    let names = operations.filter_map(|operation| operation["tags"][0].as_str());
    names.filter(|name| seen.insert((*name).to_owned())).map(|name| json!({ "name": name })).collect()
}

fn add(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    item[method.to_ascii_lowercase()] = operation;
}

fn operation(documented: &Documented<'_>, models: &Models) -> Value {
    let model = models.reference(documented.resource);
    let tag = documented.path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let mut value = json!({
        "operationId": documented.id,
        "tags": [tag],
        "summary": documented.summary(),
        "description": documented.resource.description,
        "parameters": parameters(documented, &model),
        "responses": responses(answer(documented.operation.verb, &model)),
    });
    if is_form(documented) {
        let kinds = ["multipart/form-data", "application/x-www-form-urlencoded"];
        // A file needs a multipart body.
        let offered = if documented.operation.verb == Verb::Upload { &kinds[..1] } else { &kinds[..] };
        value["consumes"] = json!(offered);
    }
    if documented.operation.verb == Verb::Download {
        value["produces"] = json!(["application/octet-stream"]);
    }
    value
}

fn answer(verb: Verb, model: &Value) -> Value {
    match verb {
        Verb::List => json!({
            "description": "The rows of one page.",
            "schema": { "type": "array", "items": model },
            "headers": {
                "Elements-Next-Page-Token": { "type": "string", "description": "`nextPage` of the next page; absent on the last one." },
                "Elements-Returned-Count": { "type": "integer", "description": "How many rows this page has." },
                "Elements-Total-Count": { "type": "integer", "description": "How many rows there are, where the provider tells." },
            },
        }),
        Verb::Delete | Verb::Remove => json!({ "description": "It is gone." }),
        Verb::Download => {
            json!({ "description": "The bytes of the file.", "schema": { "type": "string", "format": "binary" } })
        }
        _ => json!({ "description": "The object.", "schema": model }),
    }
}

fn responses(good: Value) -> Value {
    let failures = FAILURES.map(|(status, description)| {
        (status.to_owned(), json!({ "description": description, "schema": reference(ERROR) }))
    });
    let all: Map<String, Value> = std::iter::once(("200".to_owned(), good)).chain(failures).collect();
    all.into()
}

/// What every connector has, where it has no resource of its own there.
fn add_generic(paths: &mut Map<String, Value>, connector: &Connector) {
    let name = place("objectName", "The object, as `/objects` names it.");
    let names = json!({ "description": "The names.", "schema": { "type": "array", "items": { "type": "string" } } });
    let told = |what: &str, model: &str| json!({ "description": what, "schema": reference(model) });
    let texts = [
        format!("Ask whether {} answers", connector.name),
        "List the names of the objects".to_owned(),
        "Get the members of an object".to_owned(),
    ];
    let rows = [
        ("/ping", vec![authorization()], told("It answers.", PONG)),
        ("/objects", vec![authorization()], names),
        ("/objects/{objectName}/metadata", vec![authorization(), name], told("The members.", METADATA)),
    ];
    for (((path, parameters, good), id), summary) in rows.into_iter().zip(GENERIC).zip(texts) {
        let is_taken = |(known, item): (&String, &Value)| {
            shape(known) == shape(path) && (known != path || item.get("get").is_some())
        };
        if paths.iter().any(is_taken) {
            continue;
        }
        let tag = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let operation = json!({
            "operationId": id,
            "tags": [tag],
            "summary": summary,
            "parameters": parameters,
            "responses": responses(good),
        });
        add(paths, path, "GET", operation);
    }
}

/// The part of a document whose operations are wanted; `None` when there are none.
fn chosen(mut document: Value, wanted: impl Fn(&str, &Value) -> bool) -> Option<Value> {
    let mut paths = Map::new();
    for (path, item) in document["paths"].as_object()? {
        for (method, operation) in item.as_object()? {
            if wanted(path, operation) {
                add(&mut paths, path, method, operation.clone());
            }
        }
    }
    if paths.is_empty() {
        return None;
    }
    let paths = Value::from(paths);
    let definitions = document["definitions"].as_object()?;
    let used = reachable(&paths, definitions);
    let kept: Map<String, Value> = definitions
        .iter()
        .filter(|(name, _)| used.contains(*name))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    document["tags"] = paths.as_object().map(tags)?;
    document["paths"] = paths;
    document["definitions"] = kept.into();
    Some(document)
}

/// The names of the models that a value refers to, directly or through others.
fn reachable(value: &Value, definitions: &Map<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        for name in references(value) {
            if found.insert(name.to_owned()) {
                open.extend(definitions.get(name));
            }
        }
    }
    found
}

/// The names of the models that a value refers to by itself.
pub(super) fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/definitions/"));
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        _ => Vec::new(),
    }
}
