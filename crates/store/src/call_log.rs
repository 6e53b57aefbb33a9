//! The call log: rows written in batches, many rows with one statement.

use keyway_model::{CallRecord, OrganizationId, Timestamp};
use sqlx::{Encode, QueryBuilder, Type};

use crate::{Result, Tx};

/// Rows of one statement, largest first. Few sizes, so that every statement is prepared once and kept.
const SIZES: [usize; 3] = [256, 16, 1];

/// Adds the rows of one statement, whatever the back-end.
fn push_rows<'a, DB>(statement: &mut QueryBuilder<DB>, records: &'a [CallRecord])
where
    DB: sqlx::Database,
    i64: Encode<'a, DB> + Type<DB>,
    &'a str: Encode<'a, DB> + Type<DB>,
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
            .push_bind(record.duration_us);
    });
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
                let mut statement = QueryBuilder::new(
                    "insert into call_log (request_id, organization_id, account_id, user_id, instance_id, method, path, \
                     status, at, duration_us) ",
                );
                push_rows(&mut statement, rows);
                statement.build().execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// How many calls of an organization are recorded.
    pub async fn count_calls(&mut self, organization: OrganizationId) -> Result<i64> {
        let count = on!(self, c => sqlx::query_scalar("select count(*) from call_log where organization_id = $1")
            .bind(organization.0).fetch_one(c).await)?;
        Ok(count)
    }

    /// Forgets old records.
    pub async fn delete_calls_before(&mut self, before: Timestamp) -> Result<u64> {
        let gone = on!(self, c => sqlx::query("delete from call_log where at < $1")
            .bind(before.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone)
    }
}
