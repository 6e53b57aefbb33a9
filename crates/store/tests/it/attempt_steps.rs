//! The steps of an attempt to connect: each in its turn, once, and in time.

use keyway_model::{AttemptId, AttemptStatus};
use keyway_store::StoredAttempt;

use crate::connecting::Attempt;
use crate::fixture::{Draft, at};
use crate::harness::{Outcome, Test};

on_both!(
    an_attempt_takes_its_steps_in_order,
    only_the_same_browser_begins_again,
    no_step_is_taken_twice_or_out_of_turn,
    no_step_is_taken_after_the_time,
    a_refusal_is_kept_in_words,
    an_attempt_ends_once,
    a_step_is_about_one_attempt,
);

async fn keep(t: &Test, state: &str) -> Outcome<AttemptId> {
    let acme = t.tenant(state).await?;
    let mut tx = t.write().await?;
    let id = tx.insert_attempt(&Attempt::of(&acme, state).row()).await?;
    tx.commit().await?;
    Ok(id)
}

async fn read(t: &Test, state: &str) -> Outcome<StoredAttempt> {
    Ok(t.read().await?.attempt_by_state(state.as_bytes()).await?.expect("it was kept"))
}

async fn an_attempt_takes_its_steps_in_order(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let id = keep(&t, "state").await?;
    let mut tx = t.write().await?;
    assert!(tx.begin_attempt(id, b"\x00browser\xff", at(1)).await?);
    tx.commit().await?;
    let kept = read(&t, "state").await?;
    assert_eq!((kept.status, kept.updated_at), (AttemptStatus::Begun, at(1)));
    assert_eq!(kept.browser_hash.as_deref(), Some(b"\x00browser\xff".as_slice()));

    let mut tx = t.write().await?;
    assert!(tx.return_attempt(id, b"\x00code\xff", None, at(2)).await?);
    tx.commit().await?;
    let kept = read(&t, "state").await?;
    assert_eq!((kept.status, kept.updated_at, kept.outcome), (AttemptStatus::Returned, at(2), None));
    assert_eq!(kept.returned.as_deref(), Some(b"\x00code\xff".as_slice()));

    let mut tx = t.write().await?;
    assert!(tx.claim_attempt(id, at(3)).await?);
    tx.commit().await?;
    let kept = read(&t, "state").await?;
    assert_eq!((kept.status, kept.updated_at), (AttemptStatus::Exchanging, at(3)));
    assert!(kept.returned.is_some());

    let mut tx = t.write().await?;
    assert!(tx.end_attempt(id, AttemptStatus::Finished, Some("connected"), Some(instance), at(4)).await?);
    tx.commit().await?;
    let kept = read(&t, "state").await?;
    assert_eq!((kept.status, kept.updated_at), (AttemptStatus::Finished, at(4)));
    assert_eq!((kept.outcome.as_deref(), kept.instance, kept.returned), (Some("connected"), Some(instance), None));
    Ok(())
}

async fn only_the_same_browser_begins_again(t: Test) -> Outcome {
    let id = keep(&t, "state").await?;
    let mut tx = t.write().await?;
    assert!(tx.begin_attempt(id, b"browser", at(1)).await?);
    assert!(!tx.begin_attempt(id, b"another", at(2)).await?);
    assert!(tx.begin_attempt(id, b"browser", at(3)).await?);
    tx.commit().await?;
    let kept = read(&t, "state").await?;
    assert_eq!((kept.browser_hash.as_deref(), kept.updated_at), (Some(b"browser".as_slice()), at(3)));
    Ok(())
}

async fn no_step_is_taken_twice_or_out_of_turn(t: Test) -> Outcome {
    let id = keep(&t, "state").await?;
    let mut tx = t.write().await?;
    assert!(!tx.return_attempt(id, b"code", None, at(1)).await?);
    assert!(!tx.claim_attempt(id, at(1)).await?);
    assert!(tx.begin_attempt(id, b"browser", at(1)).await?);
    assert!(!tx.claim_attempt(id, at(2)).await?);
    assert!(tx.return_attempt(id, b"code", None, at(2)).await?);
    assert!(!tx.begin_attempt(id, b"browser", at(3)).await?);
    assert!(!tx.return_attempt(id, b"injected", None, at(3)).await?);
    assert_eq!(tx.attempt_by_state(b"state").await?.and_then(|kept| kept.returned), Some(b"code".to_vec()));
    assert!(tx.claim_attempt(id, at(3)).await?);
    assert!(!tx.claim_attempt(id, at(4)).await?);
    assert!(!tx.begin_attempt(id, b"browser", at(4)).await?);
    assert!(!tx.return_attempt(id, b"injected", None, at(4)).await?);
    tx.commit().await?;
    Ok(())
}

