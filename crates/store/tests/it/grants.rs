//! Grants as they are kept, replaced and forgotten.

use keyway_model::{InstanceId, RegistrationId};
use keyway_store::{Error, NewGrant, ResealedGrant, StoredGrant};
use uuid::Uuid;

use crate::connecting::{Registration, grant};
use crate::fixture::{Draft, at};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    a_grant_is_read_back_as_it_was_kept,
    a_grant_may_hold_nothing_but_tokens,
    an_instance_has_one_grant,
    a_grant_needs_a_live_instance,
    a_grant_needs_its_registration,
    a_replaced_grant_begins_anew,
    only_a_grant_that_is_there_is_replaced,
    a_grant_is_forgotten_once_and_alone,
    a_deletion_of_the_instance_erases_the_grant,
    a_grant_is_sealed_again_and_stays_the_same_grant,
);

async fn a_grant_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let registration = t.registration(&Registration::of(&acme)).await?;
    let new = NewGrant {
        sealed: b"\x00tokens\xff",
        subject: Some(b"subject"),
        registration: Some(registration),
        renew_at: Some(at(30)),
        expires_at: Some(at(60)),
        refresh_expires_at: Some(at(90)),
    };
    let mut tx = t.write().await?;
    tx.insert_grant(instance, &new, at(5)).await?;
    tx.commit().await?;
    let kept = StoredGrant {
        instance,
        version: at(5).as_millis(),
        sealed: b"\x00tokens\xff".to_vec(),
        subject: Some(b"subject".to_vec()),
        registration: Some(registration),
        renew_at: Some(at(30)),
        expires_at: Some(at(60)),
        refresh_expires_at: Some(at(90)),
        failures: 0,
        retry_at: None,
        holder: None,
        attempt_at: None,
        answer: None,
        created_at: at(5),
        updated_at: at(5),
    };
    assert_eq!(t.read().await?.grant(instance).await?, Some(kept));
    Ok(())
}

async fn a_grant_may_hold_nothing_but_tokens(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    assert_eq!(t.read().await?.grant(instance).await?, None);
    t.grant(instance, &grant(b"tokens")).await?;
    let kept = t.read().await?.grant(instance).await?.expect("it was kept");
    assert_eq!((kept.sealed, kept.subject, kept.registration), (b"tokens".to_vec(), None, None));
    assert_eq!((kept.renew_at, kept.expires_at, kept.refresh_expires_at), (None, None, None));
    Ok(())
}

async fn an_instance_has_one_grant(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let first = t.instance(&acme, &Draft::named("first")).await?;
    let second = t.instance(&acme, &Draft::named("second")).await?;
    t.grant(first, &grant(b"first")).await?;
    assert_conflict(t.grant(first, &grant(b"again")).await);
    t.grant(second, &grant(b"second")).await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.grant(first).await?.map(|kept| kept.sealed), Some(b"first".to_vec()));
    assert_eq!(tx.grant(second).await?.map(|kept| kept.sealed), Some(b"second".to_vec()));
    Ok(())
}

async fn a_grant_needs_a_live_instance(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let gone = t.instance(&acme, &Draft::named("gone")).await?;
    let mut tx = t.write().await?;
    assert!(tx.delete_instance(gone, at(1)).await?);
    tx.commit().await?;
    for nobody in [gone, InstanceId(4711)] {
        assert!(!t.grant(nobody, &grant(b"tokens")).await?);
        assert_eq!(t.read().await?.grant(nobody).await?, None);
    }
    Ok(())
}

