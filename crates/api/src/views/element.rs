//! Connectors: the platform says element (section 2).

use keyway_app::catalogue::{self, Authentication, Connector, Field, FieldKind, Listed, Method};
use serde_json::{Value, json};

/// A connector as instances and lists show it.
pub(crate) fn abridged(listed: &Listed) -> Value {
    let connector = &listed.connector;
    json!({
        "id": listed.id,
        "name": connector.name,
        "key": connector.key.as_str(),
        "description": connector.description,
        "image": "",
        "logo": connector.key.as_str(),
        "active": true,
        "deleted": false,
        "typeOauth": false,
        "trialAccount": false,
        "transformationsEnabled": true,
        "bulkDownloadEnabled": false,
        "bulkUploadEnabled": false,
        "cloneable": false,
        "extendable": false,
        "extended": false,
        "beta": false,
        "private": false,
        "authentication": { "type": connector.methods.first().map_or("none", |method| wire_type(method)) },
        "hub": connector.hub,
        "protocolType": "http",
        "parameters": [],
    })
}

/// A connector with its form and what it offers.
pub(crate) fn element(listed: &Listed) -> Value {
    let connector = &listed.connector;
    let mut view = abridged(listed);
    view["configuration"] = connector.fields.iter().map(configuration_entry).collect();
    view["resources"] = resources(connector);
    view
}

/// An entry of a connector's form.
pub(crate) fn configuration_entry(field: &Field) -> Value {
    let options: Vec<Value> = match &field.kind {
        FieldKind::Choice(options) => {
            options.iter().map(|option| json!({ "value": option, "description": option })).collect()
        }
        _ => Vec::new(),
    };
    json!({
        "id": field.id,
        "key": field.key,
        "name": field.label,
        "description": field.help,
        "type": field.kind.wire_name(),
        "defaultValue": field.default,
        "required": field.required,
        "hideFromConsole": field.hidden,
        "internal": false,
        "active": true,
        "displayOrder": field.id,
        "options": options,
        "groupControl": field.key == catalogue::AUTHENTICATION_TYPE,
        "groupName": (!field.methods.is_empty()).then(|| field.methods.join(",")),
        "companyConfig": false,
        "resellerConfig": false,
    })
}

/// The methods of authentication to choose from.
pub(crate) fn authentication_types(connector: &Connector) -> Value {
    let options: Vec<Value> =
        connector.methods.iter().map(|method| json!({ "value": method.name, "description": method.name })).collect();
    json!({ "defaultValue": connector.methods.first().map(|method| &method.name), "options": options })
}

fn resources(connector: &Connector) -> Value {
    let prefix = format!("/hubs/{}", connector.hub);
    let rows = connector.resources.all().iter().flat_map(|resource| {
        let operations = resource.operations().into_iter();
        operations.map(|(method, path)| json!({ "method": method, "path": format!("{prefix}{path}"), "type": "api" }))
    });
    rows.collect()
}

fn wire_type(method: &Method) -> &'static str {
    match method.authentication {
        Authentication::None => "none",
        Authentication::Basic { .. } => "basic",
        Authentication::ApiKey { .. } => "apiKey",
    }
}
