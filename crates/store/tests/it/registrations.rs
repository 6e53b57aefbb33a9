//! Registrations as a client: whose they are, which are offered, and that nobody overwrites another's change.

use keyway_model::{AccountId, RegistrationId};
use keyway_store::{Error, NewGrant, RegistrationFilter, StoredRegistration};

use crate::connecting::{Attempt, Registration, grant};
use crate::fixture::{Draft, at, connector, ids, pages_of, texts};
use crate::harness::{Outcome, Test, assert_conflict};
use crate::neighbourhood::neighbourhood;

on_both!(
    a_registration_is_read_back_as_it_was_kept,
    a_name_is_free_on_every_level_and_for_every_connector,
    an_account_needs_its_organization,
    registrations_are_listed_by_whose_they_are,
    registrations_are_listed_page_by_page,
    the_nearest_registration_is_offered_first,
    a_registration_changes_by_version,
    a_change_to_a_taken_name_is_a_conflict,
    a_registration_is_deleted_once_and_with_its_attempts,
    a_registration_that_a_grant_depends_on_stays,
    a_registration_is_sealed_again_unless_it_has_changed,
);

async fn a_registration_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let draft = Registration {
        name: "Größe".to_owned(),
        sealed: b"\x00sealed\xff".to_vec(),
        callback_urls: texts(&["https://app.example.com/\"back\"", "http://localhost:8080/ü"]),
        ..Registration::of(&acme)
    };
    let id = t.registration(&draft).await?;
    let kept = StoredRegistration {
        id,
        uuid: draft.uuid,
        organization: Some(acme.organization),
        account: Some(acme.account),
        connector: connector("closeio"),
        name: "Größe".to_owned(),
        sealed: b"\x00sealed\xff".to_vec(),
        callback_urls: draft.callback_urls,
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    };
    let mut tx = t.read().await?;
    assert_eq!(tx.registration(id).await?, Some(kept));
    assert_eq!(tx.registration(RegistrationId(4711)).await?, None);
    Ok(())
}

async fn a_name_is_free_on_every_level_and_for_every_connector(t: Test) -> Outcome {
    let (acme, other) = (t.tenant("acme").await?, t.tenant("other").await?);
    let levels = [
        Registration::of(&acme),
        Registration::of(&acme).of_the_organization(),
        Registration::of(&acme).of_the_server(),
        Registration::of(&other),
        Registration { connector: connector("stripe"), ..Registration::of(&acme) },
        Registration { name: "second".to_owned(), ..Registration::of(&acme) },
    ];
    for level in &levels {
        t.registration(level).await?;
    }
    for level in levels {
        assert_conflict(t.registration(&level.again()).await);
    }
    Ok(())
}

