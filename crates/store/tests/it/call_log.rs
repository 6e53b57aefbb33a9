//! The call log: what is written stays as it was, and the oldest goes first.

use keyway_model::{AccountId, CallRecord, OrganizationId};

use crate::fixture::{at, call, connector};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    a_batch_of_calls_is_kept_whole,
    an_empty_batch_is_no_error,
    every_member_of_a_call_is_kept,
    a_request_is_recorded_once,
    old_calls_are_forgotten_batch_by_batch,
    rows_of_the_first_schema_are_read_with_what_they_have,
);

const COUNT: &str = "select cast(count(*) as text) from call_log";

async fn a_batch_of_calls_is_kept_whole(t: Test) -> Outcome {
    let calls: Vec<CallRecord> = (0..500).map(|number| call(1, number)).collect();
    let mut tx = t.write().await?;
    tx.insert_calls(&calls).await?;
    tx.commit().await?;
    assert_eq!(t.raw.texts(COUNT).await?, ["500"]);
    Ok(())
}

async fn an_empty_batch_is_no_error(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_calls(&[]).await?;
    tx.commit().await?;
    assert_eq!(t.raw.texts(COUNT).await?, ["0"]);
    Ok(())
}

async fn every_member_of_a_call_is_kept(t: Test) -> Outcome {
    let record = CallRecord {
        organization: OrganizationId(1),
        account: AccountId(i64::MAX),
        connector: connector("x.y"),
        hub: "hüb".into(),
        client: "2001:db8::1".parse()?,
        method: "PRÖPFIND".into(),
        uri: "/proxy/\"é\\\\u0041\"?a='%27".into(),
        api: "PRÖPFIND /proxy/日本".into(),
        path: "/v1/\"é\\\\u0041\"/日本/it's%20?".into(),
        status: 599,
        attempts: 3,
        error: Some("it's broken".into()),
        detail_dropped: true,
        duration_us: i64::MAX,
        ..call(1, 7)
    };
    let mut tx = t.write().await?;
    tx.insert_calls(std::slice::from_ref(&record)).await?;
    tx.commit().await?;

    let whole = "select request_id || ' ' || organization_id || ' ' || account_id || ' ' || user_id || ' ' || instance_id \
                 || ' ' || method || ' ' || path || ' ' || status || ' ' || at || ' ' || duration_us || ' ' || client_ip \
                 || ' ' || uri || ' ' || element_api || ' ' || connector_key || ' ' || hub || ' ' || attempts || ' ' \
                 || case when detail_dropped then 'dropped' else 'whole' end || ' ' || error from call_log";
    let (id, millis) = (record.request_id, at(7).as_millis());
    let CallRecord { path, uri, api, .. } = &record;
    let expected = format!(
        "{id} 1 {0} 3 4 PRÖPFIND {path} 599 {millis} {0} 2001:db8::1 {uri} {api} x.y hüb 3 dropped it's broken",
        i64::MAX
    );
    assert_eq!(t.raw.texts(whole).await?, [expected]);
    // Numbers are kept as numbers: a comparison of texts would find the path's row only.
    let numbers = "select method from call_log where account_id > 10 and duration_us > 10 and status = 599 and at > 10 \
                   and attempts < 10";
    assert_eq!(t.raw.texts(numbers).await?, ["PRÖPFIND"]);
    Ok(())
}

async fn a_request_is_recorded_once(t: Test) -> Outcome {
    let record = call(1, 0);
    let mut tx = t.write().await?;
    tx.insert_calls(std::slice::from_ref(&record)).await?;
    tx.commit().await?;
    assert_conflict(t.write().await?.insert_calls(&[call(1, 0), record]).await);
    assert_eq!(t.raw.texts(COUNT).await?, ["1"]);
    Ok(())
}

async fn old_calls_are_forgotten_batch_by_batch(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_calls(&[call(1, 4), call(1, 0), call(2, 1), call(1, 2), call(1, 3)]).await?;
    tx.commit().await?;
    let mut tx = t.write().await?;
    assert_eq!(tx.delete_calls_before(at(3), 2).await?, 2);
    assert_eq!(tx.delete_calls_before(at(3), 2).await?, 1);
    assert_eq!(tx.delete_calls_before(at(3), 2).await?, 0);
    tx.commit().await?;
    let left = t.raw.texts("select cast(at as text) from call_log order by request_id").await?;
    assert_eq!(left, [at(3).as_millis().to_string(), at(4).as_millis().to_string()]);
    Ok(())
}

async fn rows_of_the_first_schema_are_read_with_what_they_have(t: Test) -> Outcome {
    t.raw
        .execute(
            "insert into call_log (request_id, organization_id, account_id, user_id, instance_id, method, path, status, \
             at, duration_us) values ('6553f1000000000000000000', 1, 2, 3, 4, 'GET', '/old', 200, 1700000000123, 5)",
        )
        .await?;
    let id = keyway_model::RequestId::parse("6553f1000000000000000000").ok_or("an id")?;
    let organization = keyway_model::Visibility::Organization(OrganizationId(1));
    let old = t.read().await?.call(organization, id).await?.ok_or("the row")?;
    assert_eq!((old.path.as_str(), old.attempts, old.detail_dropped, old.error), ("/old", 1, false, None));
    assert_eq!((old.uri.as_str(), old.connector.as_str(), old.client.as_str()), ("", "", ""));
    Ok(())
}
