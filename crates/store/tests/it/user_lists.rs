//! Lists of users.

use keyway_store::Selection;

use crate::fixture::{account, ids, of_account, pages_of, user};
use crate::harness::{Outcome, Test};

on_both!(users_are_listed_by_id_and_inactive_ones_on_request, users_are_paged_without_loss_or_repetition,);

async fn users_are_listed_by_id_and_inactive_ones_on_request(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.tenant("other").await?;
    let mut tx = t.write().await?;
    let second_account = account(&mut tx, acme.organization, "second").await?;
    let second = user(&mut tx, acme.organization, second_account, "b@example.com").await?;
    let third = user(&mut tx, acme.organization, acme.account, "a@example.com").await?;
    let mut inactive = tx.user(acme.organization, third).await?.expect("it was kept").user;
    inactive.active = false;
    tx.update_user(&inactive).await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    let active = tx.users(acme.organization, &Selection::default(), 0, pages_of(10)).await?;
    assert_eq!(ids(active, |user| user.id), (vec![acme.user, second], false));
    let all = tx.users(acme.organization, &Selection::everything(), 0, pages_of(10)).await?;
    assert_eq!(ids(all, |user| user.id), (vec![acme.user, second, third], false));
    let of_first = tx.users(acme.organization, &of_account(acme.account, true), 0, pages_of(10)).await?;
    assert_eq!(ids(of_first, |user| user.id), (vec![acme.user, third], false));
    let of_second = tx.users(acme.organization, &of_account(second_account, false), 0, pages_of(10)).await?;
    assert_eq!(ids(of_second, |user| user.id), (vec![second], false));
    Ok(())
}

async fn users_are_paged_without_loss_or_repetition(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut kept = vec![acme.user];
    let mut tx = t.write().await?;
    for number in 0..6 {
        kept.push(user(&mut tx, acme.organization, acme.account, &format!("{number}@acme.com")).await?);
        user(&mut tx, other.organization, other.account, &format!("{number}@other.com")).await?;
    }
    tx.commit().await?;

    let mut tx = t.read().await?;
    let (mut seen, mut sizes, mut after) = (Vec::new(), Vec::new(), 0);
    loop {
        let page = tx.users(acme.organization, &Selection::default(), after, pages_of(3)).await?;
        sizes.push(page.items.len());
        seen.extend(page.items.iter().map(|user| user.id));
        after = page.items.last().map_or(after, |user| user.id.0);
        if !page.has_more {
            break;
        }
    }
    assert_eq!((seen, sizes), (kept, vec![3, 3, 1]));
    Ok(())
}
