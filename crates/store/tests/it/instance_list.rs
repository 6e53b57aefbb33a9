//! Lists of instances: what a caller sees, which filters there are, and the order of pages.

use keyway_model::{InstanceId, Visibility};
use keyway_store::InstanceFilter;

use crate::fixture::{Draft, Tenant, account, at, connector, ids, pages_of, texts, user};
use crate::harness::{Outcome, Test};

on_both!(
    a_list_holds_what_its_caller_may_see,
    a_list_may_be_narrowed_to_an_account,
    a_list_may_be_narrowed_to_a_connector,
    a_list_by_tags_holds_what_carries_all_of_them,
    filters_are_joined,
    instances_are_paged_without_loss_or_repetition,
    the_last_full_page_has_no_more,
    rows_that_come_or_go_between_pages_disturb_no_other,
    instances_are_counted_by_connector,
    all_instances_of_an_organization_are_listed,
);

/// Two users of the first account, one of a second account, and another organization; an instance each.
struct Neighbourhood {
    acme: Tenant,
    colleague: Tenant,
    branch: Tenant,
    other: Tenant,
    instances: [InstanceId; 4],
}

async fn neighbourhood(t: &Test) -> Outcome<Neighbourhood> {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.write().await?;
    let second = user(
        &mut tx,
        acme.organization,
        acme.account,
        "second@example.com",
    )
    .await?;
    let colleague = Tenant {
        user: second,
        ..acme
    };
    let branch_account = account(&mut tx, acme.organization, "branch").await?;
    let branch_user = user(
        &mut tx,
        acme.organization,
        branch_account,
        "branch@example.com",
    )
    .await?;
    let branch = Tenant {
        account: branch_account,
        user: branch_user,
        ..acme
    };
    let instances = [
        Draft::named("mine")
            .of("closeio")
            .tagged(&["red", "big"])
            .insert(&mut tx, &acme)
            .await?,
        Draft::named("colleague's")
            .of("stripe")
            .tagged(&["red"])
            .insert(&mut tx, &colleague)
            .await?,
        Draft::named("branch's")
            .of("closeio")
            .tagged(&["big", "red"])
            .insert(&mut tx, &branch)
            .await?,
        Draft::named("other's")
            .of("closeio")
            .tagged(&["red", "big"])
            .insert(&mut tx, &other)
            .await?,
    ];
    tx.commit().await?;
    Ok(Neighbourhood {
        acme,
        colleague,
        branch,
        other,
        instances,
    })
}

fn everything(visibility: Visibility) -> InstanceFilter<'static> {
    InstanceFilter {
        visibility,
        account: None,
        connector: None,
        tags: &[],
        search: None,
    }
}

async fn listed(t: &Test, filter: &InstanceFilter<'_>) -> Outcome<Vec<InstanceId>> {
    let page = t
        .read()
        .await?
        .instance_ids(filter, 0, pages_of(10))
        .await?;
    assert!(!page.has_more);
    Ok(page.items)
}

async fn a_list_holds_what_its_caller_may_see(t: Test) -> Outcome {
    let Neighbourhood {
        acme,
        colleague,
        branch,
        other,
        instances,
    } = neighbourhood(&t).await?;
    let [mine, theirs, of_branch, of_other] = instances;
    let seen = [
        (
            Visibility::Organization(acme.organization),
            vec![mine, theirs, of_branch],
        ),
        (Visibility::Organization(other.organization), vec![of_other]),
        (
            Visibility::Account(acme.organization, acme.account),
            vec![mine, theirs],
        ),
        (
            Visibility::Account(acme.organization, branch.account),
            vec![of_branch],
        ),
        (
            Visibility::Account(other.organization, acme.account),
            vec![],
        ),
        (Visibility::User(acme.organization, acme.user), vec![mine]),
        (
            Visibility::User(acme.organization, colleague.user),
            vec![theirs],
        ),
        (Visibility::User(other.organization, acme.user), vec![]),
    ];
    for (visibility, expected) in seen {
        assert_eq!(
            listed(&t, &everything(visibility)).await?,
            expected,
            "{visibility:?}"
        );
    }
    Ok(())
}

