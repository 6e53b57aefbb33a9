//! Sign-ins and their end.

use keyway_model::UserId;
use keyway_store::Error;

use crate::fixture::at;
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    a_sign_in_names_its_user_until_it_expires,
    a_sign_in_is_kept_once,
    a_sign_in_needs_its_user,
    expired_sign_ins_are_forgotten_and_counted,
);

async fn a_sign_in_names_its_user_until_it_expires(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    tx.insert_login(b"\x00hash\xff", acme.user, at(0), at(60)).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.login(b"\x00hash\xff", at(0)).await?, Some(acme.user));
    assert_eq!(tx.login(b"\x00hash\xff", at(59)).await?, Some(acme.user));
    assert_eq!(tx.login(b"\x00hash\xff", at(60)).await?, None);
    assert_eq!(tx.login(b"\x00hash", at(0)).await?, None);
    Ok(())
}

async fn a_sign_in_is_kept_once(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.write().await?;
    tx.insert_login(b"hash", acme.user, at(0), at(60)).await?;
    tx.commit().await?;
    assert_conflict(t.write().await?.insert_login(b"hash", other.user, at(0), at(60)).await);
    assert_eq!(t.read().await?.login(b"hash", at(1)).await?, Some(acme.user));
    Ok(())
}

async fn a_sign_in_needs_its_user(t: Test) -> Outcome {
    let refused = t.write().await?.insert_login(b"hash", UserId(4711), at(0), at(60)).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

async fn expired_sign_ins_are_forgotten_and_counted(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    for (hash, end) in [(b"one", 59), (b"two", 60), (b"six", 61)] {
        tx.insert_login(hash, acme.user, at(0), at(end)).await?;
    }
    assert_eq!(tx.delete_expired_logins(at(60)).await?, 2);
    assert_eq!(tx.delete_expired_logins(at(60)).await?, 0);
    tx.commit().await?;

    let mut tx = t.read().await?;
    assert_eq!(tx.login(b"one", at(0)).await?, None);
    assert_eq!(tx.login(b"two", at(0)).await?, None);
    assert_eq!(tx.login(b"six", at(60)).await?, Some(acme.user));
    Ok(())
}
