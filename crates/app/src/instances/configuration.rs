//! What may be in an instance's configuration: defaults, required entries, values that fit, values that are shown.

use std::collections::BTreeMap;

use keyway_connector::{AUTHENTICATION_TYPE, Connector, Field, FieldKind, Method};
use keyway_model::{Configuration, Problems, Secret};

use crate::{Error, Result};

/// What a caller sends: a value, or `None` to unset an entry.
pub type ConfigurationInput = BTreeMap<String, Option<Secret>>;

/// What stands in answers for a secret value (section 3.3). Sent back, it means "as it is".
pub const MASK: &str = "********";

/// A value as answers show it.
#[derive(Clone, Debug)]
pub enum Shown {
    /// Shown in clear.
    Clear(Secret),
    /// Kept back.
    Masked,
}

/// Whether a value sent by a caller is the mask of an earlier answer.
pub(crate) fn is_mask(value: Option<&Secret>) -> bool {
    value.is_some_and(|value| value.expose() == MASK)
}

/// Puts what a caller sent over what there is.
pub(crate) fn merge(connector: &Connector, present: &Configuration, input: ConfigurationInput) -> Configuration {
    let mut merged = present.clone();
    for (key, value) in input {
        match value {
            Some(value) if is_mask(Some(&value)) && is_kept_back(connector, &key) => {}
            Some(value) => {
                merged.insert(key, value);
            }
            None => {
                merged.remove(&key);
            }
        }
    }
    merged
}

/// Adds the connector's defaults for what is absent.
pub(crate) fn with_defaults(connector: &Connector, mut configuration: Configuration) -> Configuration {
    // What other methods ask for is not filled in: it would look as if it were in use.
    let method = method_of(connector, &configuration).ok().map(|method| method.name.clone());
    let asked = |field: &&Field| method.as_ref().is_none_or(|method| field.belongs_to(method));
    for field in connector.fields.iter().filter(asked) {
        if let Some(default) = &field.default {
            configuration.entry(field.key.clone()).or_insert_with(|| Secret::from(default.as_str()));
        }
    }
    configuration
}

/// The method of authentication that a configuration chooses.
pub(crate) fn method_of<'a>(connector: &'a Connector, configuration: &Configuration) -> Result<&'a Method> {
    let chosen = configuration.get(AUTHENTICATION_TYPE).filter(|_| connector.methods.len() > 1);
    connector.method(chosen.map(|value| value.expose().as_str())).ok_or_else(|| {
        let known: Vec<&str> = connector.methods.iter().map(|method| method.name.as_str()).collect();
        Error::invalid(format!("configuration.{AUTHENTICATION_TYPE}"), format!("must be one of {}", known.join(", ")))
    })
}

/// Checks a whole configuration: first that nothing required is missing, naming everything that is, then that values fit.
pub(crate) fn check(connector: &Connector, configuration: &Configuration) -> Result<()> {
    let method = method_of(connector, configuration)?;
    let missing: Vec<&str> = connector
        .fields_for(method)
        .filter(|field| {
            field.required
                && field.computed.is_none()
                && configuration.get(&field.key).is_none_or(|value| value.expose().is_empty())
        })
        .map(|field| field.key.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(Error::Refused(format!("Missing required configuration: {}", missing.join(", "))));
    }
    let mut problems = Problems::default();
    for (key, value) in configuration {
        if let Some(message) = misfit(connector.field(key), value.expose()) {
            problems.add(format!("configuration.{key}"), message);
        }
    }
    Ok(problems.into_result()?)
}

/// What is wrong with one value.
fn misfit(field: Option<&Field>, value: &str) -> Option<String> {
    let kind = field.map_or(&FieldKind::Area, |field| &field.kind);
    match kind {
        FieldKind::Boolean if !matches!(value, "true" | "false" | "") => Some("must be true or false".to_owned()),
        FieldKind::Choice(options) if !options.iter().any(|option| option == value) => {
            Some(format!("must be one of {}", options.join(", ")))
        }
        FieldKind::Text(longest) if value.chars().count() > *longest => {
            Some(format!("must have {longest} characters at most"))
        }
        FieldKind::Password if is_document(value) => None,
        FieldKind::Text(_) | FieldKind::Password if value.chars().any(char::is_control) => {
            Some("must not hold line breaks or other control characters".to_owned())
        }
        _ => None,
    }
}

/// Whether a secret is one that has lines: a key or a certificate as PEM, or a JSON object of several.
fn is_document(value: &str) -> bool {
    let begins = value.trim_start();
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (begins.starts_with("-----BEGIN ") || begins.starts_with('{')) && value.chars().all(plain)
}

/// What an answer shows of a configuration.
pub(crate) fn shown(connector: &Connector, configuration: Configuration) -> BTreeMap<String, Shown> {
    let show = |(key, value): (String, Secret)| {
        let shown = if is_kept_back(connector, &key) && !value.expose().is_empty() {
            Shown::Masked
        } else {
            Shown::Clear(value)
        };
        (key, shown)
    };
    configuration.into_iter().map(show).collect()
}

/// Whether a value is the one that the definition gives to everybody, which is no secret.
pub(crate) fn is_default(connector: &Connector, key: &str, value: &Secret) -> bool {
    connector.field(key).and_then(|field| field.default.as_ref()).is_some_and(|default| default == value.expose())
}

/// Whether answers keep a value back: secrets, and everything whose meaning the connector does not tell.
pub(crate) fn is_kept_back(connector: &Connector, key: &str) -> bool {
    connector.field(key).is_none_or(Field::is_masked)
}
