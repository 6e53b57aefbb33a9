//! Accounts of an organization.

use keyway_model::{Account, AccountId, OrganizationId};
use keyway_store::{Error, NewAccount, Selection};

use crate::fixture::{account, at, ids, of_account, pages_of};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    an_account_is_read_back_as_it_was_kept,
    an_account_of_another_organization_is_not_found,
    an_account_needs_its_organization,
    an_external_id_is_taken_once_in_an_organization,
    an_account_changes_its_members_and_no_other_account,
    an_account_made_as_the_default_one_stays_it,
    accounts_are_listed_by_id_and_inactive_ones_on_request,
    a_list_of_accounts_may_be_narrowed_to_one,
    accounts_are_paged_without_loss_or_repetition,
);

async fn an_account_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let organization = t.tenant("acme").await?.organization;
    let new = NewAccount {
        organization,
        name: "Nörd",
        description: "A 'quoted' line",
        external_id: "ext-1",
        is_default: true,
        created_at: at(5),
    };
    let mut tx = t.write().await?;
    let id = tx.insert_account(&new).await?;
    tx.commit().await?;

    let kept = Account {
        id,
        organization,
        name: "Nörd".to_owned(),
        description: "A 'quoted' line".to_owned(),
        external_id: "ext-1".to_owned(),
        active: true,
        is_default: true,
        created_at: at(5),
        updated_at: at(5),
    };
    assert_eq!(t.read().await?.account(organization, id).await?, Some(kept));
    Ok(())
}

async fn an_account_of_another_organization_is_not_found(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.read().await?;
    assert!(tx.account(acme.organization, acme.account).await?.is_some());
    assert_eq!(tx.account(other.organization, acme.account).await?, None);
    assert_eq!(tx.account(acme.organization, AccountId(4711)).await?, None);
    let narrowed = tx.accounts(other.organization, &of_account(acme.account, true), 0, pages_of(10)).await?;
    assert_eq!(narrowed.items, []);
    Ok(())
}

async fn an_account_needs_its_organization(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    let refused = account(&mut tx, OrganizationId(4711), "ext").await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

async fn an_external_id_is_taken_once_in_an_organization(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.write().await?;
    let second = account(&mut tx, acme.organization, "second").await?;
    account(&mut tx, other.organization, "second").await?;
    let mut renamed = tx.account(acme.organization, second).await?.expect("it was kept");
    tx.commit().await?;

    assert_conflict(account(&mut t.write().await?, acme.organization, "acme").await);
    renamed.external_id = "acme".into();
    assert_conflict(t.write().await?.update_account(&renamed).await);
    let kept = t.read().await?.account(acme.organization, second).await?;
    assert_eq!(kept.map(|kept| kept.external_id), Some("second".to_owned()));
    Ok(())
}

async fn an_account_changes_its_members_and_no_other_account(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let second = account(&mut tx, acme.organization, "second").await?;
    let untouched = tx.account(acme.organization, second).await?;
    let mut changed = tx.account(acme.organization, acme.account).await?.expect("it was kept");
    changed.name = "New name".into();
    changed.description = "New line".into();
    changed.external_id = "new-ext".into();
    changed.active = false;
    changed.updated_at = at(60);
    tx.update_account(&changed).await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    assert_eq!(tx.account(acme.organization, acme.account).await?, Some(changed));
    assert_eq!(tx.account(acme.organization, second).await?, untouched);
    Ok(())
}

async fn an_account_made_as_the_default_one_stays_it(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.write().await?;
    let new = NewAccount {
        organization: acme.organization,
        name: "Default",
        description: "",
        external_id: "default",
        is_default: true,
        created_at: at(0),
    };
    let default = tx.insert_account(&new).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert!(tx.account(acme.organization, default).await?.is_some_and(|account| account.is_default));
    assert!(tx.account(acme.organization, acme.account).await?.is_some_and(|account| !account.is_default));
    assert_eq!(tx.account(other.organization, default).await?, None);
    Ok(())
}

async fn accounts_are_listed_by_id_and_inactive_ones_on_request(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.tenant("other").await?;
    let mut tx = t.write().await?;
    let second = account(&mut tx, acme.organization, "a").await?;
    let third = account(&mut tx, acme.organization, "b").await?;
    let mut inactive = tx.account(acme.organization, second).await?.expect("it was kept");
    inactive.active = false;
    tx.update_account(&inactive).await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    let active = tx.accounts(acme.organization, &Selection::default(), 0, pages_of(10)).await?;
    assert_eq!(ids(active, |account| account.id), (vec![acme.account, third], false));
    let all = tx.accounts(acme.organization, &Selection::everything(), 0, pages_of(10)).await?;
    assert_eq!(ids(all, |account| account.id), (vec![acme.account, second, third], false));
    Ok(())
}

async fn a_list_of_accounts_may_be_narrowed_to_one(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let second = account(&mut tx, acme.organization, "second").await?;
    let only = tx.accounts(acme.organization, &of_account(second, false), 0, pages_of(1)).await?;
    assert_eq!(ids(only, |account| account.id), (vec![second], false));
    let behind = tx.accounts(acme.organization, &of_account(second, false), second.0, pages_of(1)).await?;
    assert_eq!(ids(behind, |account| account.id), (vec![], false));
    Ok(())
}

async fn accounts_are_paged_without_loss_or_repetition(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut kept = vec![acme.account];
    let mut tx = t.write().await?;
    for number in 0..5 {
        kept.push(account(&mut tx, acme.organization, &format!("ext-{number}")).await?);
        account(&mut tx, other.organization, &format!("ext-{number}")).await?;
    }
    tx.commit().await?;

    let mut tx = t.read().await?;
    let (mut seen, mut sizes, mut after) = (Vec::new(), Vec::new(), 0);
    loop {
        let page = tx.accounts(acme.organization, &Selection::default(), after, pages_of(2)).await?;
        sizes.push(page.items.len());
        seen.extend(page.items.iter().map(|account| account.id));
        after = page.items.last().map_or(after, |account| account.id.0);
        if !page.has_more {
            break;
        }
    }
    assert_eq!((seen, sizes), (kept, vec![2, 2, 2]));
    Ok(())
}