async fn no_step_is_taken_after_the_time(t: Test) -> Outcome {
    let id = keep(&t, "state").await?;
    let mut tx = t.write().await?;
    assert!(!tx.begin_attempt(id, b"browser", at(600)).await?);
    assert!(tx.begin_attempt(id, b"browser", at(599)).await?);
    assert!(!tx.begin_attempt(id, b"browser", at(600)).await?);
    assert!(!tx.return_attempt(id, b"code", None, at(600)).await?);
    assert!(tx.return_attempt(id, b"code", None, at(599)).await?);
    assert!(!tx.claim_attempt(id, at(600)).await?);
    // An end may be noted at any time.
    assert!(tx.end_attempt(id, AttemptStatus::Failed, Some("too late"), None, at(601)).await?);
    tx.commit().await?;
    Ok(())
}

async fn a_refusal_is_kept_in_words(t: Test) -> Outcome {
    let id = keep(&t, "state").await?;
    let mut tx = t.write().await?;
    assert!(tx.begin_attempt(id, b"browser", at(1)).await?);
    assert!(tx.return_attempt(id, b"error", Some("the person said no"), at(2)).await?);
    let kept = tx.attempt_by_state(b"state").await?.expect("it was kept");
    assert_eq!((kept.status, kept.outcome.as_deref()), (AttemptStatus::Returned, Some("the person said no")));
    assert!(tx.end_attempt(id, AttemptStatus::Denied, Some("denied: größe"), None, at(3)).await?);
    tx.commit().await?;
    let kept = read(&t, "state").await?;
    assert_eq!((kept.status, kept.outcome.as_deref()), (AttemptStatus::Denied, Some("denied: größe")));
    Ok(())
}

async fn an_attempt_ends_once(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let ends = [AttemptStatus::Finished, AttemptStatus::Denied, AttemptStatus::Failed];
    for (number, end) in (0..).zip(ends) {
        let state = format!("state{number}");
        let mut tx = t.write().await?;
        let attempt = Attempt { instance: Some(instance), ..Attempt::of(&acme, &state) };
        let id = tx.insert_attempt(&attempt.row()).await?;
        assert!(tx.end_attempt(id, end, None, None, at(1)).await?);
        for again in ends {
            assert!(!tx.end_attempt(id, again, Some("again"), None, at(2)).await?);
        }
        assert!(!tx.begin_attempt(id, b"browser", at(2)).await?);
        tx.commit().await?;
        let kept = read(&t, &state).await?;
        // The instance it was made for stays noted.
        assert_eq!((kept.status, kept.outcome, kept.instance), (end, None, Some(instance)));
    }
    Ok(())
}

async fn a_step_is_about_one_attempt(t: Test) -> Outcome {
    let id = keep(&t, "state").await?;
    keep(&t, "other").await?;
    let before = read(&t, "other").await?;
    let nobody = AttemptId(4711);
    let mut tx = t.write().await?;
    assert!(!tx.begin_attempt(nobody, b"browser", at(1)).await?);
    assert!(tx.begin_attempt(id, b"browser", at(1)).await?);
    assert!(!tx.return_attempt(nobody, b"code", None, at(2)).await?);
    assert!(tx.return_attempt(id, b"code", None, at(2)).await?);
    assert!(!tx.claim_attempt(nobody, at(3)).await?);
    assert!(tx.claim_attempt(id, at(3)).await?);
    assert!(!tx.end_attempt(nobody, AttemptStatus::Failed, None, None, at(4)).await?);
    assert!(tx.end_attempt(id, AttemptStatus::Failed, None, None, at(4)).await?);
    tx.commit().await?;
    assert_eq!(read(&t, "other").await?, before);
    Ok(())
}
