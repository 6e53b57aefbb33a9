//! Beginning with a device (RFC 8628): a code that the person enters at the provider, on whatever device has a browser.

use keyway_auth::engine::DeviceCode;
use keyway_model::Caller;

use super::asked::Asked;
use super::wish::Wish;
use crate::catalogue::Listed;
use crate::registrations::{check_hosts, lend};
use crate::{App, Error, Result};

/// Asks the provider for a code. The instance is made with `providerData.deviceCode` once the person has entered it.
pub async fn device(app: &App, caller: &Caller, listed: &Listed, wish: &Wish) -> Result<DeviceCode> {
    let mut configuration = wish.configuration(&listed.connector);
    if let Some(client) = wish.client() {
        return Asked::for_device(listed, configuration, client)?.code(app).await;
    }
    let key = &listed.connector.key;
    let lent = lend(app, key, caller.organization(), caller.user.account, "").await?;
    let lent = lent.ok_or_else(|| Error::invalid("apiKey", "is required: there is no registered client"))?;
    for (key, value) in &lent.configuration {
        configuration.insert(key.clone(), value.clone());
    }
    let asked = Asked::for_device(listed, configuration, lent.client)?;
    check_hosts(&asked.connector, &asked.method, &asked.configuration, &lent.configuration)?;
    asked.code(app).await
}
