//! The paths that every connector has: `/ping`, `/objects`, `/objects/{object}/metadata` and its documentation.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method};
use http_body_util::BodyExt;
use keyway_auth::Refusal;
use keyway_connector::docs::Site;
use keyway_connector::{Found, Request, Resource, Verb};
use serde_json::{Map, Value, json};

use super::answer::HubAnswer;
use super::exchange::Exchange;
use super::{Asking, HubCall, check_enabled, list};
use crate::instances::refused;
use crate::{App, Error, Result};

/// Rows that an object without a declared model is judged by.
const SAMPLE: usize = 20;

/// Whether a path is one of those.
pub(super) fn is_generic(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    matches!(parts.as_slice(), ["ping" | "objects"] | ["objects", _, "metadata" | "docs"])
}

/// Answers one of them.
pub(super) async fn answer(app: &App, exchange: &mut Exchange<'_>, call: &HubCall, parts: &Parts) -> Result<HubAnswer> {
    let names: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    match (call.method == Method::GET, names.as_slice()) {
        (true, ["ping"]) => ping(exchange).await,
        (true, ["objects"]) => Ok(objects(exchange, parts)),
        (true, ["objects", object, "metadata"]) => metadata(exchange, object).await,
        (true, ["objects", object, "docs"]) => docs(app, exchange, object),
        _ => Err(Error::NotFound(format!("there is no resource {} {}", call.method, call.path))),
    }
}

/// Asks the provider whether it still takes the credential, where the connector says how.
async fn ping(exchange: &mut Exchange<'_>) -> Result<HubAnswer> {
    let snapshot = exchange.snapshot;
    check_enabled(snapshot)?;
    if let Some(verify) = &snapshot.connector.verify {
        let mut asked = asked(exchange, verify).await;
        if let Err(Refusal::Answer { status, .. }) = &asked
            && exchange.renew_after(status.as_u16()).await?
        {
            asked = self::asked(exchange, verify).await;
        }
        asked.map_err(|refusal| refused(&snapshot.connector, refusal, &snapshot.redactor))?;
    }
    let now = exchange.moment.now.to_string();
    Ok(json(&json!({ "dateTime": now, "endpoint": snapshot.connector.key.as_str(), "valid": true })))
}

async fn asked(exchange: &Exchange<'_>, verify: &Request) -> std::result::Result<(), Refusal> {
    keyway_auth::verify(exchange.egress, exchange.destination(), verify, exchange.moment).await
}

/// An answer of our own.
fn json(body: &Value) -> HubAnswer {
    HubAnswer::json(body.to_string().into_bytes(), &HeaderMap::new())
}

/// The objects: what can be listed or read at the top of the connector.
fn objects(exchange: &Exchange<'_>, parts: &Parts) -> HubAnswer {
    // Section 6: the newer form is asked for by a header.
    let version = parts.headers.get("elements-version");
    let typed = version.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"helium"));
    let found = exchange.snapshot.connector.resources.all().iter().filter(|resource| is_object(resource));
    let typed_row = |resource: &Resource| json!({ "name": resource.object(), "vendorName": vendor_name(resource), "type": "vendor" });
    json(&if typed { found.map(typed_row).collect() } else { found.map(Resource::object).collect() })
}

fn is_object(resource: &Resource) -> bool {
    !resource.hidden
        && resource.is_top()
        && (resource.operation(Verb::List).is_some() || resource.operation(Verb::Read).is_some())
}

fn vendor_name(resource: &Resource) -> String {
    let path = resource.operations.first().map(|operation| operation.request.vendor_path()).unwrap_or_default();
    let word =
        path.split('?').next().unwrap_or_default().split('/').rfind(|part| !part.is_empty() && !part.contains('{'));
    word.unwrap_or_else(|| resource.object()).to_owned()
}

/// The Swagger document of one object.
fn docs(app: &App, exchange: &Exchange<'_>, object: &str) -> Result<HubAnswer> {
    let snapshot = exchange.snapshot;
    let url = app.settings.public_url();
    let site = Site { url: &url, id: snapshot.connector_id.0, version: snapshot.connector_version };
    let document = keyway_connector::docs::object_document(&snapshot.connector, site, object);
    let document = document.ok_or_else(|| no_object(object))?;
    Ok(json(&document))
}

fn no_object(object: &str) -> Error {
    Error::NotFound(format!("No object definition found for '{object}'"))
}

/// The fields of an object: as the definition tells, or as a page of it shows.
async fn metadata(exchange: &mut Exchange<'_>, object: &str) -> Result<HubAnswer> {
    let connector = Arc::clone(&exchange.snapshot.connector);
    let resource = connector.resources.all().iter().find(|resource| is_object(resource) && resource.object() == object);
    let resource = resource.ok_or_else(|| no_object(object))?;
    let fields: Vec<(String, String)> = if resource.model.is_empty() {
        check_enabled(exchange.snapshot)?;
        observed(exchange, resource).await?
    } else {
        resource.model.clone()
    };
    let writes = |verb: Verb| resource.operation(verb).is_some();
    let methods: Vec<(&str, bool, bool)> = [
        ("GET", writes(Verb::List) || writes(Verb::Read), false),
        ("GET_BY_ID", writes(Verb::Get), false),
        ("POST", writes(Verb::Create), true),
        ("PATCH", writes(Verb::Update), true),
    ]
    .into_iter()
    .filter(|(_, offered, _)| *offered)
    .collect();
    let fields: Vec<Value> = fields.iter().map(|(name, kind)| field(name, kind, &methods)).collect();
    Ok(json(&json!({ "fields": fields })))
}

fn field(name: &str, kind: &str, methods: &[(&str, bool, bool)]) -> Value {
    let key = name == "id";
    let method = |(name, _, request): &(&str, bool, bool)| json!({ "name": name, "request": *request && !key, "response": true });
    json!({
        "type": kind,
        "vendorPath": name,
        "vendorDisplayName": name,
        "vendorNativeType": kind,
        "vendorRequired": false,
        "vendorReadOnly": key,
        "hidden": false,
        "filterable": false,
        "primaryKey": key,
        "method": methods.iter().map(method).collect::<Vec<_>>(),
    })
}

/// The fields that the first rows have, in their order.
async fn observed(exchange: &mut Exchange<'_>, resource: &Resource) -> Result<Vec<(String, String)>> {
    let Some(operation) = resource.operation(Verb::List) else {
        return Ok(Vec::new());
    };
    let found = Found { resource, operation, places: Vec::new() };
    // The caller's conditions are about the answer that is made of this one.
    let nothing = HeaderMap::new();
    let query = format!("pageSize={SAMPLE}");
    let asking = Asking { found: &found, headers: &nothing, query: Some(&query) };
    let answer = list::answer(&mut exchange.with_headers(&nothing), asking).await?;
    let body = answer.body.collect().await.map_err(Error::internal)?.to_bytes();
    let rows: Value = serde_json::from_slice(&body).map_err(Error::internal)?;
    let mut fields: Map<String, Value> = Map::new();
    for (name, value) in rows.as_array().into_iter().flatten().filter_map(Value::as_object).flatten() {
        let kind = kind_of(value);
        if kind != "null" || !fields.contains_key(name) {
            fields.insert(name.clone(), kind.into());
        }
    }
    let kind = |value: Value| value.as_str().map_or_else(|| "string".to_owned(), |kind| kind.replace("null", "string"));
    Ok(fields.into_iter().map(|(name, value)| (name, kind(value))).collect())
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(text) if keyway_model::ceql::is_date(text) => "date",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
