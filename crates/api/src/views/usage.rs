//! Calls as the log shows them (section 10).

use keyway_app::usage::{CallSum, UsageRow};
use keyway_model::{Organization, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// From which status on a call has failed.
const FAILED: i64 = 400;

/// A call.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usage {
    /// The request id.
    traffic_id: String,
    request_id: String,
    #[schema(value_type = String, format = DateTime)]
    traffic_date: Timestamp,
    /// Milliseconds from the call's arrival to the head of its answer.
    process_time: i64,
    /// `SUCCESS`, or `FAILED` from status 400 on.
    request_status: &'static str,
    /// The status that the caller received.
    status_code: i64,
    request_ip: String,
    request_method: String,
    /// Path and query as the caller sent them, without secrets.
    request_uri: String,
    /// Method and path of this API.
    element_api: String,
    element_key: String,
    element_name: String,
    instance_id: i64,
    instance_name: Option<String>,
    /// Tags that the instance carries now.
    tags: Vec<String>,
    user_id: i64,
    account_id: i64,
    company_id: i64,
    company_external_id: String,
    company_external_name: String,
    /// How often the provider was asked.
    attempts: i64,
    /// Why there was no answer of the provider.
    error_message: Option<String>,
    /// Whether some of the texts were cut or left out.
    detail_dropped: bool,
}

/// Calls of one piece of time, by outcome.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageStatuses {
    count: i64,
    success: i64,
    failed: i64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

/// Durations of one piece of time, in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageTimes {
    avg: i64,
    min: i64,
    max: i64,
    count: i64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

/// How many calls one piece of time had.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageActivity {
    count: i64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

/// A call.
pub(crate) fn usage(organization: &Organization, row: UsageRow) -> Usage {
    let UsageRow { call, connector_name } = row;
    Usage {
        traffic_id: call.request_id.clone(),
        request_id: call.request_id,
        traffic_date: call.at,
        process_time: call.duration_us / 1000,
        request_status: if call.status >= FAILED { "FAILED" } else { "SUCCESS" },
        status_code: call.status,
        request_ip: call.client,
        request_method: call.method,
        request_uri: call.uri,
        element_api: call.api,
        element_key: call.connector,
        element_name: connector_name,
        instance_id: call.instance.0,
        instance_name: call.instance_name,
        tags: call.tags,
        user_id: call.user.0,
        account_id: call.account.0,
        company_id: organization.id.0,
        company_external_id: organization.external_id.clone().unwrap_or_default(),
        company_external_name: organization.name.clone(),
        attempts: call.attempts,
        error_message: call.error,
        detail_dropped: call.detail_dropped,
    }
}

/// Calls by outcome.
pub(crate) fn usage_statuses(sum: &CallSum) -> UsageStatuses {
    UsageStatuses { count: sum.count, success: sum.count - sum.failed, failed: sum.failed, timestamp: sum.from }
}

/// Durations.
pub(crate) fn usage_times(sum: &CallSum) -> UsageTimes {
    UsageTimes {
        avg: sum.total_us / sum.count.max(1) / 1000,
        min: sum.shortest_us / 1000,
        max: sum.longest_us / 1000,
        count: sum.count,
        timestamp: sum.from,
    }
}

/// How many calls.
pub(crate) fn usage_activity(sum: &CallSum) -> UsageActivity {
    UsageActivity { count: sum.count, timestamp: sum.from }
}