async fn a_list_may_be_narrowed_to_an_account(t: Test) -> Outcome {
    let Neighbourhood {
        acme,
        branch,
        other,
        instances,
        ..
    } = neighbourhood(&t).await?;
    let whole = everything(Visibility::Organization(acme.organization));
    let of_account = |account| InstanceFilter {
        account: Some(account),
        ..whole.clone()
    };
    assert_eq!(listed(&t, &of_account(acme.account)).await?, instances[..2]);
    assert_eq!(
        listed(&t, &of_account(branch.account)).await?,
        [instances[2]]
    );
    assert_eq!(listed(&t, &of_account(other.account)).await?, []);
    let own = everything(Visibility::User(acme.organization, acme.user));
    let beyond = InstanceFilter {
        account: Some(branch.account),
        ..own
    };
    assert_eq!(listed(&t, &beyond).await?, []);
    Ok(())
}

async fn a_list_may_be_narrowed_to_a_connector(t: Test) -> Outcome {
    let Neighbourhood {
        acme, instances, ..
    } = neighbourhood(&t).await?;
    let whole = everything(Visibility::Organization(acme.organization));
    for (key, expected) in [
        ("closeio", vec![instances[0], instances[2]]),
        ("stripe", vec![instances[1]]),
        ("close", vec![]),
    ] {
        let connector = connector(key);
        let filter = InstanceFilter {
            connector: Some(&connector),
            ..whole.clone()
        };
        assert_eq!(listed(&t, &filter).await?, expected, "{key}");
    }
    Ok(())
}

async fn a_list_by_tags_holds_what_carries_all_of_them(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut kept = Vec::new();
    for tags in [
        &["a", "b", "c"][..],
        &["c", "a"],
        &["a", "a"],
        &["A", "ü", "it's \"b\""],
        &[],
    ] {
        kept.push(
            t.instance(&acme, &Draft::named("tagged").tagged(tags))
                .await?,
        );
    }
    let expected: [(&[&str], Vec<usize>); 11] = [
        (&[], vec![0, 1, 2, 3, 4]),
        (&["a"], vec![0, 1, 2]),
        (&["a", "c"], vec![0, 1]),
        (&["c", "a"], vec![0, 1]),
        (&["a", "a"], vec![0, 1, 2]),
        (&["a", "b", "c"], vec![0]),
        (&["a", "d"], vec![]),
        (&["A"], vec![3]),
        (&["ü", "it's \"b\""], vec![3]),
        (&["%"], vec![]),
        (&[""], vec![]),
    ];
    for (wanted, places) in expected {
        let tags = texts(wanted);
        let filter = InstanceFilter {
            tags: &tags,
            ..everything(Visibility::Organization(acme.organization))
        };
        let found: Vec<InstanceId> = places.into_iter().map(|place| kept[place]).collect();
        assert_eq!(listed(&t, &filter).await?, found, "{wanted:?}");
    }
    Ok(())
}

async fn filters_are_joined(t: Test) -> Outcome {
    let Neighbourhood {
        acme,
        branch,
        instances,
        ..
    } = neighbourhood(&t).await?;
    let (connector, tags) = (connector("closeio"), texts(&["red", "big"]));
    let filter = InstanceFilter {
        visibility: Visibility::Organization(acme.organization),
        account: Some(branch.account),
        connector: Some(&connector),
        tags: &tags,
        search: Some("BRANCH"),
    };
    assert_eq!(listed(&t, &filter).await?, [instances[2]]);
    let elsewhere = InstanceFilter {
        account: Some(acme.account),
        ..filter.clone()
    };
    assert_eq!(listed(&t, &elsewhere).await?, []);
    let other_text = InstanceFilter {
        search: Some("mine"),
        ..filter
    };
    assert_eq!(listed(&t, &other_text).await?, []);
    Ok(())
}

