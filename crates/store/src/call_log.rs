//! The call log: rows written in batches, many rows with one statement, and thrown away in batches.

use keyway_model::{CallRecord, Timestamp};
use sqlx::{Encode, QueryBuilder, Type};

use crate::{Result, Tx};

/// Rows of one statement, largest first. Few sizes, so that every statement is prepared once and kept.
const SIZES: [usize; 3] = [256, 16, 1];

/// The beginning of every statement that writes; the order is that of [`push_rows`].
const INSERT: &str = "insert into call_log (request_id, organization_id, account_id, user_id, instance_id, method, path, \
                      status, at, duration_us, client_ip, uri, element_api, connector_key, hub, attempts, \
                      detail_dropped, error) ";

/// Adds the rows of one statement, whatever the back-end.
fn push_rows<'a, DB>(statement: &mut QueryBuilder<DB>, records: &'a [CallRecord])
where
    DB: sqlx::Database,
    i64: Encode<'a, DB> + Type<DB>,
    bool: Encode<'a, DB> + Type<DB>,
    &'a str: Encode<'a, DB> + Type<DB>,
    Option<&'a str>: Encode<'a, DB> + Type<DB>,
    String: Encode<'a, DB> + Type<DB>,
{
    statement.push_values(records, |mut row, record| {
        row.push_bind(record.request_id.as_str())
            .push_bind(record.organization.0)
            .push_bind(record.account.0)
            .push_bind(record.user.0)
            .push_bind(record.instance.0)
            .push_bind(&*record.method)
            .push_bind(&*record.path)
            .push_bind(i64::from(record.status))
            .push_bind(record.at.as_millis())
            .push_bind(record.duration_us)
            .push_bind(record.client.to_string())
            .push_bind(&*record.uri)
            .push_bind(&*record.api)
            .push_bind(record.connector.as_str())
            .push_bind(&*record.hub)
            .push_bind(i64::from(record.attempts))
            .push_bind(record.detail_dropped)
            .push_bind(record.error.as_deref());
    });
}

/// The first characters of the ids of all requests of a second: every id begins with its time.
pub(crate) fn id_prefix(at: Timestamp) -> String {
    let seconds = at.as_millis().div_euclid(1000).clamp(0, i64::from(u32::MAX));
    format!("{seconds:08x}")
}

impl Tx {
    /// Writes a batch of records.
    pub async fn insert_calls(&mut self, records: &[CallRecord]) -> Result<()> {
        let mut rest = records;
        while !rest.is_empty() {
            let size = SIZES.into_iter().find(|size| *size <= rest.len()).unwrap_or(rest.len());
            let (rows, later) = rest.split_at(size);
            rest = later;
            on!(self, c => {
                let mut statement = QueryBuilder::new(INSERT);
                push_rows(&mut statement, rows);
                statement.build().execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// Forgets the oldest records of before a second, at most `limit` of them; how many.
    pub async fn delete_calls_before(&mut self, before: Timestamp, limit: i64) -> Result<u64> {
        let gone = on!(self, c => sqlx::query(
            "delete from call_log where request_id in \
             (select request_id from call_log where request_id < $1 order by request_id limit $2)")
            .bind(id_prefix(before)).bind(limit).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone)
    }
}
