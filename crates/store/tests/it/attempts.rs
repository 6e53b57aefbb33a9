//! Attempts to connect as they are kept, found and forgotten.

use keyway_model::{AttemptStatus, InstanceId};
use keyway_store::{Error, StoredAttempt};

use crate::connecting::{Attempt, Registration};
use crate::fixture::{Draft, at, fresh_uuid, ids, pages_of};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    an_attempt_is_read_back_as_it_was_kept,
    an_attempt_is_found_by_its_own_hashes_only,
    hashes_and_uuid_of_an_attempt_are_unique,
    an_attempt_needs_its_instance,
    a_verifier_is_kept_until_it_expires,
    attempts_are_listed_for_their_organization_page_by_page,
    an_attempt_is_sealed_again_and_stays_the_same_attempt,
    sealing_again_does_not_revive_what_was_erased,
    expired_attempts_are_forgotten,
    a_deletion_of_the_instance_forgets_its_attempts,
);

async fn an_attempt_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let registration = t.registration(&Registration::of(&acme)).await?;
    let attempt = Attempt {
        registration: Some(registration),
        instance: Some(instance),
        finish_hash: Some(b"\x00finish\xff".to_vec()),
        sealed: b"\x00sealed\xff".to_vec(),
        created_at: at(5),
        ..Attempt::of(&acme, "state")
    };
    let mut tx = t.write().await?;
    let id = tx.insert_attempt(&attempt.row()).await?;
    tx.commit().await?;
    let kept = StoredAttempt {
        id,
        uuid: attempt.uuid,
        browser_hash: None,
        context: "acme".to_owned(),
        organization: acme.organization,
        account: acme.account,
        user: acme.user,
        connector: attempt.connector,
        method: "oauth2".to_owned(),
        registration: Some(registration),
        instance: Some(instance),
        status: AttemptStatus::Created,
        sealed: b"\x00sealed\xff".to_vec(),
        returned: None,
        outcome: None,
        created_at: at(5),
        expires_at: at(600),
        updated_at: at(5),
    };
    let mut tx = t.read().await?;
    assert_eq!(tx.attempt_by_state(b"state").await?.as_ref(), Some(&kept));
    assert_eq!(tx.attempt_by_finish(b"\x00finish\xff").await?.as_ref(), Some(&kept));
    assert_eq!(tx.attempt_by_uuid(attempt.uuid).await?, Some(kept));
    Ok(())
}

async fn an_attempt_is_found_by_its_own_hashes_only(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let finish_hash = Some(b"finish".to_vec());
    let first = tx.insert_attempt(&Attempt { finish_hash, ..Attempt::of(&acme, "one") }.row()).await?;
    let second = tx.insert_attempt(&Attempt::of(&acme, "two").row()).await?;
    for (hash, by_state, by_finish) in [
        (&b"one"[..], Some(first), None),
        (b"two", Some(second), None),
        (b"finish", None, Some(first)),
        (b"on", None, None),
        (b"", None, None),
    ] {
        assert_eq!(tx.attempt_by_state(hash).await?.map(|kept| kept.id), by_state, "{hash:?}");
        assert_eq!(tx.attempt_by_finish(hash).await?.map(|kept| kept.id), by_finish, "{hash:?}");
    }
    assert_eq!(tx.attempt_by_uuid(fresh_uuid()).await?, None);
    Ok(())
}

async fn hashes_and_uuid_of_an_attempt_are_unique(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let finish_hash = Some(b"finish".to_vec());
    let first = Attempt { finish_hash: finish_hash.clone(), ..Attempt::of(&acme, "one") };
    let mut tx = t.write().await?;
    tx.insert_attempt(&first.row()).await?;
    tx.commit().await?;
    assert_conflict(t.write().await?.insert_attempt(&Attempt::of(&acme, "one").row()).await);
    let same_finish = Attempt { finish_hash, ..Attempt::of(&acme, "two") };
    assert_conflict(t.write().await?.insert_attempt(&same_finish.row()).await);
    assert_conflict(t.write().await?.keep_verifier(&same_finish.row()).await);
    let same_uuid = Attempt { uuid: first.uuid, ..Attempt::of(&acme, "two") };
    assert_conflict(t.write().await?.insert_attempt(&same_uuid.row()).await);
    Ok(())
}

