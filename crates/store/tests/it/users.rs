//! Users: what is kept of them, how they are found, and what is unique.

use std::collections::BTreeMap;

use keyway_model::{AccountId, User, UserId};
use keyway_store::{Error, NewUser};

use crate::fixture::{at, fresh_uuid, of_account, pages_of, user};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    a_user_is_read_back_as_it_was_kept,
    a_user_may_have_nothing_optional,
    a_user_of_another_organization_is_not_found,
    a_user_is_found_by_its_email_from_everywhere,
    an_email_is_taken_once_on_the_server,
    uuid_and_secret_of_a_user_are_unique,
    a_user_needs_its_account,
    a_user_changes_its_members_and_neither_roles_nor_secrets,
);

async fn a_user_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let profile =
        BTreeMap::from([("city".to_owned(), "Zürich \"HB\"".to_owned()), ("phone".to_owned(), String::new())]);
    let uuid = fresh_uuid();
    let new = NewUser {
        uuid,
        organization: acme.organization,
        account: acme.account,
        email: "grace@example.com",
        first_name: "Grace",
        last_name: "O'Hopper",
        external_id: Some("ext"),
        profile: &profile,
        password_hash: Some("$argon2id$…"),
        secret_sealed: b"\x00sealed\xff",
        secret_hash: b"\x00hash\xff",
        created_at: at(3),
    };
    let mut tx = t.write().await?;
    let id = tx.insert_user(&new).await?;
    tx.commit().await?;

    let kept = t.read().await?.user(acme.organization, id).await?.expect("it was kept");
    let expected = User {
        id,
        organization: acme.organization,
        account: acme.account,
        email: "grace@example.com".to_owned(),
        first_name: "Grace".to_owned(),
        last_name: "O'Hopper".to_owned(),
        external_id: Some("ext".to_owned()),
        profile,
        active: true,
        roles: vec![],
        created_at: at(3),
        last_login_at: None,
    };
    assert_eq!(kept.user, expected);
    assert_eq!(kept.uuid, uuid);
    assert_eq!(kept.password_hash.as_deref(), Some("$argon2id$…"));
    assert_eq!(kept.secret_sealed, b"\x00sealed\xff");
    Ok(())
}

async fn a_user_may_have_nothing_optional(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let kept = t.read().await?.user(acme.organization, acme.user).await?.expect("it was kept");
    assert_eq!(kept.user.external_id, None);
    assert_eq!(kept.user.last_login_at, None);
    assert_eq!(kept.user.profile, BTreeMap::new());
    assert_eq!(kept.password_hash, None);
    Ok(())
}

async fn a_user_of_another_organization_is_not_found(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.read().await?;
    assert!(tx.user(acme.organization, acme.user).await?.is_some());
    assert!(tx.user(other.organization, acme.user).await?.is_none());
    assert!(tx.user(acme.organization, UserId(4711)).await?.is_none());
    let narrowed = tx.users(other.organization, &of_account(acme.account, true), 0, pages_of(10)).await?;
    assert_eq!(narrowed.items, []);
    Ok(())
}

async fn a_user_is_found_by_its_email_from_everywhere(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.read().await?;
    let found = |user: Option<keyway_store::StoredUser>| user.map(|found| (found.user.organization, found.user.id));
    assert_eq!(found(tx.user_by_email("acme@example.com").await?), Some((acme.organization, acme.user)));
    assert_eq!(found(tx.user_by_email("other@example.com").await?), Some((other.organization, other.user)));
    for unknown in ["ACME@example.com", "acme@example.co_", "%", ""] {
        assert_eq!(found(tx.user_by_email(unknown).await?), None, "{unknown}");
    }
    Ok(())
}

async fn an_email_is_taken_once_on_the_server(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    assert_conflict(user(&mut t.write().await?, other.organization, other.account, "acme@example.com").await);

    let mut taken = t.read().await?.user(other.organization, other.user).await?.expect("it was kept").user;
    taken.email = "acme@example.com".into();
    assert_conflict(t.write().await?.update_user(&taken).await);
    let found = t.read().await?.user_by_email("acme@example.com").await?;
    assert_eq!(found.map(|found| found.user.id), Some(acme.user));
    Ok(())
}

async fn uuid_and_secret_of_a_user_are_unique(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let kept = t.read().await?.user(acme.organization, acme.user).await?.expect("it was kept");
    let new = NewUser {
        uuid: kept.uuid,
        organization: acme.organization,
        account: acme.account,
        email: "new@example.com",
        first_name: "",
        last_name: "",
        external_id: None,
        profile: &BTreeMap::new(),
        password_hash: None,
        secret_sealed: b"",
        secret_hash: b"a hash of its own",
        created_at: at(0),
    };
    assert_conflict(t.write().await?.insert_user(&new).await);
    let same_secret = NewUser { uuid: fresh_uuid(), secret_hash: b"hash of user acme@example.com", ..new };
    assert_conflict(t.write().await?.insert_user(&same_secret).await);
    Ok(())
}

async fn a_user_needs_its_account(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let refused = user(&mut t.write().await?, acme.organization, AccountId(4711), "new@example.com").await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

async fn a_user_changes_its_members_and_neither_roles_nor_secrets(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let mut changed = tx.user(acme.organization, acme.user).await?.expect("it was kept");
    let untouched = user(&mut tx, acme.organization, acme.account, "second@example.com").await?;
    changed.user.email = "new@example.com".into();
    changed.user.first_name = "New".into();
    changed.user.last_name = "Name".into();
    changed.user.external_id = Some("new-ext".into());
    changed.user.profile = BTreeMap::from([("zip".to_owned(), "8000".to_owned())]);
    changed.user.active = false;
    changed.user.last_login_at = Some(at(9));
    tx.update_user(&changed.user).await?;
    tx.commit().await?;

    let mut tx = t.write().await?;
    let kept = tx.user(acme.organization, acme.user).await?.expect("it stays");
    assert_eq!(kept.user, changed.user);
    assert_eq!((kept.uuid, kept.secret_sealed), (changed.uuid, changed.secret_sealed));
    let second = tx.user(acme.organization, untouched).await?.expect("it stays");
    assert_eq!((second.user.email.as_str(), second.user.active), ("second@example.com", true));

    changed.user.external_id = None;
    changed.user.last_login_at = None;
    tx.update_user(&changed.user).await?;
    let kept = tx.user(acme.organization, acme.user).await?.expect("it stays");
    assert_eq!(kept.user, changed.user);
    Ok(())
}
