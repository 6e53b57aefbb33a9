//! The repointing rule: a stored secret never follows its instance to another host.
//!
//! Whoever may change `base.url` could otherwise have the secret delivered to a host of their own. When the place that
//! secrets would go to changes, each of them has to be sent anew in the same request, or be unset.

use std::collections::BTreeSet;

use keyway_connector::{Connector, Method};
use keyway_model::{Configuration, Problems};

use super::configuration::{ConfigurationInput, is_default, is_kept_back, is_mask};
use super::target::origins;
use crate::{Error, Result};

/// Where an instance is and what it holds, before or after a change.
pub(crate) struct Place<'a> {
    pub(crate) connector: &'a Connector,
    pub(crate) configuration: &'a Configuration,
}

/// Refuses a change that would carry stored secrets elsewhere, naming each secret.
pub(crate) fn check(before: &Place<'_>, after: &Place<'_>, input: &ConfigurationInput) -> Result<()> {
    let to = origins(after.connector, after.configuration)?;
    // What was stored was checked then; if it no longer reads as a URL, nothing is known about where it pointed.
    let from = origins(before.connector, before.configuration).unwrap_or_default();
    let reason = if !to.is_subset(&from) {
        let list = |origins: &BTreeSet<String>| origins.iter().cloned().collect::<Vec<_>>().join(", ");
        format!("the instance moves from {} to {}", list(&from), list(&to))
    } else if let Some(entry) = redescribed(before, after) {
        format!("{entry} says where it goes")
    } else {
        return Ok(());
    };
    let mut problems = Problems::default();
    // A client's members need no field.
    let members = before.configuration.keys().map(String::as_str).filter(|key| key.starts_with("oauth.api."));
    let known = secret_keys(before.connector).into_iter().chain(secret_keys(after.connector));
    for key in &known.chain(members).collect::<BTreeSet<&str>>() {
        let stored = before.configuration.get(*key);
        let stored =
            stored.is_some_and(|value| !value.expose().is_empty() && !is_default(before.connector, key, value));
        let sent_anew = input.get(*key).is_some_and(|value| !is_mask(value.as_ref()));
        if stored && !sent_anew {
            problems.add(format!("configuration.{key}"), format!("must be sent again, because {reason}"));
        }
    }
    problems.into_result().map_err(Error::Invalid)
}

/// The same for entries that are laid over a configuration, such as those that an attempt to connect was begun with.
pub(crate) fn check_overlay(connector: &Connector, before: &Configuration, given: &Configuration) -> Result<()> {
    let mut after = before.clone();
    after.extend(given.clone());
    let input: ConfigurationInput = given.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
    check(&Place { connector, configuration: before }, &Place { connector, configuration: &after }, &input)
}

/// The entry of a described request that a change touches, if it decides where the request goes.
fn redescribed<'a>(before: &Place<'_>, after: &Place<'a>) -> Option<&'a str> {
    let described = after.connector.methods.iter().filter_map(|method| method.grant.as_ref()?.described.as_ref());
    let mut entries = described.flat_map(|described| [&described.request, &described.parameters, &described.url]);
    let set = |place: &Place<'_>, key: &str| place.configuration.get(key).map(|value| value.expose().to_owned());
    let differs = |key: &&String| set(before, key).unwrap_or_default() != set(after, key).unwrap_or_default();
    entries.find(differs).map(String::as_str)
}

/// Every entry that a connector sends to the provider as a credential, and every one that is secret: what its requests do not
/// read goes with the client's own, or into a described one.
fn secret_keys(connector: &Connector) -> BTreeSet<&str> {
    let credentials = connector.methods.iter().flat_map(Method::credential_keys);
    let secrets = connector.fields.iter().map(|field| field.key.as_str()).filter(|key| is_kept_back(connector, key));
    credentials.chain(secrets).collect()
}

/// Refuses a change after which answers would show a stored secret in clear, naming each: another connector, or another
/// version of one, may take an entry of the same name for something that anybody may see.
pub(crate) fn check_kept_back(before: &Place<'_>, after: &Place<'_>, input: &ConfigurationInput) -> Result<()> {
    let mut problems = Problems::default();
    for (key, value) in before.configuration {
        let shown = is_kept_back(before.connector, key) && !is_kept_back(after.connector, key);
        let sent_anew = input.get(key).is_some_and(|value| !is_mask(value.as_ref()));
        if shown && !value.expose().is_empty() && !sent_anew {
            let message = "must be sent again or unset, because it is no longer kept secret there";
            problems.add(format!("configuration.{key}"), message);
        }
    }
    problems.into_result().map_err(Error::Invalid)
}
