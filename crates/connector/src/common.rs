//! The configuration entries that every connector has (seed 000, "Instance Configuration"; section 4).

use crate::{Field, FieldKind, Flow, Grant, Method};

/// Entries appended to every form, unless the definition has its own of the same key.
pub(crate) fn fields() -> Vec<Field> {
    vec![
        field(
            "event.notification.enabled",
            "Events enabled",
            FieldKind::Boolean,
            Some("false"),
            "Whether the instance reports changes.",
        ),
        field("event.vendor.type", "Event type", FieldKind::Text(32), None, "webhook or polling."),
        field(
            "event.notification.type",
            "Notification type",
            FieldKind::Text(32),
            None,
            "How you are notified: webhook.",
        ),
        field(
            "event.notification.callback.url",
            "Callback URL",
            FieldKind::Text(1000),
            None,
            "Where events are posted.",
        ),
        field(
            "event.notification.callback.headers",
            "Callback headers",
            FieldKind::Area,
            None,
            "Headers sent with every event.",
        ),
        field(
            "event.notification.signature.key",
            "Signature key",
            FieldKind::Password,
            None,
            "Signs every event that is posted.",
        ),
        field(
            "event.notification.basic.username",
            "Webhook user",
            FieldKind::Text(256),
            None,
            "Basic authentication asked of the provider.",
        ),
        field(
            "event.notification.basic.password",
            "Webhook password",
            FieldKind::Password,
            None,
            "Basic authentication asked of the provider.",
        ),
        field(
            "filter.response.nulls",
            "Filter nulls",
            FieldKind::Boolean,
            Some("true"),
            "Whether null values are left out of answers.",
        ),
    ]
}

/// Entries that methods with clients have (section 4): who the client is, where the person comes back to, what is asked for.
/// A registered client takes the place of the first two.
pub(crate) fn client_fields(methods: &[Method]) -> Vec<Field> {
    let with = |is: fn(&Grant) -> bool| -> Vec<String> {
        let has = |method: &&Method| method.grant.as_ref().is_some_and(is);
        methods.iter().filter(has).map(|method| method.name.clone()).collect()
    };
    let clients = with(|grant| grant.flow != Flow::Login);
    let people = with(|grant| grant.authorize.is_some());
    let scopes = with(|grant| !matches!(grant.flow, Flow::Login | Flow::OAuth1));
    let entries = [
        ("oauth.api.key", "Client id", FieldKind::Text(1000), "Identifier of your app at the provider.", &clients),
        ("oauth.api.secret", "Client secret", FieldKind::Password, "Secret of your app at the provider.", &clients),
        (
            "oauth.callback.url",
            "Callback URL",
            FieldKind::Text(1000),
            "Where the provider sends the person back to.",
            &people,
        ),
        ("oauth.scope", "Scope", FieldKind::Text(1000), "What is asked for, instead of the usual.", &scopes),
    ];
    let of = |(key, label, kind, help, methods): (&str, &str, FieldKind, &str, &Vec<String>)| Field {
        methods: methods.clone(),
        ..field(key, label, kind, None, help)
    };
    entries.into_iter().filter(|(.., methods)| !methods.is_empty()).map(of).collect()
}

fn field(key: &str, label: &str, kind: FieldKind, default: Option<&str>, help: &str) -> Field {
    Field {
        id: 0,
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        kind,
        required: false,
        hidden: false,
        internal: false,
        default: default.map(str::to_owned),
        computed: None,
        methods: Vec::new(),
    }
}
