//! Many tasks that want the same grant or the same attempt at once: one gets it, and nothing is lost.

use keyway_model::{AttemptStatus, InstanceId, Standing};
use keyway_store::{Lease, RenewalFailure, RenewedGrant, ResealedGrant, Store, StoredGrant};
use uuid::Uuid;

use crate::concurrency::crowd;
use crate::connecting::{Attempt, grant};
use crate::fixture::{Draft, at, fresh_uuid};
use crate::harness::{Outcome, Test};

on_both!(
    one_of_sixty_four_tasks_gets_a_lease,
    one_of_sixty_four_tasks_takes_an_expired_lease_over,
    no_renewal_is_lost_when_everything_is_sealed_again,
    a_deletion_among_renewals_leaves_nothing_behind,
    one_of_sixty_four_tasks_claims_an_attempt,
    sixty_four_tasks_are_given_the_same_verifier,
);

/// An instance with a grant that says `0,0`: how often it was renewed, and how often sealed again.
async fn keep(t: &Test) -> Outcome<InstanceId> {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    t.grant(instance, &grant(b"0,0")).await?;
    Ok(instance)
}

/// Sixty-four tasks that want a lease at a time; the one that got it, and its fence.
async fn race(t: &Test, instance: InstanceId, seconds: i64) -> Outcome<(Uuid, i64)> {
    let version = at(0).as_millis();
    let won = crowd(64, &t.store, move |store, number| async move {
        let owner = Uuid::from_u128(number);
        let mut tx = store.write().await?;
        let lease = tx.begin_renewal(instance, version, owner, at(seconds), at(seconds + 60)).await?;
        tx.commit().await?;
        Ok(lease.map(|lease| (owner, lease.fence)))
    })
    .await?;
    let winners: Vec<_> = won.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    Ok(winners[0])
}

async fn one_of_sixty_four_tasks_gets_a_lease(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let (owner, _) = race(&t, instance, 10).await?;
    let held = t.read().await?.grant(instance).await?.expect("it stays");
    assert_eq!(held.holder, Some((owner, at(70))));
    Ok(())
}

async fn one_of_sixty_four_tasks_takes_an_expired_lease_over(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let (_, first) = race(&t, instance, 10).await?;
    let (owner, second) = race(&t, instance, 70).await?;
    assert_eq!(second, first + 1);
    let held = t.read().await?.grant(instance).await?.expect("it stays");
    assert_eq!(held.holder, Some((owner, at(130))));
    Ok(())
}

fn counts(grant: &StoredGrant) -> (u32, u32) {
    let text = str::from_utf8(&grant.sealed).expect("a test wrote it");
    let (renewed, resealed) = text.split_once(',').expect("two numbers");
    (renewed.parse().expect("a number"), resealed.parse().expect("a number"))
}

async fn renew(store: &Store, instance: InstanceId) -> keyway_store::Result<bool> {
    let read = store.read().await?.grant(instance).await?.expect("it stays");
    let mut tx = store.write().await?;
    let lease = tx.begin_renewal(instance, read.version, fresh_uuid(), at(10), at(70)).await?;
    tx.commit().await?;
    let Some(lease) = lease else { return Ok(false) };
    let (renewed, resealed) = counts(&read);
    let sealed = format!("{},{resealed}", renewed + 1);
    let new = RenewedGrant { sealed: sealed.as_bytes(), expires_at: None, refresh_expires_at: None, renew_at: None };
    let mut tx = store.write().await?;
    let kept = tx.finish_renewal(instance, lease.fence, read.version, &new, at(11)).await?;
    tx.commit().await?;
    Ok(kept)
}

async fn reseal(store: &Store, instance: InstanceId) -> keyway_store::Result<()> {
    let mut tx = store.write().await?;
    assert!(tx.lock_grant(instance).await?);
    let (renewed, resealed) = counts(&tx.grant(instance).await?.expect("it is held"));
    let sealed = format!("{renewed},{}", resealed + 1);
    tx.reseal_grant(instance, &ResealedGrant { sealed: sealed.as_bytes(), subject: None, answer: None }).await?;
    tx.commit().await
}

