//! Instances and their keys (section 3.3).

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use keyway_app::catalogue;
use keyway_app::instances::{GrantDetail, InstanceDetail, MASK, Shown};
use keyway_model::{self as model, Secret, Standing, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::element::{ElementSummary, abridged};
use crate::openapi::{Output, Sketch};

/// An instance.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Instance {
    id: i64,
    name: String,
    #[schema(value_type = String, format = DateTime)]
    created_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_date: Timestamp,
    /// The instance token, for `Authorization: Element …`.
    token: String,
    element: ElementSummary,
    /// The same as `element`.
    connector: ElementSummary,
    element_id: i64,
    /// The version of the connector's definition that it works by.
    element_version: i64,
    tags: Vec<String>,
    provision_interactions: [String; 0],
    valid: bool,
    /// Whether the provider has taken the credentials.
    verified: bool,
    /// Where it is in its life: `setup`, `active`, `disabled`, `reconnect_needed` or `deleted`.
    lifecycle: &'static str,
    /// How well it works there: `healthy`, `unverified` or `degraded`.
    health: &'static str,
    /// Why it works badly, and since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    trouble: Option<Trouble>,
    /// Its tokens, where it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    grant: Option<Grant>,
    disabled: bool,
    max_cache_size: i64,
    cache_time_to_live: i64,
    caching_enabled: bool,
    events_enabled: bool,
    trace_logging_enabled: bool,
    external_authentication: &'static str,
    user: Owner,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    events_notification_callback_url: Option<String>,
    /// Values by the keys of the connector's form, secrets masked. Lists leave it out unless asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    configuration: Option<BTreeMap<String, String>>,
}

/// Why an instance works badly.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceTrouble)]
pub(crate) struct Trouble {
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    reason: String,
}

/// What is known of an instance's tokens.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceGrant)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Grant {
    /// When the access token ends; it is renewed before.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When the token that renews it ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    refresh_expires_at: Option<Timestamp>,
    /// The scope that was asked for.
    requested_scope: String,
    /// The scope that was granted, where the provider told it.
    granted_scope: Option<String>,
    /// Scopes that calls cannot do without and that were not granted.
    missing_scopes: Vec<String>,
}

/// Whose an instance is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Owner {
    id: i64,
    email_address: String,
    first_name: String,
    last_name: String,
}

/// An entry of an instance's configuration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) key: String,
    name: String,
    description: String,
    /// The value; a secret is masked.
    property_value: Option<String>,
    r#type: &'static str,
    required: bool,
    active: bool,
    hide_from_console: bool,
}

/// An instance key without its text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstanceKey {
    id: i64,
    name: String,
    instance_id: i64,
    methods: Vec<String>,
    path_prefixes: Vec<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_date: Timestamp,
}

/// A key just made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeKey {
    #[serde(flatten)]
    made: InstanceKey,
    /// The key's text, which no other answer holds.
    key: String,
}

/// How many instances each connector has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub(crate) struct InstanceCount {
    total_instances: i64,
    /// By the keys of connectors.
    element_instances: BTreeMap<String, i64>,
    /// The same as `elementInstances`.
    connector_instances: BTreeMap<String, i64>,
}

/// The answer with one instance.
#[derive(Debug)]
pub(crate) struct OneInstance(Instance);

impl OneInstance {
    pub(crate) fn of(detail: &InstanceDetail) -> Self {
        Self(instance(detail, true))
    }
}

impl IntoResponse for OneInstance {
    fn into_response(self) -> Response {
        let events = self.0.events_enabled;
        let mut response = Json(self.0).into_response();
        if events {
            // Said where a client looks, as long as it is so.
            let warning = HeaderValue::from_static("events are stored as wanted but not delivered by this version");
            response.headers_mut().insert("elements-error", warning);
        }
        response
    }
}

impl Output for OneInstance {
    fn describe(sketch: &mut Sketch) {
        sketch.answers::<Instance>(&[("Elements-Error", "A warning, where something is kept but without effect.")]);
    }
}

