//! The call log: rows written in batches, one statement for a batch.

use keyway_model::CallRecord;
use serde::Serialize;

use crate::{Result, Tx};

#[derive(Serialize)]
struct Row<'a>(&'a str, i64, i64, i64, i64, &'a str, &'a str, u16, i64, i64);

impl Tx {
    /// Writes a batch of records.
    pub async fn insert_calls(&mut self, records: &[CallRecord]) -> Result<()> {
        let rows: Vec<Row<'_>> = records.iter().map(row).collect();
        let json = serde_json::to_string(&rows).expect("numbers and texts are JSON");
        let statement = self.dialect(
            "insert into call_log select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, \
             value ->> 6, value ->> 7, value ->> 8, value ->> 9 from json_each($1)",
            "insert into call_log select value ->> 0, (value ->> 1)::bigint, (value ->> 2)::bigint, (value ->> 3)::bigint, \
             (value ->> 4)::bigint, value ->> 5, value ->> 6, (value ->> 7)::bigint, (value ->> 8)::bigint, \
             (value ->> 9)::bigint from jsonb_array_elements($1::jsonb)",
        );
        on!(self, c => sqlx::query(statement).bind(&json).execute(c).await.map(drop))?;
        Ok(())
    }

    /// How many calls of an organization are recorded.
    pub async fn count_calls(&mut self, organization: keyway_model::OrganizationId) -> Result<i64> {
        let count = on!(self, c => sqlx::query_scalar("select count(*) from call_log where organization_id = $1")
            .bind(organization.0).fetch_one(c).await)?;
        Ok(count)
    }

    /// Forgets old records.
    pub async fn delete_calls_before(&mut self, before: keyway_model::Timestamp) -> Result<u64> {
        let gone = on!(self, c => sqlx::query("delete from call_log where at < $1")
            .bind(before.as_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone)
    }
}

fn row(record: &CallRecord) -> Row<'_> {
    Row(
        record.request_id.as_str(),
        record.organization.0,
        record.account.0,
        record.user.0,
        record.instance.0,
        &record.method,
        &record.path,
        record.status,
        record.at.as_millis(),
        record.duration_us,
    )
}
