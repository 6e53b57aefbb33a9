//! The parameters of an operation, in the order that clients of the platform expect.

use serde_json::{Value, json};

use super::models::type_schema;
use super::operations::{Documented, places};
use crate::listing::{Filter, Order};
use crate::parameter::{Kind, Parameter, Source};
use crate::{LARGEST_SIZE, Listing, Verb};

/// What carries the caller's secrets, on every operation.
pub(super) fn authorization() -> Value {
    json!({
        "name": "Authorization",
        "in": "header",
        "description": "The authorization tokens. The format for the header value is 'User xxx, Organization xxx, Element xxx'",
        "required": true,
        "type": "string",
    })
}

/// A place of the path.
pub(super) fn place(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "path", "description": description, "required": true, "type": "string" })
}

/// All parameters of an operation; `model` is the schema of its object.
pub(super) fn parameters(documented: &Documented<'_>, model: &Value) -> Vec<Value> {
    let operation = documented.operation;
    let mut found = vec![authorization()];
    let item = documented.operation.verb.is_on_item();
    let last = places(&documented.path).last();
    for name in places(&documented.path) {
        let own = item && Some(name) == last;
        found.push(place(name, if own { "Which one." } else { "What it belongs to." }));
    }
    if let Some(listing) = &operation.listing {
        found.extend(list_parameters(listing));
    }
    for parameter in &operation.parameters {
        let own = declared(parameter, operation.verb).filter(|value| !is_there(&found, value));
        found.extend(own);
    }
    found.extend(body(documented, model));
    found
}

/// Names of headers are the same in any case.
fn is_there(found: &[Value], value: &Value) -> bool {
    let text = |value: &Value, member: &str| value[member].as_str().unwrap_or_default().to_owned();
    let same = |other: &&Value| {
        let (name, known) = (text(value, "name"), text(other, "name"));
        name == known || (value["in"] == "header" && name.eq_ignore_ascii_case(&known))
    };
    found.iter().filter(|other| other["in"] == value["in"]).any(|other| same(&other))
}

fn list_parameters(listing: &Listing) -> [Value; 6] {
    let query = |name: &str, kind: &str, description: &str| json!({ "name": name, "in": "query", "description": description, "required": false, "type": kind });
    let mut page = query("page", "integer", "The number of the page, from 1.");
    page["format"] = "int64".into();
    page["minimum"] = 1.into();
    let mut size = query("pageSize", "integer", "How many rows a page has at most.");
    size["format"] = "int64".into();
    size["minimum"] = 1.into();
    size["maximum"] = LARGEST_SIZE.into();
    size["default"] = listing.paging.default_size(None).into();
    [
        query("where", "string", &where_help(listing)),
        query("fields", "string", "The members to be answered, with commas between them, such as `id,name`."),
        query("orderBy", "string", order_help(listing)),
        page,
        size,
        query("nextPage", "string", "`Elements-Next-Page-Token` of the page before."),
    ]
}

/// What a list's `where` may hold.
pub(super) fn where_help(listing: &Listing) -> String {
    let text = match &listing.filter {
        Filter::Query => {
            "Conditions of the form `field='value'`, joined by AND; the provider decides what it can filter by."
        }
        Filter::Whole { .. } | Filter::Local => "A condition in CEQL, such as `name='x' AND size > 3`.",
        Filter::Refused => "Not offered by this resource: answered with 400.",
    };
    if listing.filtered.is_empty() {
        return text.to_owned();
    }
    format!("{text} Fields: {}.", listing.filtered.join(", "))
}

/// What a list's `orderBy` may hold.
pub(super) const fn order_help(listing: &Listing) -> &'static str {
    match listing.order {
        Order::Query(_) | Order::Local => "A field, with `asc` or `desc` behind it.",
        Order::Refused => "Not offered by this resource: answered with 400.",
    }
}

/// A declared parameter outside of the body.
fn declared(parameter: &Parameter, verb: Verb) -> Option<Value> {
    let place = match parameter.source {
        Source::Query => Some("query"),
        Source::Header => Some("header"),
        Source::Form => Some("formData"),
        // Swagger has no body beside a form.
        Source::Body => (verb == Verb::Upload).then_some("formData"),
    };
    place.map(|place| plain(parameter, place))
}

fn plain(parameter: &Parameter, place: &str) -> Value {
    let mut value = json!({
        "name": parameter.outer,
        "in": place,
        "description": parameter.help,
        "required": parameter.required && parameter.default.is_none(),
        "type": parameter.kind.as_str(),
    });
    let options =
        || Value::from(parameter.options.iter().filter_map(|text| typed(parameter.kind, text)).collect::<Vec<_>>());
    if parameter.kind == Kind::Array {
        value["items"] = json!({ "type": "string" });
        value["collectionFormat"] = if matches!(place, "query" | "formData") { "multi" } else { "csv" }.into();
        if !parameter.options.is_empty() {
            value["items"]["enum"] = options();
        }
    } else if !parameter.options.is_empty() {
        value["enum"] = options();
    }
    let default = parameter.default.as_deref().filter(|text| !text.is_empty());
    if let Some(default) = default.and_then(|text| default_value(parameter.kind, text)) {
        value["default"] = default;
    }
    value
}

fn default_value(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Array => Some(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect()),
        kind => typed(kind, text),
    }
}

fn typed(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::String | Kind::Array => Some(text.into()),
        Kind::Integer => text.parse::<i64>().ok().map(Value::from),
        Kind::Number => text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number),
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
    }
}

/// The body of a call, or its file.
fn body(documented: &Documented<'_>, model: &Value) -> Option<Value> {
    let operation = documented.operation;
    if operation.verb == Verb::Upload {
        let help = "The file. Its bytes alone, without a form around them, are taken too.";
        return Some(
            json!({ "name": "file", "in": "formData", "description": help, "required": true, "type": "file" }),
        );
    }
    if !operation.verb.has_body() || is_form(documented) {
        return None;
    }
    // An action such as `/charges/{id}/capture` may need no body; a new or changed object is always described.
    let resource = documented.resource;
    let needed = operation.verb != Verb::Create || resource.operation(Verb::List).is_some();
    let schema = body_schema(&operation.parameters, model);
    Some(json!({ "name": "body", "in": "body", "description": "The object.", "required": needed, "schema": schema }))
}

/// Whether the caller's body is a form.
pub(super) fn is_form(documented: &Documented<'_>) -> bool {
    let mut parameters = documented.operation.parameters.iter();
    documented.operation.verb == Verb::Upload || parameters.any(|parameter| parameter.source == Source::Form)
}

/// The object with what is declared besides.
fn body_schema(parameters: &[Parameter], model: &Value) -> Value {
    let declared: Vec<&Parameter> = parameters.iter().filter(|parameter| parameter.source == Source::Body).collect();
    if declared.is_empty() {
        return model.clone();
    }
    let mut properties = serde_json::Map::new();
    for parameter in &declared {
        let mut schema = type_schema(parameter.kind.as_str());
        if !parameter.help.is_empty() {
            schema["description"] = parameter.help.as_str().into();
        }
        properties.insert(parameter.outer.clone(), schema);
    }
    let mut own = json!({ "type": "object", "properties": properties });
    let needed: Vec<&str> = declared
        .iter()
        .filter(|parameter| parameter.required && parameter.default.is_none())
        .map(|parameter| parameter.outer.as_str())
        .collect();
    if !needed.is_empty() {
        own["required"] = needed.into();
    }
    json!({ "allOf": [model, own] })
}
