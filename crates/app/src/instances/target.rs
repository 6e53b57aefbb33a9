//! Where an instance's calls go and what they carry, ready to use.

use keyway_auth::{Authorizer, BaseUrl, Refusal};
use keyway_connector::{BASE_URL, Connector};
use keyway_model::{Configuration, Health};

use super::configuration::method_of;
use crate::{App, Error, Result};

/// A provider's root and a credential made ready for it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) base: BaseUrl,
    pub(crate) authorizer: Authorizer,
}

impl Target {
    /// Makes a configuration ready; problems name the entry.
    pub(crate) fn prepare(connector: &Connector, configuration: &Configuration) -> Result<Self> {
        let base = base_url(configuration)?;
        let method = method_of(connector, configuration)?;
        let authorizer = Authorizer::prepare(&method.authentication, configuration)?;
        Ok(Self { base, authorizer })
    }

    /// Asks the provider whether it takes the credential, where the connector says how.
    pub(crate) async fn verify(&self, app: &App, connector: &Connector) -> Result<Health> {
        let Some(verify) = &connector.verify else {
            return Ok(Health::Unverified);
        };
        match keyway_auth::verify(&app.egress, &self.base, &self.authorizer, verify).await {
            Ok(()) => Ok(Health::Healthy),
            Err(refusal) => Err(refused(connector, refusal)),
        }
    }
}

/// The provider's root of a configuration.
pub(crate) fn base_url(configuration: &Configuration) -> Result<BaseUrl> {
    let text = configuration.get(BASE_URL).map_or("", |value| value.expose());
    BaseUrl::parse(text).map_err(|error| Error::invalid(format!("configuration.{BASE_URL}"), error.to_string()))
}

fn refused(connector: &Connector, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Answer { status, message } => {
            let words = if status.is_server_error() {
                format!("{} could not check the credentials", connector.name)
            } else {
                format!("{} refused the credentials", connector.name)
            };
            Error::Provider { status: status.as_u16(), message: words, provider_message: message }
        }
        Refusal::Unreachable(blocked @ keyway_egress::Error::Blocked { .. }) => {
            Error::invalid(format!("configuration.{BASE_URL}"), format!("cannot be used: {blocked}"))
        }
        Refusal::Unreachable(error) => error.into(),
    }
}