async fn an_account_needs_its_organization(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let refused = t.registration(&Registration { organization: None, ..Registration::of(&acme) }).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    let refused = t.registration(&Registration { account: Some(AccountId(4711)), ..Registration::of(&acme) }).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

async fn registrations_are_listed_by_whose_they_are(t: Test) -> Outcome {
    let all = neighbourhood(&t).await?;
    let server = t.registration(&Registration::of(&all.acme).of_the_server()).await?;
    let organization = t.registration(&Registration::of(&all.acme).of_the_organization()).await?;
    let account = t.registration(&Registration::of(&all.acme)).await?;
    let branch = t.registration(&Registration::of(&all.branch)).await?;
    let other = t.registration(&Registration::of(&all.other)).await?;
    let (mine, theirs) = (Some(all.acme.organization), Some(all.other.organization));
    let mut tx = t.read().await?;
    for (organization_asked, account_asked, expected) in [
        (None, None, vec![server]),
        (mine, None, vec![organization, account, branch]),
        (mine, Some(all.acme.account), vec![account]),
        (mine, Some(all.other.account), vec![]),
        (theirs, None, vec![other]),
    ] {
        let filter = RegistrationFilter { organization: organization_asked, account: account_asked };
        let listed = tx.registrations(filter, 0, pages_of(10)).await?;
        assert_eq!(ids(listed, |kept| kept.id), (expected, false), "{filter:?}");
    }
    Ok(())
}

async fn registrations_are_listed_page_by_page(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut kept = Vec::new();
    for name in ["z", "a", "m"] {
        kept.push(t.registration(&Registration { name: name.to_owned(), ..Registration::of(&acme) }).await?);
    }
    let filter = RegistrationFilter { organization: Some(acme.organization), account: None };
    let mut tx = t.read().await?;
    let page = tx.registrations(filter, 0, pages_of(2)).await?;
    assert_eq!(ids(page, |kept| kept.id), (vec![kept[0], kept[1]], true));
    let page = tx.registrations(filter, kept[1].0, pages_of(2)).await?;
    assert_eq!(ids(page, |kept| kept.id), (vec![kept[2]], false));
    Ok(())
}

async fn the_nearest_registration_is_offered_first(t: Test) -> Outcome {
    let all = neighbourhood(&t).await?;
    let named = |name: &str, level: Registration| Registration { name: name.to_owned(), ..level };
    let server = t.registration(&Registration::of(&all.acme).of_the_server()).await?;
    let organization = t.registration(&Registration::of(&all.acme).of_the_organization()).await?;
    let second = t.registration(&named("b", Registration::of(&all.acme))).await?;
    let third = t.registration(&named("a", Registration::of(&all.acme))).await?;
    let first = t.registration(&Registration::of(&all.acme)).await?;
    let branch = t.registration(&Registration::of(&all.branch)).await?;
    t.registration(&Registration::of(&all.other)).await?;
    let stripe = Registration { connector: connector("stripe"), ..Registration::of(&all.acme).of_the_organization() };
    let stripe = t.registration(&stripe).await?;
    let mut tx = t.read().await?;
    for (key, account, expected) in [
        ("closeio", all.acme.account, vec![first, second, third, organization, server]),
        ("closeio", all.branch.account, vec![branch, organization, server]),
        ("stripe", all.acme.account, vec![stripe]),
        ("hubspot", all.acme.account, vec![]),
    ] {
        let offered = tx.registrations_for(&connector(key), all.acme.organization, account).await?;
        assert_eq!(offered.into_iter().map(|kept| kept.id).collect::<Vec<_>>(), expected, "{key} {account}");
    }
    Ok(())
}

async fn a_registration_changes_by_version(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.registration(&Registration::of(&acme)).await?;
    let other = t.registration(&Registration::of(&acme).of_the_organization()).await?;
    let (before, other_before) = (t.read().await?.registration(id).await?, t.read().await?.registration(other).await?);
    let mut changed = before.expect("it was kept");
    changed.name = "renamed".into();
    changed.sealed = b"new".to_vec();
    changed.callback_urls = texts(&["https://example.com"]);
    changed.updated_at = at(5);
    let mut tx = t.write().await?;
    assert!(tx.update_registration(&changed).await?);
    assert!(!tx.update_registration(&changed).await?);
    tx.commit().await?;
    changed.version = 2;
    assert_eq!(t.read().await?.registration(id).await?, Some(changed));
    assert_eq!(t.read().await?.registration(other).await?, other_before);
    Ok(())
}

async fn a_change_to_a_taken_name_is_a_conflict(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.registration(&Registration { name: "taken".to_owned(), ..Registration::of(&acme) }).await?;
    let id = t.registration(&Registration::of(&acme)).await?;
    let mut changed = t.read().await?.registration(id).await?.expect("it was kept");
    changed.name = "taken".into();
    assert_conflict(t.write().await?.update_registration(&changed).await);
    Ok(())
}

async fn a_registration_is_deleted_once_and_with_its_attempts(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.registration(&Registration::of(&acme)).await?;
    let other = t.registration(&Registration::of(&acme).of_the_organization()).await?;
    let mut tx = t.write().await?;
    for (state, registration) in [("gone", Some(id)), ("kept", Some(other)), ("free", None)] {
        tx.insert_attempt(&Attempt { registration, ..Attempt::of(&acme, state) }.row()).await?;
    }
    assert!(tx.delete_registration(id).await?);
    assert!(!tx.delete_registration(id).await?);
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.registration(id).await?, None);
    assert!(tx.registration(other).await?.is_some());
    assert_eq!(tx.attempt_by_state(b"gone").await?, None);
    assert!(tx.attempt_by_state(b"kept").await?.is_some());
    assert!(tx.attempt_by_state(b"free").await?.is_some());
    Ok(())
}

async fn a_registration_that_a_grant_depends_on_stays(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.registration(&Registration::of(&acme)).await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    t.grant(instance, &NewGrant { registration: Some(id), ..grant(b"tokens") }).await?;
    let mut tx = t.write().await?;
    assert!(!tx.delete_registration(id).await?);
    assert!(tx.registration(id).await?.is_some());
    assert!(tx.delete_grant(instance).await?);
    assert!(tx.delete_registration(id).await?);
    tx.commit().await?;
    Ok(())
}

async fn a_registration_is_sealed_again_unless_it_has_changed(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.registration(&Registration::of(&acme)).await?;
    let mut kept = t.read().await?.registration(id).await?.expect("it was kept");
    let mut tx = t.write().await?;
    assert!(tx.reseal_registration(id, 1, b"again").await?);
    kept.sealed = b"again".to_vec();
    assert_eq!(tx.registration(id).await?, Some(kept.clone()));
    kept.sealed = b"changed".to_vec();
    assert!(tx.update_registration(&kept).await?);
    assert!(!tx.reseal_registration(id, 1, b"late").await?);
    assert_eq!(tx.registration(id).await?.map(|kept| kept.sealed), Some(b"changed".to_vec()));
    tx.commit().await?;
    Ok(())
}