async fn no_renewal_is_lost_when_everything_is_sealed_again(t: Test) -> Outcome {
    let instance = keep(&t).await?;
    let done = crowd(16, &t.store, move |store, number| async move {
        let mut done = 0;
        for _ in 0..4 {
            if number % 2 == 0 {
                done += u32::from(renew(&store, instance).await?);
            } else {
                reseal(&store, instance).await?;
            }
        }
        Ok(done)
    })
    .await?;
    let kept = t.read().await?.grant(instance).await?.expect("it stays");
    let renewals: u32 = done.into_iter().sum();
    assert_eq!(counts(&kept).0, renewals);
    assert!(renewals > 0);
    assert_eq!((kept.version, kept.holder), (at(0).as_millis() + i64::from(renewals), None));
    Ok(())
}

/// What a task of the race below does to a grant, by its number: one deletes, two reconnect, the others renew.
async fn touch(store: Store, instance: InstanceId, number: u128) -> keyway_store::Result<()> {
    let mut tx = store.write().await?;
    match number {
        1 => {
            tx.delete_instance(instance, at(20)).await?;
        }
        2 | 3 => {
            if tx.lock_instance(instance).await? && !tx.replace_grant(instance, &grant(b"0,0"), at(15)).await? {
                tx.insert_grant(instance, &grant(b"0,0"), at(15)).await?;
            }
        }
        _ => {
            let version = tx.grant(instance).await?.map_or(0, |grant| grant.version);
            let lease = tx.begin_renewal(instance, version, Uuid::from_u128(number), at(10), at(70)).await?;
            let Some(Lease { fence, .. }) = lease else { return Ok(()) };
            tx.keep_answer(instance, fence, b"answer").await?;
            tx.commit().await?;
            tx = store.write().await?;
            tx.lock_instance(instance).await?;
            let failure = RenewalFailure { retry_at: None, keeps_attempt: false };
            if tx.fail_renewal(instance, fence, &failure).await? {
                tx.set_standing(instance, Standing::ReconnectNeeded, at(11)).await?;
            }
        }
    }
    tx.commit().await
}

async fn a_deletion_among_renewals_leaves_nothing_behind(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    for _ in 0..12 {
        let instance = t.instance(&acme, &Draft::named("crm")).await?;
        t.grant(instance, &grant(b"0,0")).await?;
        crowd(12, &t.store, move |store, number| touch(store, instance, number)).await?;
        assert_eq!(t.read().await?.grant(instance).await?, None);
    }
    Ok(())
}

async fn one_of_sixty_four_tasks_claims_an_attempt(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let id = tx.insert_attempt(&Attempt::of(&acme, "state").row()).await?;
    assert!(tx.begin_attempt(id, b"browser", at(1)).await?);
    tx.commit().await?;
    for step in [AttemptStatus::Returned, AttemptStatus::Exchanging, AttemptStatus::Finished] {
        let won = crowd(64, &t.store, move |store, _| async move {
            let mut tx = store.write().await?;
            let won = match step {
                AttemptStatus::Returned => tx.return_attempt(id, b"code", None, at(2)).await?,
                AttemptStatus::Exchanging => tx.claim_attempt(id, at(3)).await?,
                end => tx.end_attempt(id, end, None, None, at(4)).await?,
            };
            tx.commit().await?;
            Ok(won)
        })
        .await?;
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1, "{step:?}");
    }
    Ok(())
}

async fn sixty_four_tasks_are_given_the_same_verifier(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let expired = Attempt { expires_at: at(1), ..Attempt::of(&acme, "state") };
    let mut tx = t.write().await?;
    let expired = tx.keep_verifier(&expired.row()).await?;
    tx.commit().await?;
    let given = crowd(64, &t.store, move |store, _| async move {
        let attempt = Attempt { created_at: at(5), ..Attempt::of(&acme, "state") };
        let mut tx = store.write().await?;
        let kept = tx.keep_verifier(&attempt.row()).await?;
        tx.commit().await?;
        Ok(kept)
    })
    .await?;
    assert_ne!(given[0].uuid, expired.uuid);
    assert!(given.iter().all(|kept| *kept == given[0]));
    Ok(())
}
