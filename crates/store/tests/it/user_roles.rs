//! Roles of users, and who administers an organization.

use keyway_model::Role;

use crate::fixture::user;
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    roles_are_read_back_lowest_first,
    a_role_is_granted_once,
    a_role_is_taken_away_once,
    the_first_active_administrator_is_found,
    other_roles_do_not_make_an_administrator,
);

async fn roles_are_read_back_lowest_first(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    for role in [Role::OrganizationAdmin, Role::Default, Role::Organization, Role::AccountAdmin] {
        tx.grant_role(acme.user, role).await?;
    }
    tx.commit().await?;
    let mut tx = t.read().await?;
    let kept = tx.user(acme.organization, acme.user).await?.expect("it was kept");
    assert_eq!(kept.user.roles, Role::ALL);
    let by_email = tx.user_by_email("acme@example.com").await?.expect("it was kept");
    assert_eq!(by_email.user, kept.user);
    Ok(())
}

async fn a_role_is_granted_once(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    tx.grant_role(acme.user, Role::Organization).await?;
    tx.commit().await?;
    assert_conflict(t.write().await?.grant_role(acme.user, Role::Organization).await);
    let kept = t.read().await?.user(acme.organization, acme.user).await?.expect("it was kept");
    assert_eq!(kept.user.roles, [Role::Organization]);
    Ok(())
}

async fn a_role_is_taken_away_once(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let second = user(&mut tx, acme.organization, acme.account, "second@example.com").await?;
    for user in [acme.user, second] {
        tx.grant_role(user, Role::AccountAdmin).await?;
        tx.grant_role(user, Role::Organization).await?;
    }
    assert!(tx.revoke_role(acme.user, Role::AccountAdmin).await?);
    assert!(!tx.revoke_role(acme.user, Role::AccountAdmin).await?);
    assert!(!tx.revoke_role(acme.user, Role::Default).await?);
    tx.commit().await?;

    let mut tx = t.read().await?;
    let first = tx.user(acme.organization, acme.user).await?.expect("it was kept");
    assert_eq!(first.user.roles, [Role::Organization]);
    let second = tx.user(acme.organization, second).await?.expect("it was kept");
    assert_eq!(second.user.roles, [Role::AccountAdmin, Role::Organization]);
    Ok(())
}

async fn the_first_active_administrator_is_found(t: Test) -> Outcome {
    let other = t.tenant("other").await?;
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let second = user(&mut tx, acme.organization, acme.account, "second@example.com").await?;
    let third = user(&mut tx, acme.organization, acme.account, "third@example.com").await?;
    for user in [other.user, third, second] {
        tx.grant_role(user, Role::OrganizationAdmin).await?;
    }
    let found = tx.first_administrator(acme.organization).await?.expect("there are two");
    assert_eq!(found.user.id, second);
    assert_eq!(found.user.roles, [Role::OrganizationAdmin]);

    let mut inactive = found.user;
    inactive.active = false;
    tx.update_user(&inactive).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    let found = tx.first_administrator(acme.organization).await?;
    assert_eq!(found.map(|found| found.user.id), Some(third));
    let found = tx.first_administrator(other.organization).await?;
    assert_eq!(found.map(|found| found.user.id), Some(other.user));
    Ok(())
}

async fn other_roles_do_not_make_an_administrator(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    for role in [Role::Default, Role::AccountAdmin, Role::Organization] {
        tx.grant_role(acme.user, role).await?;
    }
    assert!(tx.first_administrator(acme.organization).await?.is_none());
    Ok(())
}
