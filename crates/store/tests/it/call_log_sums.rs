//! Calls summed up by pieces of time.

use keyway_model::{AccountId, CallRecord, OrganizationId, Timestamp, Visibility};
use keyway_store::{CallFilter, CallSum, Pieces};

use crate::fixture::call;
use crate::harness::{Outcome, Test};

on_both!(calls_are_summed_up_by_pieces_of_time, pieces_begin_where_they_are_shifted_to);

const MINUTES: Pieces = Pieces { length: 60_000, shift: 0 };

fn filter(accounts: &[AccountId]) -> CallFilter<'_> {
    CallFilter {
        visibility: Visibility::Organization(OrganizationId(1)),
        from: Timestamp::from_millis(0),
        to: Timestamp::from_millis(i64::MAX),
        hub: None,
        connectors: &[],
        tags: &[],
        accounts,
        failed: None,
        search: None,
    }
}

async fn calls_are_summed_up_by_pieces_of_time(t: Test) -> Outcome {
    // The shared time is 20 seconds into a minute.
    let minute = |number: i64| Timestamp::from_millis(1_699_999_980_000).plus_seconds(60 * number);
    let slow = CallRecord { duration_us: 9_000, status: 500, ..call(1, 39) };
    let other = CallRecord { account: AccountId(8), ..call(1, 100) };
    let mut tx = t.write().await?;
    tx.insert_calls(&[call(1, 0), slow, other, call(2, 0)]).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    let first =
        CallSum { from: minute(0), count: 2, failed: 1, shortest_us: 5_000, longest_us: 9_000, total_us: 14_000 };
    let second =
        CallSum { from: minute(2), count: 1, failed: 0, shortest_us: 5_000, longest_us: 5_000, total_us: 5_000 };
    assert_eq!(tx.call_sums(&filter(&[]), MINUTES).await?, [first, second]);
    assert_eq!(tx.call_sums(&filter(&[AccountId(8)]), MINUTES).await?, [second]);
    assert_eq!(tx.call_sums(&filter(&[AccountId(7)]), MINUTES).await?, []);
    Ok(())
}

async fn pieces_begin_where_they_are_shifted_to(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_calls(&[call(1, 0)]).await?;
    tx.commit().await?;
    let day = 86_400_000;
    let weeks = Pieces { length: 7 * day, shift: 3 * day };
    let sums = t.read().await?.call_sums(&filter(&[]), weeks).await?;
    // 14 November 2023 was a Tuesday.
    assert_eq!(Some(sums[0].from), Timestamp::parse("2023-11-13T00:00:00Z"));
    Ok(())
}
