//! Where an instance's calls go and what they carry, ready to use.

use std::collections::BTreeSet;

use keyway_auth::engine::Party;
use keyway_auth::{Authorizer, BaseUrl, Destination, Refusal};
use keyway_connector::{BASE_URL, Connector, Scope};
use keyway_model::Configuration;

use super::configuration::method_of;
use crate::calls::Redactor;
use crate::credentials::Held;
use crate::{App, Error, Result};

/// A provider's root and a credential made ready for it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) base: BaseUrl,
    pub(crate) authorizer: Authorizer,
    /// The configuration entries that the connector's requests read.
    pub(crate) settings: Configuration,
    /// The whole configuration, computed entries included.
    pub(crate) complete: Configuration,
}

impl Target {
    /// Makes a configuration and what is held besides ready; problems name the entry.
    pub(crate) fn prepare(connector: &Connector, configuration: &Configuration, held: &Held) -> Result<Self> {
        let complete = connector.complete(configuration)?;
        let base = url_of(&complete, BASE_URL)?;
        let method = method_of(connector, configuration)?;
        let party = Party { connector, method, settings: &complete, base: &base, client: &held.client };
        let authorizer = Authorizer::prepare(party, held.tokens.as_ref())?;
        let (read, hosts) = (connector.call_keys(), connector.host_keys());
        for key in hosts.iter().filter(|key| **key != BASE_URL) {
            // What belongs to another method need not be there.
            if method.keys().contains(*key) || read.contains(*key) {
                url_of(&complete, key)?;
            }
        }
        let mut settings = complete.clone();
        settings.retain(|key, _| read.contains(key.as_str()));
        Ok(Self { base, authorizer, settings, complete })
    }

    /// Asks the provider whether it takes the credential, where the connector says how. `false` where it does not.
    pub(crate) async fn verify(&self, app: &App, connector: &Connector, redactor: &Redactor) -> Result<bool> {
        let Some(verify) = &connector.verify else {
            return Ok(false);
        };
        let to = Destination { base: &self.base, settings: &self.settings, authorizer: &self.authorizer };
        match keyway_auth::verify(&app.egress, to, verify, app.moment()).await {
            Ok(()) => Ok(true),
            // What a provider says of a wrong credential may hold a right one that is stored.
            Err(refusal) => Err(refused(connector, refusal, redactor)),
        }
    }
}

/// Scheme and host of everything that an instance's requests may go to.
pub(crate) fn origins(connector: &Connector, configuration: &Configuration) -> Result<BTreeSet<String>> {
    let complete = connector.complete(configuration)?;
    let own = connector.host_keys().into_iter();
    let own = own.filter(|key| *key == BASE_URL || complete.get(*key).is_some_and(|value| !value.expose().is_empty()));
    let own = own.map(|key| Ok(url_of(&complete, key)?.origin()));
    let fixed = connector.fixed_hosts().into_iter().map(|origin| Ok(origin.to_owned()));
    let scope = Scope::of(&complete);
    let made = connector.made_hosts().filter_map(|template| template.fill_origin(&scope).ok());
    // A method that is not in use may have no values for its hosts.
    let made = made.filter_map(|url| BaseUrl::parse(&url).ok()).map(|url| Ok(url.origin()));
    own.chain(fixed).chain(made).collect()
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
