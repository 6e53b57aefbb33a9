//! Renewals of a grant: who may, what they leave behind, and that who comes late writes nothing.

use keyway_model::{InstanceId, Timestamp};
use keyway_store::{Lease, RenewalFailure, RenewedGrant, Tx};
use uuid::Uuid;

use crate::connecting::grant;
use crate::fixture::{Draft, at};
use crate::harness::{Outcome, Test};

on_both!(
    a_renewal_replaces_the_tokens_and_gives_the_lease_back,
    a_lease_is_held_by_one_until_it_expires,
    a_grant_of_another_version_is_not_renewed,
    a_lease_may_be_held_for_longer,
    an_interrupted_renewal_is_told_to_the_next_one,
    a_failure_counts_and_gives_the_lease_back,
    an_uncertain_failure_keeps_the_mark_and_the_answer,
    a_success_forgets_earlier_failures,
    a_lease_that_was_taken_over_writes_nothing,
    a_lease_that_was_given_back_writes_nothing,
    a_lease_of_a_replaced_grant_writes_nothing,
    a_lease_of_a_forgotten_grant_writes_nothing_to_the_next_grant,
    a_renewal_of_a_deleted_instance_writes_nothing,
    a_renewal_leaves_other_grants_alone,
);

const ME: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

/// The version of a grant that the fixture has kept.
fn first_version() -> i64 {
    at(0).as_millis()
}

/// An instance with a grant.
async fn keep(t: &Test) -> Outcome<InstanceId> {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    t.grant(instance, &grant(b"old")).await?;
    Ok(instance)
}

/// Takes a lease of a minute.
async fn begin(t: &Test, instance: InstanceId, owner: Uuid, now: Timestamp) -> Outcome<Option<Lease>> {
    let mut tx = t.write().await?;
    let lease = tx.begin_renewal(instance, first_version(), owner, now, now.plus_seconds(60)).await?;
    tx.commit().await?;
    Ok(lease)
}

fn renewed(sealed: &[u8]) -> RenewedGrant<'_> {
    RenewedGrant { sealed, expires_at: Some(at(900)), refresh_expires_at: Some(at(9000)), renew_at: Some(at(800)) }
}

fn failed(keeps_attempt: bool) -> RenewalFailure {
    RenewalFailure { retry_at: Some(at(300)), keeps_attempt }
}

/// Checks that a lease changes nothing, whatever its holder tries.
async fn assert_void(t: &Test, instance: InstanceId, fence: i64) -> Outcome {
    let before = t.read().await?.grant(instance).await?;
    let mut tx: Tx = t.write().await?;
    let version = before.as_ref().map_or_else(first_version, |grant| grant.version);
    assert!(!tx.keep_answer(instance, fence, b"late").await?);
    assert!(!tx.extend_lease(instance, fence, at(100_000)).await?);
    assert!(!tx.finish_renewal(instance, fence, version, &renewed(b"late"), at(200)).await?);
    assert!(!tx.fail_renewal(instance, fence, &failed(false)).await?);
    assert!(!tx.fail_renewal(instance, fence, &failed(true)).await?);
    tx.commit().await?;
    assert_eq!(t.read().await?.grant(instance).await?, before);
    Ok(())
}

async fn a_renewal_replaces_the_tokens_and_gives_the_lease_back(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    assert_eq!((lease.was_interrupted, &lease.answer), (false, &None));
    let held = t.read().await?.grant(instance).await?.expect("it stays");
    assert_eq!((held.holder, held.attempt_at), (Some((ME, at(70))), Some(at(10))));
    assert_eq!((held.version, held.sealed.as_slice()), (first_version(), b"old".as_slice()));

    let mut tx = t.write().await?;
    assert!(tx.keep_answer(instance, lease.fence, b"answer").await?);
    assert_eq!(tx.grant(instance).await?.and_then(|held| held.answer), Some(b"answer".to_vec()));
    assert!(!tx.finish_renewal(instance, lease.fence, first_version() + 1, &renewed(b"new"), at(12)).await?);
    assert!(tx.finish_renewal(instance, lease.fence, first_version(), &renewed(b"new"), at(12)).await?);
    tx.commit().await?;
    let kept = t.read().await?.grant(instance).await?.expect("it stays");
    assert_eq!((kept.version, kept.sealed.as_slice()), (first_version() + 1, b"new".as_slice()));
    assert_eq!(
        (kept.expires_at, kept.refresh_expires_at, kept.renew_at),
        (Some(at(900)), Some(at(9000)), Some(at(800)))
    );
    assert_eq!((kept.holder, kept.attempt_at, kept.answer), (None, None, None));
    assert_eq!((kept.created_at, kept.updated_at), (at(0), at(12)));
    Ok(())
}

