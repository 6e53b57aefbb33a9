//! Lists of instances by the page, and counts of them.

use keyway_model::Visibility;
use keyway_store::InstanceFilter;

use crate::fixture::{Draft, at, ids, pages_of, texts};
use crate::harness::{Outcome, Test};
use crate::neighbourhood::{Neighbourhood, everything, neighbourhood};

on_both!(
    instances_are_paged_without_loss_or_repetition,
    the_last_full_page_has_no_more,
    rows_that_come_or_go_between_pages_disturb_no_other,
    instances_are_counted_by_connector,
    all_instances_of_an_organization_are_listed,
);

async fn instances_are_paged_without_loss_or_repetition(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut kept = Vec::new();
    for number in 0..11 {
        let id = t.instance(&acme, &Draft::named("wanted").tagged(&["wanted"])).await?;
        t.instance(&other, &Draft::named("foreign").tagged(&["wanted"])).await?;
        t.instance(&acme, &Draft::named("unwanted")).await?;
        if number % 4 == 0 {
            let mut tx = t.write().await?;
            tx.delete_instance(id, at(1)).await?;
            tx.commit().await?;
        } else {
            kept.push(id);
        }
    }
    let tags = texts(&["wanted"]);
    let filter = InstanceFilter { tags: &tags, ..everything(Visibility::Organization(acme.organization)) };
    let mut tx = t.read().await?;
    let (mut seen, mut sizes, mut after) = (Vec::new(), Vec::new(), 0);
    loop {
        let page = tx.instance_ids(&filter, after, pages_of(3)).await?;
        sizes.push(page.items.len());
        after = page.items.last().map_or(after, |id| id.0);
        seen.extend(page.items);
        if !page.has_more {
            break;
        }
    }
    assert_eq!((seen, sizes), (kept, vec![3, 3, 2]));
    Ok(())
}

async fn the_last_full_page_has_no_more(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let filter = everything(Visibility::Organization(acme.organization));
    assert_eq!(ids(t.read().await?.instance_ids(&filter, 0, pages_of(2)).await?, |id| id), (vec![], false));
    let first = t.instance(&acme, &Draft::named("first")).await?;
    let second = t.instance(&acme, &Draft::named("second")).await?;
    let mut tx = t.read().await?;
    assert_eq!(ids(tx.instance_ids(&filter, 0, pages_of(2)).await?, |id| id), (vec![first, second], false));
    assert_eq!(ids(tx.instance_ids(&filter, 0, pages_of(1)).await?, |id| id), (vec![first], true));
    assert_eq!(ids(tx.instance_ids(&filter, second.0, pages_of(1)).await?, |id| id), (vec![], false));
    Ok(())
}

async fn rows_that_come_or_go_between_pages_disturb_no_other(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let filter = everything(Visibility::Organization(acme.organization));
    let mut kept = Vec::new();
    for _ in 0..4 {
        kept.push(t.instance(&acme, &Draft::named("kept")).await?);
    }
    let first = t.read().await?.instance_ids(&filter, 0, pages_of(2)).await?;
    assert_eq!(first.items, kept[..2]);

    let mut tx = t.write().await?;
    tx.delete_instance(kept[0], at(1)).await?;
    tx.delete_instance(kept[1], at(1)).await?;
    let new = Draft::named("new").insert(&mut tx, &acme).await?;
    tx.commit().await?;
    let second = t.read().await?.instance_ids(&filter, kept[1].0, pages_of(3)).await?;
    assert_eq!(ids(second, |id| id), (vec![kept[2], kept[3], new], false));
    Ok(())
}

async fn instances_are_counted_by_connector(t: Test) -> Outcome {
    let Neighbourhood { acme, branch, other, .. } = neighbourhood(&t).await?;
    let gone = t.instance(&acme, &Draft::named("gone").of("zendesk")).await?;
    let mut tx = t.write().await?;
    tx.delete_instance(gone, at(1)).await?;
    tx.commit().await?;

    let counts =
        |counts: &[(&str, i64)]| counts.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect::<Vec<_>>();
    let expected = [
        (Visibility::Organization(acme.organization), counts(&[("closeio", 2), ("stripe", 1)])),
        (Visibility::Account(acme.organization, acme.account), counts(&[("closeio", 1), ("stripe", 1)])),
        (Visibility::Account(acme.organization, branch.account), counts(&[("closeio", 1)])),
        (Visibility::User(acme.organization, acme.user), counts(&[("closeio", 1)])),
        (Visibility::User(other.organization, acme.user), counts(&[])),
    ];
    let mut tx = t.read().await?;
    for (visibility, expected) in expected {
        assert_eq!(tx.count_instances(visibility).await?, expected, "{visibility:?}");
    }
    Ok(())
}

async fn all_instances_of_an_organization_are_listed(t: Test) -> Outcome {
    let Neighbourhood { acme, other, instances, .. } = neighbourhood(&t).await?;
    let mut tx = t.read().await?;
    let first = tx.all_instance_ids(acme.organization, 0, pages_of(2)).await?;
    assert_eq!(ids(first, |id| id), (instances[..2].to_vec(), true));
    let second = tx.all_instance_ids(acme.organization, instances[1].0, pages_of(2)).await?;
    assert_eq!(ids(second, |id| id), (vec![instances[2]], false));
    let theirs = tx.all_instance_ids(other.organization, 0, pages_of(2)).await?;
    assert_eq!(theirs.items, [instances[3]]);
    Ok(())
}
