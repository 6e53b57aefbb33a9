//! Lists of instances: what a caller sees, and which filters there are.

use keyway_model::{InstanceId, Visibility};
use keyway_store::InstanceFilter;

use crate::fixture::{Draft, connector, pages_of, texts};
use crate::harness::{Outcome, Test};
use crate::neighbourhood::{Neighbourhood, everything, neighbourhood};

on_both!(
    a_list_holds_what_its_caller_may_see,
    a_list_may_be_narrowed_to_an_account,
    a_list_may_be_narrowed_to_a_connector,
    a_list_by_tags_holds_what_carries_all_of_them,
    filters_are_joined,
);

async fn listed(t: &Test, filter: &InstanceFilter<'_>) -> Outcome<Vec<InstanceId>> {
    let page = t.read().await?.instance_ids(filter, 0, pages_of(10)).await?;
    assert!(!page.has_more);
    Ok(page.items)
}

async fn a_list_holds_what_its_caller_may_see(t: Test) -> Outcome {
    let Neighbourhood { acme, colleague, branch, other, instances } = neighbourhood(&t).await?;
    let [mine, theirs, of_branch, of_other] = instances;
    let seen = [
        (Visibility::Organization(acme.organization), vec![mine, theirs, of_branch]),
        (Visibility::Organization(other.organization), vec![of_other]),
        (Visibility::Account(acme.organization, acme.account), vec![mine, theirs]),
        (Visibility::Account(acme.organization, branch.account), vec![of_branch]),
        (Visibility::Account(other.organization, acme.account), vec![]),
        (Visibility::User(acme.organization, acme.user), vec![mine]),
        (Visibility::User(acme.organization, colleague.user), vec![theirs]),
        (Visibility::User(other.organization, acme.user), vec![]),
    ];
    for (visibility, expected) in seen {
        assert_eq!(listed(&t, &everything(visibility)).await?, expected, "{visibility:?}");
    }
    Ok(())
}

async fn a_list_may_be_narrowed_to_an_account(t: Test) -> Outcome {
    let Neighbourhood { acme, branch, other, instances, .. } = neighbourhood(&t).await?;
    let whole = everything(Visibility::Organization(acme.organization));
    let of_account = |account| InstanceFilter { account: Some(account), ..whole.clone() };
    assert_eq!(listed(&t, &of_account(acme.account)).await?, instances[..2]);
    assert_eq!(listed(&t, &of_account(branch.account)).await?, [instances[2]]);
    assert_eq!(listed(&t, &of_account(other.account)).await?, []);
    let own = everything(Visibility::User(acme.organization, acme.user));
    let beyond = InstanceFilter { account: Some(branch.account), ..own };
    assert_eq!(listed(&t, &beyond).await?, []);
    Ok(())
}

async fn a_list_may_be_narrowed_to_a_connector(t: Test) -> Outcome {
    let Neighbourhood { acme, instances, .. } = neighbourhood(&t).await?;
    let whole = everything(Visibility::Organization(acme.organization));
    for (key, expected) in
        [("closeio", vec![instances[0], instances[2]]), ("stripe", vec![instances[1]]), ("close", vec![])]
    {
        let connector = connector(key);
        let filter = InstanceFilter { connector: Some(&connector), ..whole.clone() };
        assert_eq!(listed(&t, &filter).await?, expected, "{key}");
    }
    Ok(())
}

async fn a_list_by_tags_holds_what_carries_all_of_them(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut kept = Vec::new();
    for tags in [&["a", "b", "c"][..], &["c", "a"], &["a", "a"], &["A", "ü", "it's \"b\""], &[]] {
        kept.push(t.instance(&acme, &Draft::named("tagged").tagged(tags)).await?);
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
        let filter = InstanceFilter { tags: &tags, ..everything(Visibility::Organization(acme.organization)) };
        let found: Vec<InstanceId> = places.into_iter().map(|place| kept[place]).collect();
        assert_eq!(listed(&t, &filter).await?, found, "{wanted:?}");
    }
    Ok(())
}

async fn filters_are_joined(t: Test) -> Outcome {
    let Neighbourhood { acme, branch, instances, .. } = neighbourhood(&t).await?;
    let (connector, tags) = (connector("closeio"), texts(&["red", "big"]));
    let filter = InstanceFilter {
        visibility: Visibility::Organization(acme.organization),
        account: Some(branch.account),
        connector: Some(&connector),
        tags: &tags,
        search: Some("BRANCH"),
    };
    assert_eq!(listed(&t, &filter).await?, [instances[2]]);
    let elsewhere = InstanceFilter { account: Some(acme.account), ..filter.clone() };
    assert_eq!(listed(&t, &elsewhere).await?, []);
    let other_text = InstanceFilter { search: Some("mine"), ..filter };
    assert_eq!(listed(&t, &other_text).await?, []);
    Ok(())
}
