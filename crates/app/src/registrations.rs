//! placeholder
use crate::{App, Error, Result};
use keyway_auth::engine::Client;
use keyway_model::{AccountId, ConnectorKey, OrganizationId, RegistrationId};
use keyway_store::StoredRegistration;
pub(crate) async fn client(_: &App, _: RegistrationId) -> Result<Client> {
    Err(Error::internal("placeholder"))
}
pub(crate) async fn nearest(
    _: &App,
    _: &ConnectorKey,
    _: OrganizationId,
    _: AccountId,
    _: &str,
) -> Result<Option<(StoredRegistration, Client)>> {
    Ok(None)
}