async fn an_attempt_needs_its_instance(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let lost = Attempt { instance: Some(InstanceId(4711)), ..Attempt::of(&acme, "state") };
    let refused = t.write().await?.insert_attempt(&lost.row()).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

async fn a_verifier_is_kept_until_it_expires(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let first = Attempt { sealed: b"first".to_vec(), ..Attempt::of(&acme, "state") };
    let second = Attempt { created_at: at(599), sealed: b"second".to_vec(), ..Attempt::of(&acme, "state") };
    let third = Attempt { created_at: at(600), expires_at: at(1200), ..second.clone().again() };
    let mut tx = t.write().await?;
    let kept = tx.keep_verifier(&first.row()).await?;
    assert_eq!((kept.uuid, kept.sealed.as_slice()), (first.uuid, b"first".as_slice()));
    assert_eq!(tx.keep_verifier(&second.row()).await?, kept);
    let next = tx.keep_verifier(&third.row()).await?;
    tx.commit().await?;
    assert_eq!((next.uuid, next.sealed.as_slice(), next.expires_at), (third.uuid, b"second".as_slice(), at(1200)));
    assert_eq!(t.read().await?.attempt_by_uuid(first.uuid).await?, None);
    assert_eq!(t.read().await?.attempt_by_state(b"state").await?, Some(next));
    Ok(())
}

async fn attempts_are_listed_for_their_organization_page_by_page(t: Test) -> Outcome {
    let (acme, other) = (t.tenant("acme").await?, t.tenant("other").await?);
    let mut kept = Vec::new();
    let mut tx = t.write().await?;
    for state in ["z", "a", "m"] {
        kept.push(tx.insert_attempt(&Attempt::of(&acme, state).row()).await?);
    }
    let theirs = tx.insert_attempt(&Attempt::of(&other, "other").row()).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    let page = tx.attempts(acme.organization, 0, pages_of(2)).await?;
    assert_eq!(ids(page, |kept| kept.id), (vec![kept[0], kept[1]], true));
    let page = tx.attempts(acme.organization, kept[1].0, pages_of(2)).await?;
    assert_eq!(ids(page, |kept| kept.id), (vec![kept[2]], false));
    let page = tx.attempts(other.organization, 0, pages_of(2)).await?;
    assert_eq!(ids(page, |kept| kept.id), (vec![theirs], false));
    Ok(())
}

async fn an_attempt_is_sealed_again_and_stays_the_same_attempt(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let id = tx.insert_attempt(&Attempt::of(&acme, "state").row()).await?;
    tx.insert_attempt(&Attempt::of(&acme, "other").row()).await?;
    let other = tx.attempt_by_state(b"other").await?;
    assert!(tx.begin_attempt(id, b"browser", at(1)).await?);
    assert!(tx.return_attempt(id, b"code", None, at(2)).await?);
    let before = tx.attempt_by_state(b"state").await?.expect("it was kept");
    tx.reseal_attempt(id, b"sealed again", Some(b"code again")).await?;
    tx.commit().await?;
    let after = StoredAttempt { sealed: b"sealed again".to_vec(), returned: Some(b"code again".to_vec()), ..before };
    assert_eq!(t.read().await?.attempt_by_state(b"state").await?, Some(after));
    assert_eq!(t.read().await?.attempt_by_state(b"other").await?, other);
    Ok(())
}

async fn sealing_again_does_not_revive_what_was_erased(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let id = tx.insert_attempt(&Attempt::of(&acme, "state").row()).await?;
    assert!(tx.begin_attempt(id, b"browser", at(1)).await?);
    // It returned after it had been read.
    assert!(tx.return_attempt(id, b"code", None, at(2)).await?);
    tx.reseal_attempt(id, b"again", None).await?;
    let kept = tx.attempt_by_state(b"state").await?.expect("it was kept");
    assert_eq!((kept.sealed, kept.returned), (b"again".to_vec(), Some(b"code".to_vec())));
    // It ended after it had been read.
    assert!(tx.end_attempt(id, AttemptStatus::Finished, None, None, at(3)).await?);
    tx.reseal_attempt(id, b"once more", Some(b"code")).await?;
    let kept = tx.attempt_by_state(b"state").await?.expect("it was kept");
    assert_eq!((kept.sealed, kept.returned), (b"once more".to_vec(), None));
    Ok(())
}

async fn expired_attempts_are_forgotten(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    for (state, seconds) in [("first", 10), ("second", 20), ("third", 30)] {
        tx.insert_attempt(&Attempt { expires_at: at(seconds), ..Attempt::of(&acme, state) }.row()).await?;
    }
    assert_eq!(tx.delete_attempts_before(at(10)).await?, 0);
    assert_eq!(tx.delete_attempts_before(at(30)).await?, 2);
    tx.commit().await?;
    let left = t.read().await?.attempts(acme.organization, 0, pages_of(5)).await?;
    assert_eq!(left.items.iter().map(|kept| kept.expires_at).collect::<Vec<_>>(), [at(30)]);
    Ok(())
}

async fn a_deletion_of_the_instance_forgets_its_attempts(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let gone = t.instance(&acme, &Draft::named("gone")).await?;
    let kept = t.instance(&acme, &Draft::named("kept")).await?;
    let mut tx = t.write().await?;
    for (state, instance) in [("gone", Some(gone)), ("kept", Some(kept)), ("free", None)] {
        tx.insert_attempt(&Attempt { instance, ..Attempt::of(&acme, state) }.row()).await?;
    }
    assert!(tx.delete_instance(gone, at(5)).await?);
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.attempt_by_state(b"gone").await?, None);
    assert!(tx.attempt_by_state(b"kept").await?.is_some());
    assert!(tx.attempt_by_state(b"free").await?.is_some());
    Ok(())
}