async fn a_grant_needs_its_registration(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let unknown = NewGrant { registration: Some(RegistrationId(4711)), ..grant(b"tokens") };
    let refused = t.grant(instance, &unknown).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

async fn a_replaced_grant_begins_anew(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let registration = t.registration(&Registration::of(&acme)).await?;
    let first = NewGrant { subject: Some(b"old"), renew_at: Some(at(30)), expires_at: Some(at(60)), ..grant(b"old") };
    t.grant(instance, &first).await?;
    let mut tx = t.write().await?;
    let version = at(0).as_millis();
    let lease = tx.begin_renewal(instance, version, Uuid::nil(), at(1), at(61)).await?.expect("nobody holds it");
    assert!(tx.keep_answer(instance, lease.fence, b"answer").await?);
    let second = NewGrant { registration: Some(registration), refresh_expires_at: Some(at(900)), ..grant(b"new") };
    assert!(tx.replace_grant(instance, &second, at(5)).await?);
    tx.commit().await?;

    let kept = StoredGrant {
        instance,
        version: version + 1,
        sealed: b"new".to_vec(),
        subject: None,
        registration: Some(registration),
        renew_at: None,
        expires_at: None,
        refresh_expires_at: Some(at(900)),
        failures: 0,
        retry_at: None,
        holder: None,
        attempt_at: None,
        answer: None,
        created_at: at(0),
        updated_at: at(5),
    };
    assert_eq!(t.read().await?.grant(instance).await?, Some(kept));
    Ok(())
}

async fn only_a_grant_that_is_there_is_replaced(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let other = t.instance(&acme, &Draft::named("other")).await?;
    t.grant(other, &grant(b"other")).await?;
    let before = t.read().await?.grant(other).await?;
    let mut tx = t.write().await?;
    assert!(!tx.replace_grant(instance, &grant(b"new"), at(5)).await?);
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.grant(instance).await?, None);
    assert_eq!(tx.grant(other).await?, before);
    Ok(())
}

async fn a_grant_is_forgotten_once_and_alone(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let other = t.instance(&acme, &Draft::named("other")).await?;
    t.grant(instance, &grant(b"gone")).await?;
    t.grant(other, &grant(b"kept")).await?;
    let mut tx = t.write().await?;
    assert!(tx.delete_grant(instance).await?);
    assert!(!tx.delete_grant(instance).await?);
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.grant(instance).await?, None);
    assert!(tx.grant(other).await?.is_some());
    assert!(tx.instance(acme.organization, instance).await?.is_some());
    Ok(())
}

async fn a_deletion_of_the_instance_erases_the_grant(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let other = t.instance(&acme, &Draft::named("other")).await?;
    t.grant(instance, &grant(b"gone")).await?;
    t.grant(other, &grant(b"kept")).await?;
    let mut tx = t.write().await?;
    assert!(tx.delete_instance(instance, at(5)).await?);
    tx.commit().await?;
    assert_eq!(t.read().await?.grant(instance).await?, None);
    assert!(t.read().await?.grant(other).await?.is_some());
    Ok(())
}

async fn a_grant_is_sealed_again_and_stays_the_same_grant(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let other = t.instance(&acme, &Draft::named("other")).await?;
    t.grant(instance, &NewGrant { subject: Some(b"subject"), ..grant(b"tokens") }).await?;
    t.grant(other, &grant(b"other")).await?;
    let mut tx = t.write().await?;
    let version = at(0).as_millis();
    let lease = tx.begin_renewal(instance, version, Uuid::nil(), at(1), at(61)).await?.expect("nobody holds it");
    assert!(tx.keep_answer(instance, lease.fence, b"answer").await?);
    tx.commit().await?;
    let (before, other_before) = (t.read().await?.grant(instance).await?, t.read().await?.grant(other).await?);

    let mut tx = t.write().await?;
    assert!(tx.lock_grant(instance).await?);
    assert!(!tx.lock_grant(InstanceId(4711)).await?);
    let parts =
        ResealedGrant { sealed: b"tokens again", subject: Some(b"subject again"), answer: Some(b"answer again") };
    tx.reseal_grant(instance, &parts).await?;
    tx.commit().await?;
    let after = StoredGrant {
        sealed: b"tokens again".to_vec(),
        subject: Some(b"subject again".to_vec()),
        answer: Some(b"answer again".to_vec()),
        ..before.expect("it was kept")
    };
    assert_eq!(t.read().await?.grant(instance).await?, Some(after));
    assert_eq!(t.read().await?.grant(other).await?, other_before);
    Ok(())
}
