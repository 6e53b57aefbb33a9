//! The record that one call through an instance leaves.

use std::borrow::Cow;

use crate::{AccountId, InstanceId, OrganizationId, RequestId, Timestamp, UserId};

/// One call: who, where to, what came of it. Holds no query string, header or body, so no secret.
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
    /// Method as received.
    pub method: Cow<'static, str>,
    /// Path at the provider, without query.
    pub path: Box<str>,
    /// Status that the caller received.
    pub status: u16,
    /// When the call arrived.
    pub at: Timestamp,
    /// Microseconds from arrival to the head of the answer.
    pub duration_us: i64,
}