async fn instances_are_paged_without_loss_or_repetition(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut kept = Vec::new();
    for number in 0..11 {
        let id = t
            .instance(&acme, &Draft::named("wanted").tagged(&["wanted"]))
            .await?;
        t.instance(&other, &Draft::named("foreign").tagged(&["wanted"]))
            .await?;
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
    let filter = InstanceFilter {
        tags: &tags,
        ..everything(Visibility::Organization(acme.organization))
    };
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
    assert_eq!(
        ids(
            t.read()
                .await?
                .instance_ids(&filter, 0, pages_of(2))
                .await?,
            |id| id
        ),
        (vec![], false)
    );
    let first = t.instance(&acme, &Draft::named("first")).await?;
    let second = t.instance(&acme, &Draft::named("second")).await?;
    let mut tx = t.read().await?;
    assert_eq!(
        ids(tx.instance_ids(&filter, 0, pages_of(2)).await?, |id| id),
        (vec![first, second], false)
    );
    assert_eq!(
        ids(tx.instance_ids(&filter, 0, pages_of(1)).await?, |id| id),
        (vec![first], true)
    );
    assert_eq!(
        ids(
            tx.instance_ids(&filter, second.0, pages_of(1)).await?,
            |id| id
        ),
        (vec![], false)
    );
    Ok(())
}

async fn rows_that_come_or_go_between_pages_disturb_no_other(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let filter = everything(Visibility::Organization(acme.organization));
    let mut kept = Vec::new();
    for _ in 0..4 {
        kept.push(t.instance(&acme, &Draft::named("kept")).await?);
    }
    let first = t
        .read()
        .await?
        .instance_ids(&filter, 0, pages_of(2))
        .await?;
    assert_eq!(first.items, kept[..2]);

    let mut tx = t.write().await?;
    tx.delete_instance(kept[0], at(1)).await?;
    tx.delete_instance(kept[1], at(1)).await?;
    let new = Draft::named("new").insert(&mut tx, &acme).await?;
    tx.commit().await?;
    let second = t
        .read()
        .await?
        .instance_ids(&filter, kept[1].0, pages_of(3))
        .await?;
    assert_eq!(ids(second, |id| id), (vec![kept[2], kept[3], new], false));
    Ok(())
}

async fn instances_are_counted_by_connector(t: Test) -> Outcome {
    let Neighbourhood {
        acme,
        branch,
        other,
        ..
    } = neighbourhood(&t).await?;
    let gone = t
        .instance(&acme, &Draft::named("gone").of("zendesk"))
        .await?;
    let mut tx = t.write().await?;
    tx.delete_instance(gone, at(1)).await?;
    tx.commit().await?;

    let counts = |counts: &[(&str, i64)]| {
        counts
            .iter()
            .map(|(key, count)| ((*key).to_owned(), *count))
            .collect::<Vec<_>>()
    };
    let expected = [
        (
            Visibility::Organization(acme.organization),
            counts(&[("closeio", 2), ("stripe", 1)]),
        ),
        (
            Visibility::Account(acme.organization, acme.account),
            counts(&[("closeio", 1), ("stripe", 1)]),
        ),
        (
            Visibility::Account(acme.organization, branch.account),
            counts(&[("closeio", 1)]),
        ),
        (
            Visibility::User(acme.organization, acme.user),
            counts(&[("closeio", 1)]),
        ),
        (Visibility::User(other.organization, acme.user), counts(&[])),
    ];
    let mut tx = t.read().await?;
    for (visibility, expected) in expected {
        assert_eq!(
            tx.count_instances(visibility).await?,
            expected,
            "{visibility:?}"
        );
    }
    Ok(())
}

async fn all_instances_of_an_organization_are_listed(t: Test) -> Outcome {
    let Neighbourhood {
        acme,
        other,
        instances,
        ..
    } = neighbourhood(&t).await?;
    let mut tx = t.read().await?;
    let first = tx
        .all_instance_ids(acme.organization, 0, pages_of(2))
        .await?;
    assert_eq!(ids(first, |id| id), (instances[..2].to_vec(), true));
    let second = tx
        .all_instance_ids(acme.organization, instances[1].0, pages_of(2))
        .await?;
    assert_eq!(ids(second, |id| id), (vec![instances[2]], false));
    let theirs = tx
        .all_instance_ids(other.organization, 0, pages_of(2))
        .await?;
    assert_eq!(theirs.items, [instances[3]]);
    Ok(())
}
