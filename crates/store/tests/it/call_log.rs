//! The call log.

use keyway_model::{AccountId, CallRecord, Entropy, InstanceId, OrganizationId, UserId};

use crate::fixture::at;
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    a_batch_of_calls_is_kept_whole,
    an_empty_batch_is_no_error,
    every_member_of_a_call_is_kept,
    a_request_is_recorded_once,
    calls_are_counted_by_organization,
    old_calls_are_forgotten_and_counted,
);

fn call(organization: i64, seconds: i64) -> CallRecord {
    CallRecord {
        request_id: Entropy::system().request_id(at(seconds)),
        organization: OrganizationId(organization),
        account: AccountId(2),
        user: UserId(3),
        instance: InstanceId(4),
        method: "GET".into(),
        path: "/".into(),
        status: 200,
        at: at(seconds),
        duration_us: 5,
    }
}

async fn a_batch_of_calls_is_kept_whole(t: Test) -> Outcome {
    let calls: Vec<CallRecord> = (0..500).map(|number| call(1, number)).collect();
    let mut tx = t.write().await?;
    tx.insert_calls(&calls).await?;
    tx.commit().await?;
    assert_eq!(t.read().await?.count_calls(OrganizationId(1)).await?, 500);
    Ok(())
}

async fn an_empty_batch_is_no_error(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_calls(&[]).await?;
    tx.commit().await?;
    assert_eq!(t.raw.texts("select cast(count(*) as text) from call_log").await?, ["0"]);
    Ok(())
}

async fn every_member_of_a_call_is_kept(t: Test) -> Outcome {
    let record = CallRecord {
        organization: OrganizationId(1),
        account: AccountId(i64::MAX),
        method: "PRÖPFIND".into(),
        path: "/v1/\"é\\\\u0041\"/日本/it's%20?".into(),
        status: 599,
        duration_us: i64::MAX,
        ..call(1, 7)
    };
    let mut tx = t.write().await?;
    tx.insert_calls(std::slice::from_ref(&record)).await?;
    tx.commit().await?;

    let whole = "select request_id || ' ' || organization_id || ' ' || account_id || ' ' || user_id || ' ' || instance_id \
                 || ' ' || method || ' ' || path || ' ' || status || ' ' || at || ' ' || duration_us from call_log";
    let (id, millis) = (record.request_id, at(7).as_millis());
    let expected = format!("{id} 1 {0} 3 4 PRÖPFIND {1} 599 {millis} {0}", i64::MAX, record.path);
    assert_eq!(t.raw.texts(whole).await?, [expected]);
    // Numbers are kept as numbers: a comparison of texts would find the path's row only.
    let numbers = "select method from call_log where account_id > 10 and duration_us > 10 and status = 599 and at > 10";
    assert_eq!(t.raw.texts(numbers).await?, ["PRÖPFIND"]);
    Ok(())
}

async fn a_request_is_recorded_once(t: Test) -> Outcome {
    let record = call(1, 0);
    let mut tx = t.write().await?;
    tx.insert_calls(std::slice::from_ref(&record)).await?;
    tx.commit().await?;
    assert_conflict(t.write().await?.insert_calls(&[call(1, 0), record]).await);
    assert_eq!(t.read().await?.count_calls(OrganizationId(1)).await?, 1);
    Ok(())
}

async fn calls_are_counted_by_organization(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_calls(&[call(1, 0), call(2, 0), call(1, 1)]).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.count_calls(OrganizationId(1)).await?, 2);
    assert_eq!(tx.count_calls(OrganizationId(2)).await?, 1);
    assert_eq!(tx.count_calls(OrganizationId(3)).await?, 0);
    Ok(())
}

async fn old_calls_are_forgotten_and_counted(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_calls(&[call(1, 0), call(2, 1), call(1, 2), call(1, 3)]).await?;
    assert_eq!(tx.delete_calls_before(at(2)).await?, 2);
    assert_eq!(tx.delete_calls_before(at(2)).await?, 0);
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.count_calls(OrganizationId(1)).await?, 2);
    assert_eq!(tx.count_calls(OrganizationId(2)).await?, 0);
    Ok(())
}
