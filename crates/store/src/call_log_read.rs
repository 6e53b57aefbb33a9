//! Reading the call log: pages, newest first, single calls, and sums by time.

use std::collections::BTreeMap;

use keyway_model::{AccountId, InstanceId, Page, PageSize, RequestId, Timestamp, UserId, Visibility};
use sqlx::QueryBuilder;

use crate::call_filter::{CallFilter, FAILED, FROM, push_filter, push_visible};
use crate::{Result, Tx};

/// A call as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCall {
    /// The id that the caller was told.
    pub request_id: String,
    /// The instance's account.
    pub account: AccountId,
    /// The instance's owner.
    pub user: UserId,
    /// The instance.
    pub instance: InstanceId,
    /// The instance's name now, or its last one.
    pub instance_name: Option<String>,
    /// The instance's tags now, in order.
    pub tags: Vec<String>,
    /// Key of the connector.
    pub connector: String,
    /// The connector's hub.
    pub hub: String,
    /// Where the call came from.
    pub client: String,
    /// Method as the caller sent it.
    pub method: String,
    /// Path and query as the caller sent them, redacted.
    pub uri: String,
    /// Method and path of this server's API.
    pub api: String,
    /// Path at the provider, redacted.
    pub path: String,
    /// Status that the caller received.
    pub status: i64,
    /// How often the provider was asked.
    pub attempts: i64,
    /// Why this server refused or gave up, redacted.
    pub error: Option<String>,
    /// Whether some of the texts above were cut or left out.
    pub detail_dropped: bool,
    /// When the call arrived.
    pub at: Timestamp,
    /// Microseconds from arrival to the head of the answer.
    pub duration_us: i64,
}

/// Calls of one piece of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSum {
    /// When it begins.
    pub from: Timestamp,
    /// How many calls there were; never 0.
    pub count: i64,
    /// How many of them failed.
    pub failed: i64,
    /// The shortest duration in microseconds.
    pub shortest_us: i64,
    /// The longest.
    pub longest_us: i64,
    /// All of them together.
    pub total_us: i64,
}

/// Pieces of time that calls are summed up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// Length in milliseconds; at least 1.
    pub length: i64,
    /// How much earlier than 1970-01-01T00:00:00Z a piece begins, in milliseconds.
    pub shift: i64,
}

row!(CallRow {
    request_id: String, account_id: i64, user_id: i64, instance_id: i64, instance_name: Option<String>,
    connector_key: String, hub: String, client_ip: String, method: String, uri: String, element_api: String,
    path: String, status: i64, attempts: i64, error: Option<String>, detail_dropped: bool, at: i64, duration_us: i64,
});

row!(SumRow { piece: i64, count: i64, failed: i64, shortest: i64, longest: i64, total: i64 });

const COLUMNS: &str = "select call_log.request_id, call_log.account_id, call_log.user_id, call_log.instance_id, \
                       instance.name as instance_name, call_log.connector_key, call_log.hub, call_log.client_ip, \
                       call_log.method, call_log.uri, call_log.element_api, call_log.path, call_log.status, \
                       call_log.attempts, call_log.error, call_log.detail_dropped, call_log.at, call_log.duration_us";

impl Tx {
    /// Matching calls, newest first, from behind the request id `after`; `skip` rows are left out before the page.
    pub async fn calls(
        &mut self,
        filter: &CallFilter<'_>,
        after: Option<&str>,
        skip: i64,
        size: PageSize,
    ) -> Result<Page<StoredCall>> {
        let rows: Vec<CallRow> = on!(self, c => {
            let mut statement = QueryBuilder::new(COLUMNS);
            statement.push(FROM);
            push_filter(&mut statement, filter);
            if let Some(after) = after {
                statement.push(" and call_log.request_id < ").push_bind(after.to_owned());
            }
            statement.push(" order by call_log.request_id desc limit ").push_bind(size.probe());
            statement.push(" offset ").push_bind(skip);
            // Not kept prepared: the texts are as many as there are filters.
            statement.build_query_as().persistent(false).fetch_all(c).await
        })?;
        let mut page = Page::from_probe(rows.into_iter().map(stored).collect(), size);
        self.add_tags(&mut page.items).await?;
        Ok(page)
    }