async fn a_lease_is_held_by_one_until_it_expires(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let first = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    assert_eq!(begin(&t, instance, OTHER, at(11)).await?, None);
    assert_eq!(begin(&t, instance, ME, at(69)).await?, None);
    let second = begin(&t, instance, OTHER, at(70)).await?.expect("it has expired");
    assert!(second.fence > first.fence);
    let held = t.read().await?.grant(instance).await?.expect("it stays");
    assert_eq!((held.holder, held.attempt_at), (Some((OTHER, at(130))), Some(at(70))));
    Ok(())
}

async fn a_grant_of_another_version_is_not_renewed(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let before = t.read().await?.grant(instance).await?;
    let mut tx = t.write().await?;
    for version in [0, first_version() - 1, first_version() + 1] {
        assert_eq!(tx.begin_renewal(instance, version, ME, at(10), at(70)).await?, None);
    }
    assert_eq!(tx.begin_renewal(InstanceId(4711), first_version(), ME, at(10), at(70)).await?, None);
    tx.commit().await?;
    assert_eq!(t.read().await?.grant(instance).await?, before);
    Ok(())
}

async fn a_lease_may_be_held_for_longer(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let mut tx = t.write().await?;
    assert!(tx.extend_lease(instance, lease.fence, at(200)).await?);
    tx.commit().await?;
    assert_eq!(begin(&t, instance, OTHER, at(100)).await?, None);
    assert!(begin(&t, instance, OTHER, at(200)).await?.is_some());
    Ok(())
}

async fn an_interrupted_renewal_is_told_to_the_next_one(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let first = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let second = begin(&t, instance, OTHER, at(100)).await?.expect("it has expired");
    assert_eq!((second.was_interrupted, &second.answer), (true, &None));
    let mut tx = t.write().await?;
    assert!(!tx.keep_answer(instance, first.fence, b"first").await?);
    assert!(tx.keep_answer(instance, second.fence, b"\x00second\xff").await?);
    tx.commit().await?;
    let third = begin(&t, instance, ME, at(200)).await?.expect("it has expired");
    assert_eq!((third.was_interrupted, third.answer), (true, Some(b"\x00second\xff".to_vec())));
    Ok(())
}

async fn a_failure_counts_and_gives_the_lease_back(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    for failures in 1..=2 {
        let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
        assert!(!lease.was_interrupted);
        let mut tx = t.write().await?;
        assert!(tx.keep_answer(instance, lease.fence, b"no").await?);
        assert!(tx.fail_renewal(instance, lease.fence, &failed(false)).await?);
        tx.commit().await?;
        let kept = t.read().await?.grant(instance).await?.expect("it stays");
        assert_eq!((kept.failures, kept.retry_at, kept.updated_at), (failures, Some(at(300)), at(0)));
        assert_eq!((kept.holder, kept.attempt_at, kept.answer), (None, None, None));
        assert_eq!((kept.version, kept.sealed.as_slice()), (first_version(), b"old".as_slice()));
    }
    Ok(())
}

async fn an_uncertain_failure_keeps_the_mark_and_the_answer(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let mut tx = t.write().await?;
    assert!(tx.keep_answer(instance, lease.fence, b"half").await?);
    let failure = RenewalFailure { retry_at: None, keeps_attempt: true };
    assert!(tx.fail_renewal(instance, lease.fence, &failure).await?);
    tx.commit().await?;
    let kept = t.read().await?.grant(instance).await?.expect("it stays");
    assert_eq!((kept.holder, kept.attempt_at, kept.retry_at), (None, Some(at(10)), None));
    let next = begin(&t, instance, OTHER, at(21)).await?.expect("it was given back");
    assert_eq!((next.was_interrupted, next.answer), (true, Some(b"half".to_vec())));
    Ok(())
}

