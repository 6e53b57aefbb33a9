//! Instances and their keys (section 3.3).

use keyway_app::instances::{InstanceDetail, MASK, Shown};
use keyway_model::{Health, InstanceKey, Lifecycle, Secret};
use serde_json::{Map, Value, json};

use super::abridged;

/// An instance; lists leave its configuration out unless asked for it.
pub(crate) fn instance(detail: &InstanceDetail, with_configuration: bool) -> Value {
    let instance = &detail.instance;
    let element = abridged(&detail.listed);
    let setting = |key: &str| match detail.configuration.get(key) {
        Some(Shown::Clear(value)) => Some(value.expose().as_str()),
        _ => None,
    };
    let mut view = json!({
        "id": instance.id,
        "name": instance.name,
        "createdDate": instance.created_at,
        "updatedDate": instance.updated_at,
        "token": detail.token.expose(),
        "element": element,
        "connector": element,
        "elementId": detail.listed.id,
        "tags": instance.tags,
        "provisionInteractions": [],
        "valid": true,
        "verified": instance.health == Health::Healthy,
        "disabled": instance.lifecycle == Lifecycle::Disabled,
        "maxCacheSize": 0,
        "cacheTimeToLive": 0,
        "cachingEnabled": false,
        "eventsEnabled": setting("event.notification.enabled") == Some("true"),
        "traceLoggingEnabled": false,
        "externalAuthentication": "none",
        "user": {
            "id": detail.owner.id,
            "emailAddress": detail.owner.email,
            "firstName": detail.owner.first_name,
            "lastName": detail.owner.last_name,
        },
    });
    if let Some(url) = setting("event.notification.callback.url") {
        view["eventsNotificationCallbackUrl"] = json!(url);
    }
    if with_configuration {
        view["configuration"] = configuration(detail);
    }
    view
}

fn configuration(detail: &InstanceDetail) -> Value {
    let shown: Map<String, Value> =
        detail.configuration.iter().map(|(key, value)| (key.clone(), wire(value))).collect();
    Value::Object(shown)
}

fn wire(value: &Shown) -> Value {
    match value {
        Shown::Clear(value) => json!(value.expose()),
        Shown::Masked => json!(MASK),
    }
}

/// The entries of an instance's configuration, in the order of the form.
pub(crate) fn entries(detail: &InstanceDetail) -> Vec<Value> {
    let entry = |field: &keyway_app::catalogue::Field| {
        json!({
            "id": field.id,
            "key": field.key,
            "name": field.label,
            "description": field.help,
            "propertyValue": detail.configuration.get(&field.key).map(wire),
            "type": field.kind.wire_name(),
            "required": field.required,
            "active": true,
            "hideFromConsole": field.hidden,
        })
    };
    detail.listed.connector.fields.iter().map(entry).collect()
}

/// An instance key without its text.
pub(crate) fn instance_key(key: &InstanceKey) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "instanceId": key.instance,
        "methods": key.policy.methods,
        "pathPrefixes": key.policy.path_prefixes,
        "expiresAt": key.policy.expires_at,
        "createdDate": key.created_at,
    })
}

/// A key just made: the only answer that holds its text.
pub(crate) fn made_key(key: &InstanceKey, text: &Secret) -> Value {
    let mut view = instance_key(key);
    view["key"] = json!(text.expose());
    view
}
