//! The repointing rule: a stored secret never follows its instance to another host.
//!
//! Whoever may change `base.url` could otherwise have the secret delivered to a host of their own. When the place that
//! secrets would go to changes, each of them has to be sent anew in the same request, or be unset.

use std::collections::BTreeSet;

use keyway_connector::{Connector, Method};
use keyway_model::{Configuration, Problems};

use super::configuration::{ConfigurationInput, is_mask};
use super::target::base_url;
use crate::{Error, Result};

/// Where an instance is and what it holds, before or after a change.
pub(crate) struct Place<'a> {
    pub(crate) connector: &'a Connector,
    pub(crate) configuration: &'a Configuration,
}

/// Refuses a change that would carry stored secrets elsewhere, naming each secret.
pub(crate) fn check(before: &Place<'_>, after: &Place<'_>, input: &ConfigurationInput) -> Result<()> {
    let to = base_url(after.configuration)?.origin();
    // What was stored was checked then; if it no longer reads as a URL, nothing is known about where it pointed.
    let from = base_url(before.configuration).map(|base| base.origin()).unwrap_or_default();
    if from == to {
        return Ok(());
    }
    let mut problems = Problems::default();
    for key in secret_keys(before.connector).union(&secret_keys(after.connector)) {
        let stored = before.configuration.get(*key).is_some_and(|value| !value.expose().is_empty());
        let sent_anew = input.get(*key).is_some_and(|value| !is_mask(value.as_ref()));
        if stored && !sent_anew {
            problems.add(
                format!("configuration.{key}"),
                format!("must be sent again, because the instance moves from {from} to {to}"),
            );
        }
    }
    problems.into_result().map_err(Error::Invalid)
}

/// Every entry that some method of a connector sends to the provider as a credential.
fn secret_keys(connector: &Connector) -> BTreeSet<&str> {
    connector.methods.iter().flat_map(|Method { authentication, .. }| authentication.credential_keys()).collect()
}
