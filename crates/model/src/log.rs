//! The record that one call through an instance leaves.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use crate::{AccountId, ConnectorKey, InstanceId, OrganizationId, RequestId, Timestamp, UserId};

/// One call: who, where to, what came of it. Holds no header and no body; its texts are redacted before they get here.
#[derive(Clone, Debug)]
pub struct CallRecord {
    /// The id that the caller was told.
    pub request_id: RequestId,
    /// The tenant.
    pub organization: OrganizationId,
    /// The instance's account.
    pub account: AccountId,
    /// The instance's owner.
    pub user: UserId,
    /// The instance.
    pub instance: InstanceId,
    /// The instance's connector.
    pub connector: ConnectorKey,
    /// The connector's hub.
    pub hub: Arc<str>,
    /// Where the call came from.
    pub client: IpAddr,
    /// Method as the caller sent it.
    pub method: Cow<'static, str>,
    /// Path and query as the caller sent them.
    pub uri: Box<str>,
    /// Method and path of this server's API, such as `GET /hubs/crm/accounts`, without the prefix of the dialect.
    pub api: Box<str>,
    /// Path of a raw call at the provider, or of a resource as the caller named it; without query.
    pub path: Box<str>,
    /// Status that the caller received.
    pub status: u16,
    /// How often the provider was asked; 0 when the call was refused before.
    pub attempts: i32,
    /// Why this server refused or gave up, in short.
    pub error: Option<Box<str>>,
    /// Whether some of the texts above were cut or left out.
    pub detail_dropped: bool,
    /// When the call arrived.
    pub at: Timestamp,
    /// Microseconds from arrival to the head of the answer.
    pub duration_us: i64,
}

impl CallRecord {
    /// Bytes of its texts, which is what makes one record larger than another.
    pub fn text_bytes(&self) -> usize {
        self.uri.len() + self.api.len() + self.path.len() + self.error.as_ref().map_or(0, |text| text.len())
    }

    /// Leaves the texts out, to keep the numbers when there is no room for both.
    pub fn drop_detail(&mut self) {
        self.uri = Box::default();
        self.api = Box::default();
        self.path = Box::default();
        self.error = None;
        self.detail_dropped = true;
    }
}
