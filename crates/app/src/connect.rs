//! placeholder
use crate::{App, Error, Result, catalogue::Listed};
use keyway_auth::engine::{Client, Returned};
use keyway_connector::Method;
use keyway_model::{AttemptId, Caller, Configuration, InstanceId, RegistrationId, Secret};
use std::collections::BTreeMap;
pub(crate) struct Redeemed {
    pub(crate) returned: Returned,
    pub(crate) client: Client,
    pub(crate) registration: Option<RegistrationId>,
    pub(crate) attempt: Option<AttemptId>,
    pub(crate) configuration: Configuration,
}
pub(crate) async fn redeem(
    _app: &App,
    _caller: &Caller,
    _listed: &Listed,
    method: &Method,
    configuration: &Configuration,
    data: &BTreeMap<String, Secret>,
    _instance: Option<InstanceId>,
) -> Result<Redeemed> {
    let name = method.grant.as_ref().and_then(|g| g.authorize.as_ref()).map_or("code", |a| a.code.as_str());
    if !data.contains_key(name) && !data.contains_key("oauth_verifier") {
        return Err(Error::Refused(
            "You must provide an OAuth code in order to create an instance of this element".to_owned(),
        ));
    }
    let redirect = configuration.get("oauth.callback.url").map(|v| v.expose().clone()).unwrap_or_default();
    let returned = Returned {
        parameters: data.clone(),
        redirect_uri: redirect,
        token_secret: data.get("secret").cloned(),
        ..Returned::default()
    };
    Ok(Redeemed {
        returned,
        client: crate::credentials::own_client(configuration).unwrap_or_default(),
        registration: None,
        attempt: None,
        configuration: Configuration::new(),
    })
}
pub(crate) async fn ended(_: &App, _: Option<AttemptId>, _: &str, _: bool, _: Option<InstanceId>) {}