    /// One call, if the caller may see it.
    pub async fn call(&mut self, visibility: Visibility, id: RequestId) -> Result<Option<StoredCall>> {
        let row: Option<CallRow> = on!(self, c => {
            let mut statement = QueryBuilder::new(COLUMNS);
            statement.push(FROM);
            push_visible(&mut statement, visibility);
            statement.push(" and call_log.request_id = ").push_bind(id.as_str().to_owned());
            statement.build_query_as().fetch_optional(c).await
        })?;
        let mut found: Vec<StoredCall> = row.into_iter().map(stored).collect();
        self.add_tags(&mut found).await?;
        Ok(found.pop())
    }

    /// Matching calls summed up by pieces of time, oldest first; pieces without a call are left out.
    pub async fn call_sums(&mut self, filter: &CallFilter<'_>, pieces: Pieces) -> Result<Vec<CallSum>> {
        let Pieces { length, shift } = pieces;
        let rows: Vec<SumRow> = on!(self, c => {
            let mut statement = QueryBuilder::new("select (call_log.at + ");
            // Numbers of our own, in the text: as parameters they could not be grouped by.
            statement.push(shift).push(") / ").push(length).push(" as piece, count(*) as count, sum(case when status >= ");
            statement.push(FAILED).push(" then 1 else 0 end) as failed, min(duration_us) as shortest, ");
            statement.push("max(duration_us) as longest, cast(sum(duration_us) as bigint) as total").push(FROM);
            push_filter(&mut statement, filter);
            statement.push(" group by 1 order by 1");
            statement.build_query_as().persistent(false).fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(|row| summed(&row, pieces)).collect())
    }

    /// Adds the tags of the calls' instances.
    async fn add_tags(&mut self, calls: &mut [StoredCall]) -> Result<()> {
        let mut tags: BTreeMap<i64, Vec<String>> = calls.iter().map(|call| (call.instance.0, Vec::new())).collect();
        if tags.is_empty() {
            return Ok(());
        }
        let rows: Vec<(i64, String)> = on!(self, c => {
            let mut statement = QueryBuilder::new("select instance_id, tag from instance_tag where instance_id in (");
            let mut list = statement.separated(", ");
            for instance in tags.keys() {
                list.push_bind(*instance);
            }
            list.push_unseparated(") order by instance_id, position");
            statement.build_query_as().persistent(false).fetch_all(c).await
        })?;
        for (instance, tag) in rows {
            tags.entry(instance).or_default().push(tag);
        }
        for call in calls {
            call.tags = tags.get(&call.instance.0).cloned().unwrap_or_default();
        }
        Ok(())
    }
}

fn stored(row: CallRow) -> StoredCall {
    StoredCall {
        request_id: row.request_id,
        account: AccountId(row.account_id),
        user: UserId(row.user_id),
        instance: InstanceId(row.instance_id),
        instance_name: row.instance_name,
        tags: Vec::new(),
        connector: row.connector_key,
        hub: row.hub,
        client: row.client_ip,
        method: row.method,
        uri: row.uri,
        api: row.element_api,
        path: row.path,
        status: row.status,
        attempts: row.attempts,
        error: row.error,
        detail_dropped: row.detail_dropped,
        at: Timestamp::from_millis(row.at),
        duration_us: row.duration_us,
    }
}

fn summed(row: &SumRow, pieces: Pieces) -> CallSum {
    CallSum {
        from: Timestamp::from_millis(row.piece * pieces.length - pieces.shift),
        count: row.count,
        failed: row.failed,
        shortest_us: row.shortest,
        longest_us: row.longest,
        total_us: row.total,
    }
}
