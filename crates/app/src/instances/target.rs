//! Where an instance's calls go and what they carry, ready to use.

use std::collections::BTreeSet;

use keyway_auth::{Authorizer, BaseUrl, Destination, Refusal};
use keyway_connector::{BASE_URL, Connector};
use keyway_model::Configuration;

use super::configuration::method_of;
use crate::calls::Redactor;
use crate::{App, Error, Result};

/// A provider's root and a credential made ready for it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) base: BaseUrl,
    pub(crate) authorizer: Authorizer,
    /// The configuration entries that the connector's requests read.
    pub(crate) settings: Configuration,
}

impl Target {
    /// Makes a configuration ready; problems name the entry.
    pub(crate) fn prepare(connector: &Connector, configuration: &Configuration) -> Result<Self> {
        let mut settings = connector.complete(configuration)?;
        let base = url_of(&settings, BASE_URL)?;
        let method = method_of(connector, configuration)?;
        let authorizer = Authorizer::prepare(&method.authentication, configuration)?;
        let (read, hosts) = (connector.request_keys(), connector.host_keys());
        for key in hosts.iter().filter(|key| **key != BASE_URL) {
            url_of(&settings, key)?;
        }
        settings.retain(|key, _| read.contains(key.as_str()));
        Ok(Self { base, authorizer, settings })
    }

    /// Asks the provider whether it takes the credential, where the connector says how; whether it was asked.
    pub(crate) async fn verify(&self, app: &App, connector: &Connector, configuration: &Configuration) -> Result<bool> {
        let Some(verify) = &connector.verify else {
            return Ok(false);
        };
        let to = Destination { base: &self.base, settings: &self.settings, authorizer: &self.authorizer };
        match keyway_auth::verify(&app.egress, to, verify).await {
            Ok(()) => Ok(true),
            // What a provider says of a wrong credential may hold a right one that is stored.
            Err(refusal) => Err(refused(connector, refusal, &Redactor::of_values(connector, configuration))),
        }
    }
}

/// Scheme and host of everything that an instance's requests may go to.
pub(crate) fn origins(connector: &Connector, configuration: &Configuration) -> Result<BTreeSet<String>> {
    let complete = connector.complete(configuration)?;
    let own = connector.host_keys().into_iter().map(|key| Ok(url_of(&complete, key)?.origin()));
    let fixed = connector.fixed_hosts().into_iter().map(|origin| Ok(origin.to_owned()));
    own.chain(fixed).collect()
}

/// A configuration entry that is a URL.
fn url_of(configuration: &Configuration, key: &str) -> Result<BaseUrl> {
    let text = configuration.get(key).map_or("", |value| value.expose());
    BaseUrl::parse(text).map_err(|error| Error::invalid(format!("configuration.{key}"), error.to_string()))
}

/// Longest text of a provider in an answer, in characters.
const LONGEST: usize = 8_000;

/// The error for a provider that did not take a credential, or could not be asked.
pub(crate) fn refused(connector: &Connector, refusal: Refusal, redactor: &Redactor) -> Error {
    match refusal {
        Refusal::Answer { status, message } => {
            // Only these say something of the credential; others are about the request or the provider itself.
            let judged = matches!(status.as_u16(), 400 | 401 | 403 | 422);
            let words = if judged { "refused the credentials" } else { "could not check the credentials" };
            Error::Provider {
                status: status.as_u16(),
                message: format!("{} {words}", connector.name),
                provider_message: redactor.excerpt(&message, LONGEST),
                retry_after: None,
            }
        }
        Refusal::Unreachable(blocked @ keyway_egress::Error::Blocked { .. }) => {
            Error::invalid(format!("configuration.{BASE_URL}"), format!("cannot be used: {blocked}"))
        }
        Refusal::Unreachable(error) => error.into(),
        Refusal::Unusable(problems) => problems.into(),
    }
}
