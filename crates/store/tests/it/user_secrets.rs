//! What proves that a caller is a user: secrets and passwords.

use crate::fixture::{Tenant, at, user};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    a_secret_opens_its_user_until_it_is_replaced,
    the_secret_of_an_inactive_user_opens_nothing,
    the_secret_of_a_user_of_an_inactive_account_opens_nothing,
    a_secret_belongs_to_one_user,
    a_new_password_ends_the_sign_ins_of_its_user_only,
);

async fn opened_by(t: &Test, hash: &[u8]) -> Outcome<Option<keyway_model::UserId>> {
    Ok(t.read().await?.user_by_secret(hash).await?.map(|found| found.user.id))
}

async fn a_secret_opens_its_user_until_it_is_replaced(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    assert_eq!(opened_by(&t, b"hash of user acme@example.com").await?, Some(acme.user));

    let mut tx = t.write().await?;
    tx.set_user_secret(acme.user, b"\x00new\xff", b"new hash").await?;
    tx.commit().await?;
    assert_eq!(opened_by(&t, b"hash of user acme@example.com").await?, None);
    assert_eq!(opened_by(&t, b"new hash").await?, Some(acme.user));
    assert_eq!(opened_by(&t, b"hash of user other@example.com").await?, Some(other.user));
    assert_eq!(opened_by(&t, b"").await?, None);
    let kept = t.read().await?.user(acme.organization, acme.user).await?.expect("it stays");
    assert_eq!(kept.secret_sealed, b"\x00new\xff");
    Ok(())
}

async fn the_secret_of_an_inactive_user_opens_nothing(t: Test) -> Outcome {
    let Tenant { organization, user, .. } = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let mut inactive = tx.user(organization, user).await?.expect("it was kept").user;
    inactive.active = false;
    tx.update_user(&inactive).await?;
    tx.commit().await?;
    assert_eq!(opened_by(&t, b"hash of user acme@example.com").await?, None);
    Ok(())
}

async fn the_secret_of_a_user_of_an_inactive_account_opens_nothing(t: Test) -> Outcome {
    let Tenant { organization, account, .. } = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.write().await?;
    let mut inactive = tx.account(organization, account).await?.expect("it was kept");
    inactive.active = false;
    tx.update_account(&inactive).await?;
    tx.commit().await?;
    assert_eq!(opened_by(&t, b"hash of user acme@example.com").await?, None);
    assert_eq!(opened_by(&t, b"hash of user other@example.com").await?, Some(other.user));
    Ok(())
}

async fn a_secret_belongs_to_one_user(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.tenant("other").await?;
    let taken = b"hash of user other@example.com";
    assert_conflict(t.write().await?.set_user_secret(acme.user, b"sealed", taken).await);
    Ok(())
}

async fn a_new_password_ends_the_sign_ins_of_its_user_only(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let second = user(&mut tx, acme.organization, acme.account, "second@example.com").await?;
    tx.insert_login(b"first", acme.user, at(0), at(60)).await?;
    tx.insert_login(b"also first", acme.user, at(0), at(60)).await?;
    tx.insert_login(b"second", second, at(0), at(60)).await?;
    tx.set_password(acme.user, "$argon2id$new").await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    let first_user = tx.user(acme.organization, acme.user).await?.expect("it stays");
    assert_eq!(first_user.password_hash.as_deref(), Some("$argon2id$new"));
    let second_user = tx.user(acme.organization, second).await?.expect("it stays");
    assert_eq!(second_user.password_hash, None);
    assert_eq!(tx.login(b"first", at(1)).await?, None);
    assert_eq!(tx.login(b"also first", at(1)).await?, None);
    assert_eq!(tx.login(b"second", at(1)).await?, Some(second));
    Ok(())
}
