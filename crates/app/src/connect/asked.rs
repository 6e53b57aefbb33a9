//! A consent page that is asked for: connector, method, configuration and client, ready for the engine.

use std::sync::Arc;

use keyway_auth::BaseUrl;
use keyway_auth::engine::{Asking, Begun, Client, DeviceCode, Failure, Party};
use keyway_connector::{Authorize, BASE_URL, Connector, Flow, Grant, Method, Pkce, Root};
use keyway_model::{Configuration, Problems, Secret};

use crate::calls::Redactor;
use crate::catalogue::Listed;
use crate::credentials::{self, Held};
use crate::instances::{method_of, with_defaults};
use crate::{App, Error, Result};

/// Stands for the provider's root where nobody has said it yet and no request needs it.
const NOWHERE: &str = "https://provider.invalid";

/// What a consent page is asked for with.
pub(super) struct Asked {
    pub(super) connector: Arc<Connector>,
    pub(super) method: Method,
    pub(super) configuration: Configuration,
    pub(super) client: Client,
    complete: Configuration,
    base: BaseUrl,
}

impl Asked {
    /// Checks that a person consents to this method at all, and where.
    pub(super) fn new(listed: &Listed, given: Configuration, client: Client) -> Result<Self> {
        let connector = Arc::clone(&listed.connector);
        let configuration = with_defaults(&connector, given);
        let method = method_of(&connector, &configuration)?.clone();
        let Some((grant, authorize)) = page(&method) else {
            return Err(Error::Refused(format!(
                "element '{}' asks no person for consent with authentication.type '{}'",
                connector.key, method.name
            )));
        };
        let needs_base = needs_base(grant, authorize);
        Self::ready(connector, method, (configuration, client), needs_base)
    }

    /// Checks that a person enters a code elsewhere for this method.
    pub(super) fn for_device(listed: &Listed, given: Configuration, client: Client) -> Result<Self> {
        let connector = Arc::clone(&listed.connector);
        let configuration = with_defaults(&connector, given);
        let method = method_of(&connector, &configuration)?.clone();
        let grant = method.grant.as_ref().filter(|grant| grant.flow == Flow::Device);
        let Some(grant) = grant else {
            return Err(Error::Refused(format!(
                "element '{}' has no codes for devices with authentication.type '{}'",
                connector.key, method.name
            )));
        };
        let needs_base = grant.device.as_ref().is_some_and(|step| *step.request.root() == Root::Base);
        Self::ready(connector, method, (configuration, client), needs_base)
    }

    fn ready(
        connector: Arc<Connector>,
        method: Method,
        (configuration, client): (Configuration, Client),
        needs_base: bool,
    ) -> Result<Self> {
        let complete = connector.complete(&configuration)?;
        let text = complete.get(BASE_URL).map(|value| value.expose().as_str()).filter(|text| !text.is_empty());
        if text.is_none() && needs_base {
            return Err(Error::invalid(format!("configuration.{BASE_URL}"), "is required"));
        }
        let wrong =
            |error: keyway_auth::BaseUrlError| Problems::one(format!("configuration.{BASE_URL}"), error.to_string());
        let base = BaseUrl::parse(text.unwrap_or(NOWHERE)).map_err(wrong)?;
        Ok(Self { connector, method, configuration, client, complete, base })
    }

    /// What is exchanged for a token.
    pub(super) fn flow(&self) -> Flow {
        self.method.grant.as_ref().map_or(Flow::AuthorizationCode, |grant| grant.flow)
    }

    /// Whether a proof key is part of it.
    pub(super) fn takes_proof(&self) -> bool {
        let authorize = page(&self.method).map(|(_, authorize)| authorize.pkce);
        self.flow() == Flow::AuthorizationCode && authorize.is_some_and(|pkce| pkce != Pkce::Off)
    }

    /// The URL that a person is sent to.
    pub(super) async fn url(&self, app: &App, asking: &Asking) -> Result<Begun> {
        app.engine().authorize(self.party(), asking).await.map_err(|failure| self.refused(failure))
    }

    /// A code that a person enters elsewhere (RFC 8628).
    pub(super) async fn code(&self, app: &App) -> Result<DeviceCode> {
        app.engine().device(self.party()).await.map_err(|failure| self.refused(failure))
    }

    /// Temporary credentials (OAuth 1.0a).
    pub(super) async fn temporary(&self, app: &App, asking: &Asking) -> Result<(String, Secret)> {
        if self.flow() != Flow::OAuth1 {
            return Err(Error::Refused(format!("element '{}' does not use OAuth 1.0a", self.connector.key)));
        }
        app.engine().request_token(self.party(), asking).await.map_err(|failure| self.refused(failure))
    }

    fn party(&self) -> Party<'_> {
        Party {
            connector: &self.connector,
            method: &self.method,
            settings: &self.complete,
            base: &self.base,
            client: &self.client,
        }
    }

    fn refused(&self, failure: Failure) -> Error {
        let held = Held { client: self.client.clone(), ..Held::default() };
        let redactor = Redactor::of_held(&self.connector, &self.complete, &held);
        credentials::refused(&self.connector, failure, &redactor)
    }
}

/// The page where a person consents to a method.
fn page(method: &Method) -> Option<(&Grant, &Authorize)> {
    let grant = method.grant.as_ref()?;
    Some((grant, grant.authorize.as_ref()?))
}

/// Whether sending a person there makes a request below the provider's root.
fn needs_base(grant: &Grant, authorize: &Authorize) -> bool {
    let steps = authorize.pushed.iter().chain(&grant.request_token).map(|step| &step.request);
    let page = Some(&authorize.request).filter(|_| authorize.has_url);
    steps.chain(page).any(|request| *request.root() == Root::Base)
}