async fn a_success_forgets_earlier_failures(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let mut tx = t.write().await?;
    assert!(tx.fail_renewal(instance, lease.fence, &failed(true)).await?);
    tx.commit().await?;
    let lease = begin(&t, instance, ME, at(30)).await?.expect("it was given back");
    let mut tx = t.write().await?;
    assert!(tx.finish_renewal(instance, lease.fence, first_version(), &renewed(b"new"), at(31)).await?);
    tx.commit().await?;
    let kept = t.read().await?.grant(instance).await?.expect("it stays");
    assert_eq!((kept.failures, kept.retry_at, kept.attempt_at), (0, None, None));
    Ok(())
}

async fn a_lease_that_was_taken_over_writes_nothing(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let old = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let new = begin(&t, instance, OTHER, at(100)).await?.expect("it has expired");
    assert_void(&t, instance, old.fence).await?;
    let mut tx = t.write().await?;
    assert!(tx.finish_renewal(instance, new.fence, first_version(), &renewed(b"new"), at(101)).await?);
    tx.commit().await?;
    assert_void(&t, instance, old.fence).await
}

async fn a_lease_that_was_given_back_writes_nothing(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    assert_void(&t, instance, first_version()).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let mut tx = t.write().await?;
    assert!(tx.fail_renewal(instance, lease.fence, &failed(true)).await?);
    tx.commit().await?;
    assert_void(&t, instance, lease.fence).await?;
    let lease = begin(&t, instance, ME, at(30)).await?.expect("it was given back");
    let mut tx = t.write().await?;
    assert!(tx.finish_renewal(instance, lease.fence, first_version(), &renewed(b"new"), at(31)).await?);
    tx.commit().await?;
    assert_void(&t, instance, lease.fence).await
}

async fn a_lease_of_a_replaced_grant_writes_nothing(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let mut tx = t.write().await?;
    assert!(tx.replace_grant(instance, &grant(b"reconnected"), at(11)).await?);
    tx.commit().await?;
    assert_void(&t, instance, lease.fence).await?;
    let mut tx = t.write().await?;
    let next = tx.begin_renewal(instance, first_version() + 1, OTHER, at(12), at(72)).await?.expect("nobody holds it");
    tx.commit().await?;
    assert!(!next.was_interrupted);
    assert_void(&t, instance, lease.fence).await
}

async fn a_lease_of_a_forgotten_grant_writes_nothing_to_the_next_grant(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let mut tx = t.write().await?;
    assert!(tx.delete_grant(instance).await?);
    tx.insert_grant(instance, &grant(b"next"), at(11)).await?;
    let version = at(11).as_millis();
    assert_eq!(tx.begin_renewal(instance, first_version(), OTHER, at(12), at(72)).await?, None);
    assert!(tx.begin_renewal(instance, version, OTHER, at(12), at(72)).await?.is_some());
    tx.commit().await?;
    assert_void(&t, instance, lease.fence).await
}

async fn a_renewal_of_a_deleted_instance_writes_nothing(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let mut tx = t.write().await?;
    assert!(tx.delete_instance(instance, at(11)).await?);
    tx.commit().await?;
    assert_void(&t, instance, lease.fence).await?;
    assert_eq!(begin(&t, instance, OTHER, at(100)).await?, None);
    assert_eq!(t.read().await?.grant(instance).await?, None);
    assert!(t.raw.texts("select 'left' from instance_grant").await?.is_empty());
    Ok(())
}

async fn a_renewal_leaves_other_grants_alone(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let branch = t.tenant("branch").await?;
    let other = t.instance(&branch, &Draft::named("other")).await?;
    t.grant(other, &grant(b"other")).await?;
    let before = t.read().await?.grant(other).await?;
    let lease = begin(&t, instance, ME, at(10)).await?.expect("nobody holds it");
    let mut tx = t.write().await?;
    assert!(tx.keep_answer(instance, lease.fence, b"answer").await?);
    assert!(tx.extend_lease(instance, lease.fence, at(90)).await?);
    assert!(tx.fail_renewal(instance, lease.fence, &failed(true)).await?);
    tx.commit().await?;
    let lease = begin(&t, instance, ME, at(30)).await?.expect("it was given back");
    let mut tx = t.write().await?;
    assert!(tx.finish_renewal(instance, lease.fence, first_version(), &renewed(b"new"), at(31)).await?);
    tx.commit().await?;
    assert_eq!(t.read().await?.grant(other).await?, before);
    Ok(())
}