/// An instance; lists leave its configuration out unless asked for it.
pub(crate) fn instance(detail: &InstanceDetail, with_configuration: bool) -> Instance {
    let instance = &detail.instance;
    let element = abridged(&detail.listed);
    let setting = |key: &str| match detail.configuration.get(key) {
        Some(Shown::Clear(value)) => Some(value.expose().as_str()),
        _ => None,
    };
    Instance {
        id: instance.id.0,
        name: instance.name.clone(),
        created_date: instance.created_at,
        updated_date: instance.updated_at,
        token: detail.token.expose().clone(),
        connector: element.clone(),
        element,
        element_id: detail.listed.id.0,
        element_version: detail.listed.version,
        tags: instance.tags.clone(),
        provision_interactions: [],
        valid: instance.standing == Standing::Ready,
        verified: instance.verified,
        lifecycle: instance.lifecycle().as_str(),
        health: instance.health().as_str(),
        trouble: instance
            .trouble
            .as_ref()
            .map(|trouble| Trouble { since: trouble.since, reason: trouble.evidence.clone() }),
        grant: detail.grant.as_ref().map(grant),
        disabled: !instance.enabled,
        max_cache_size: 0,
        cache_time_to_live: 0,
        caching_enabled: false,
        events_enabled: setting("event.notification.enabled") == Some("true"),
        trace_logging_enabled: false,
        external_authentication: "none",
        user: Owner {
            id: detail.owner.id.0,
            email_address: detail.owner.email.clone(),
            first_name: detail.owner.first_name.clone(),
            last_name: detail.owner.last_name.clone(),
        },
        events_notification_callback_url: setting("event.notification.callback.url").map(str::to_owned),
        configuration: with_configuration.then(|| configuration(detail)),
    }
}

fn grant(detail: &GrantDetail) -> Grant {
    Grant {
        expires_at: detail.expires_at,
        refresh_expires_at: detail.refresh_expires_at,
        requested_scope: detail.asked.clone(),
        granted_scope: detail.granted.clone(),
        missing_scopes: detail.missing.clone(),
    }
}

fn configuration(detail: &InstanceDetail) -> BTreeMap<String, String> {
    detail.configuration.iter().map(|(key, value)| (key.clone(), wire(value))).collect()
}

fn wire(value: &Shown) -> String {
    match value {
        Shown::Clear(value) => value.expose().clone(),
        Shown::Masked => MASK.to_owned(),
    }
}

/// The entries of an instance's configuration, in the order of the form.
pub(crate) fn entries(detail: &InstanceDetail) -> Vec<Entry> {
    let entry = |field: &catalogue::Field| Entry {
        id: field.id,
        key: field.key.clone(),
        name: field.label.clone(),
        description: field.help.clone(),
        property_value: detail.configuration.get(&field.key).map(wire),
        r#type: field.kind.wire_name(),
        required: field.required,
        active: true,
        hide_from_console: field.hidden,
    };
    detail.listed.connector.fields.iter().map(entry).collect()
}

/// An instance key without its text.
pub(crate) fn instance_key(key: &model::InstanceKey) -> InstanceKey {
    InstanceKey {
        id: key.id.0,
        name: key.name.clone(),
        instance_id: key.instance.0,
        methods: key.policy.methods.clone(),
        path_prefixes: key.policy.path_prefixes.clone(),
        expires_at: key.policy.expires_at,
        created_date: key.created_at,
    }
}

/// A key just made: the only answer that holds its text.
pub(crate) fn made_key(key: &model::InstanceKey, text: &Secret) -> MadeKey {
    MadeKey { made: instance_key(key), key: text.expose().clone() }
}

/// How many instances each connector has.
pub(crate) fn instance_count(counts: Vec<(String, i64)>) -> InstanceCount {
    let by_key: BTreeMap<String, i64> = counts.into_iter().collect();
    InstanceCount {
        total_instances: by_key.values().sum(),
        element_instances: by_key.clone(),
        connector_instances: by_key,
    }
}
