//! The configuration entries that every connector has (seed 000, "Instance Configuration"; section 4).

use crate::{Field, FieldKind};

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

fn field(key: &str, label: &str, kind: FieldKind, default: Option<&str>, help: &str) -> Field {
    Field {
        id: 0,
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        kind,
        required: false,
        hidden: false,
        default: default.map(str::to_owned),
        computed: None,
        methods: Vec::new(),
    }
}
