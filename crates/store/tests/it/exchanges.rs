//! Exchanges: held by one at a time, and what was answered outlives whoever held them.

use keyway_model::{OrganizationId, Timestamp};
use keyway_store::{NewExchange, StoredExchange};
use uuid::Uuid;

use crate::fixture::{at, fresh_uuid};
use crate::harness::{Outcome, Test};

on_both!(
    an_exchange_is_held_by_one_until_its_time_is_over,
    an_answer_outlives_whoever_held_the_exchange,
    who_has_lost_an_exchange_writes_nothing,
    an_exchange_is_let_go_at_once,
    an_exchange_that_has_ended_begins_anew,
    answers_are_listed_and_sealed_anew_by_organization,
    an_answer_that_has_changed_is_not_sealed_over,
    exchanges_that_nobody_holds_are_forgotten_in_time,
);

const ME: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);
const CODE: &[u8] = b"\x00code\xff";

/// Takes an exchange for ten seconds.
async fn begin(
    t: &Test,
    organization: OrganizationId,
    (hash, holder): (&[u8], Uuid),
    now: Timestamp,
) -> Outcome<Option<StoredExchange>> {
    let new = NewExchange { hash, uuid: fresh_uuid(), organization, holder, now, until: now.plus_seconds(10) };
    let mut tx = t.write().await?;
    let begun = tx.begin_exchange(&new).await?;
    tx.commit().await?;
    Ok(begun)
}

/// Keeps an answer; whether the exchange was held.
async fn keep(t: &Test, hash: &[u8], holder: Uuid, answer: &[u8]) -> Outcome<bool> {
    let mut tx = t.write().await?;
    let kept = tx.keep_exchange_answer(hash, holder, answer).await?;
    tx.commit().await?;
    Ok(kept)
}

async fn an_exchange_is_held_by_one_until_its_time_is_over(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?.organization;
    let begun = begin(&t, acme, (CODE, ME), at(0)).await?.expect("it is free");
    assert_eq!((begun.hash.as_slice(), &begun.answer), (CODE, &None));
    assert_eq!(begin(&t, acme, (CODE, OTHER), at(9)).await?, None);
    assert!(begin(&t, acme, (b"another", OTHER), at(9)).await?.is_some());
    let mut tx = t.write().await?;
    assert!(tx.hold_exchange(CODE, ME, at(20)).await?);
    tx.commit().await?;
    assert_eq!(begin(&t, acme, (CODE, OTHER), at(19)).await?, None);
    assert_eq!(begin(&t, acme, (CODE, OTHER), at(20)).await?.expect("it is free").uuid, begun.uuid);
    Ok(())
}

async fn an_answer_outlives_whoever_held_the_exchange(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?.organization;
    begin(&t, acme, (CODE, ME), at(0)).await?;
    assert!(keep(&t, CODE, ME, b"first").await?);
    assert!(keep(&t, CODE, ME, b"\x00second\xff").await?);
    let taken = begin(&t, acme, (CODE, OTHER), at(10)).await?.expect("it is free");
    assert_eq!(taken.answer.as_deref(), Some(b"\x00second\xff".as_slice()));
    Ok(())
}

async fn who_has_lost_an_exchange_writes_nothing(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?.organization;
    begin(&t, acme, (CODE, ME), at(0)).await?;
    begin(&t, acme, (CODE, OTHER), at(10)).await?.expect("it is free");
    assert!(!keep(&t, CODE, ME, b"late").await?);
    let mut tx = t.write().await?;
    assert!(!tx.hold_exchange(CODE, ME, at(60)).await?);
    assert!(!tx.end_exchange(CODE, ME).await?);
    tx.commit().await?;
    assert_eq!(begin(&t, acme, (CODE, ME), at(20)).await?.expect("it is free").answer, None);
    Ok(())
}

async fn an_exchange_is_let_go_at_once(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?.organization;
    begin(&t, acme, (CODE, ME), at(0)).await?;
    let mut tx = t.write().await?;
    assert!(tx.hold_exchange(CODE, ME, at(1)).await?);
    tx.commit().await?;
    assert!(begin(&t, acme, (CODE, OTHER), at(1)).await?.is_some());
    Ok(())
}

async fn an_exchange_that_has_ended_begins_anew(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?.organization;
    begin(&t, acme, (CODE, ME), at(0)).await?;
    keep(&t, CODE, ME, b"answer").await?;
    let mut tx = t.write().await?;
    assert!(tx.end_exchange(CODE, ME).await?);
    assert!(!tx.end_exchange(CODE, ME).await?);
    tx.commit().await?;
    assert_eq!(begin(&t, acme, (CODE, OTHER), at(1)).await?.expect("it is free").answer, None);
    Ok(())
}

async fn answers_are_listed_and_sealed_anew_by_organization(t: Test) -> Outcome {
    let (acme, other) = (t.tenant("acme").await?.organization, t.tenant("other").await?.organization);
    for (organization, hash) in [(acme, b"c"), (acme, b"a"), (other, b"b"), (acme, b"d")] {
        begin(&t, organization, (hash, ME), at(0)).await?;
        keep(&t, hash, ME, hash).await?;
    }
    begin(&t, acme, (b"unanswered", ME), at(0)).await?;
    let mut tx = t.write().await?;
    let hashes = |rows: Vec<StoredExchange>| rows.into_iter().map(|row| row.hash).collect::<Vec<_>>();
    assert_eq!(hashes(tx.exchanges(acme, b"", 2).await?), [b"a", b"c"]);
    assert_eq!(hashes(tx.exchanges(acme, b"c", 2).await?), [b"d"]);
    assert!(tx.reseal_exchange(b"a", b"a", b"anew").await?);
    assert_eq!(tx.exchanges(acme, b"", 1).await?[0].answer.as_deref(), Some(b"anew".as_slice()));
    assert_eq!(tx.exchanges(other, b"", 2).await?[0].answer.as_deref(), Some(b"b".as_slice()));
    Ok(())
}

async fn an_answer_that_has_changed_is_not_sealed_over(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?.organization;
    begin(&t, acme, (CODE, ME), at(0)).await?;
    keep(&t, CODE, ME, b"newer").await?;
    let mut tx = t.write().await?;
    assert!(!tx.reseal_exchange(CODE, b"older", b"older anew").await?);
    assert_eq!(tx.exchanges(acme, b"", 1).await?[0].answer.as_deref(), Some(b"newer".as_slice()));
    Ok(())
}

async fn exchanges_that_nobody_holds_are_forgotten_in_time(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?.organization;
    begin(&t, acme, (b"old", ME), at(0)).await?;
    begin(&t, acme, (b"new", ME), at(1)).await?;
    let mut tx = t.write().await?;
    assert_eq!(tx.delete_exchanges_before(at(10)).await?, 0);
    assert_eq!(tx.delete_exchanges_before(at(11)).await?, 1);
    tx.commit().await?;
    assert_eq!(begin(&t, acme, (b"new", OTHER), at(2)).await?, None);
    Ok(())
}
