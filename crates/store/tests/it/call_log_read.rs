//! Reading calls: who sees which, in which order, and what a filter finds.

use keyway_model::{AccountId, CallRecord, InstanceId, OrganizationId, Page, RequestId, Timestamp, UserId, Visibility};
use keyway_store::{CallFilter, StoredCall};

use crate::fixture::{Draft, Tenant, at, call, connector, pages_of, texts};
use crate::harness::{Outcome, Test};

on_both!(
    calls_come_newest_first_and_page_by_page,
    a_call_is_read_as_it_was_written,
    nobody_sees_calls_of_another_tenant,
    accounts_and_users_see_their_own_calls,
    a_range_of_time_holds_both_its_ends,
    filters_find_what_they_say_and_combine,
    tags_and_names_are_those_of_the_instance_now,
    a_text_is_searched_for_literally,
);

const ALL: Visibility = Visibility::Organization(OrganizationId(1));

fn everything(visibility: Visibility) -> CallFilter<'static> {
    CallFilter {
        visibility,
        from: Timestamp::from_millis(0),
        to: Timestamp::from_millis(i64::MAX),
        hub: None,
        connectors: &[],
        tags: &[],
        accounts: &[],
        failed: None,
        search: None,
    }
}

async fn keep(t: &Test, calls: &[CallRecord]) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_calls(calls).await?;
    Ok(tx.commit().await?)
}

/// The paths of what a filter finds.
async fn paths(t: &Test, filter: &CallFilter<'_>) -> Outcome<Vec<String>> {
    let page = t.read().await?.calls(filter, None, 0, pages_of(200)).await?;
    assert!(!page.has_more);
    Ok(page.items.into_iter().map(|call| call.path).collect())
}

fn named(path: &str, call: CallRecord) -> CallRecord {
    CallRecord { path: path.into(), ..call }
}

async fn calls_come_newest_first_and_page_by_page(t: Test) -> Outcome {
    let calls: Vec<CallRecord> = [3, 1, 4, 2, 0].into_iter().map(|second| call(1, second)).collect();
    keep(&t, &calls).await?;
    let mut tx = t.read().await?;
    let mut page = async |after: Option<&str>, skip, size| -> keyway_store::Result<(Vec<i64>, bool, Option<String>)> {
        let Page { items, has_more } = tx.calls(&everything(ALL), after, skip, pages_of(size)).await?;
        let seconds = items.iter().map(|call| (call.at.as_millis() - at(0).as_millis()) / 1000).collect();
        Ok((seconds, has_more, items.last().map(|call: &StoredCall| call.request_id.clone())))
    };
    let (first, more, last) = page(None, 0, 2).await?;
    assert_eq!((first, more), (vec![4, 3], true));
    let (second, more, last) = page(last.as_deref(), 0, 2).await?;
    assert_eq!((second, more), (vec![2, 1], true));
    let (third, more, _) = page(last.as_deref(), 0, 2).await?;
    assert_eq!((third, more), (vec![0], false));
    assert_eq!(page(None, 3, 200).await?.0, [1, 0]);
    assert_eq!(page(None, 5, 200).await?.0, [0_i64; 0]);
    Ok(())
}

async fn a_call_is_read_as_it_was_written(t: Test) -> Outcome {
    let mut record = call(1, 7);
    record.error = Some("it's broken".into());
    record.detail_dropped = true;
    keep(&t, std::slice::from_ref(&record)).await?;
    let expected = StoredCall {
        request_id: record.request_id.to_string(),
        account: AccountId(2),
        user: UserId(3),
        instance: InstanceId(4),
        instance_name: None,
        tags: vec![],
        connector: "closeio".to_owned(),
        hub: "crm".to_owned(),
        client: "192.0.2.7".to_owned(),
        method: "GET".to_owned(),
        uri: "/elements/api-v2/hubs/crm/accounts?pageSize=1".to_owned(),
        api: "GET /hubs/crm/accounts".to_owned(),
        path: "/v1/accounts".to_owned(),
        status: 200,
        attempts: 1,
        error: Some("it's broken".to_owned()),
        detail_dropped: true,
        at: at(7),
        duration_us: 5_000,
    };
    let mut tx = t.read().await?;
    assert_eq!(tx.call(ALL, record.request_id).await?.as_ref(), Some(&expected));
    assert_eq!(tx.calls(&everything(ALL), None, 0, pages_of(1)).await?.items, [expected]);
    let other = RequestId::parse("6553f1000000000000000000").ok_or("an id")?;
    assert_eq!(tx.call(ALL, other).await?, None);
    Ok(())
}

async fn nobody_sees_calls_of_another_tenant(t: Test) -> Outcome {
    let (mine, theirs) = (named("/mine", call(1, 0)), named("/theirs", call(2, 0)));
    keep(&t, &[mine.clone(), theirs.clone()]).await?;
    let organization = OrganizationId(1);
    // The account and the user of both calls have the same numbers.
    for visibility in [ALL, Visibility::Account(organization, AccountId(2)), Visibility::User(organization, UserId(3))]
    {
        let mut tx = t.read().await?;
        assert!(tx.call(visibility, mine.request_id).await?.is_some());
        assert_eq!(tx.call(visibility, theirs.request_id).await?, None, "{visibility:?}");
        drop(tx);
        assert_eq!(paths(&t, &everything(visibility)).await?, ["/mine"]);
        let asked = CallFilter { accounts: &[AccountId(2)], ..everything(visibility) };
        assert_eq!(paths(&t, &asked).await?, ["/mine"]);
    }
    Ok(())
}

async fn accounts_and_users_see_their_own_calls(t: Test) -> Outcome {
    let other = CallRecord { account: AccountId(20), ..named("/other account", call(1, 1)) };
    let colleague = CallRecord { user: UserId(30), ..named("/colleague", call(1, 2)) };
    keep(&t, &[named("/own", call(1, 0)), other.clone(), colleague.clone()]).await?;
    let account = Visibility::Account(OrganizationId(1), AccountId(2));
    let user = Visibility::User(OrganizationId(1), UserId(3));
    assert_eq!(paths(&t, &everything(ALL)).await?, ["/colleague", "/other account", "/own"]);
    assert_eq!(paths(&t, &everything(account)).await?, ["/colleague", "/own"]);
    assert_eq!(paths(&t, &everything(user)).await?, ["/other account", "/own"]);
    let mut tx = t.read().await?;
    assert_eq!(tx.call(account, other.request_id).await?, None);
    assert_eq!(tx.call(user, colleague.request_id).await?, None);
    Ok(())
}

async fn a_range_of_time_holds_both_its_ends(t: Test) -> Outcome {
    let calls: Vec<CallRecord> = (0..4).map(|second| named(&second.to_string(), call(1, second))).collect();
    keep(&t, &calls).await?;
    let millis = |seconds: i64, millis: i64| Timestamp::from_millis(at(seconds).as_millis() + millis);
    let between = async |from, to| paths(&t, &CallFilter { from, to, ..everything(ALL) }).await;
    assert_eq!(between(at(1), at(2)).await?, ["2", "1"]);
    assert_eq!(between(millis(1, 1), millis(2, -1)).await?, [""; 0]);
    assert_eq!(between(millis(0, 1), millis(3, -1)).await?, ["2", "1"]);
    assert_eq!(between(Timestamp::from_millis(i64::MIN), at(0)).await?, ["0"]);
    assert_eq!(between(at(3), Timestamp::from_millis(i64::MAX)).await?, ["3"]);
    Ok(())
}

async fn filters_find_what_they_say_and_combine(t: Test) -> Outcome {
    let payment = CallRecord { hub: "payment".into(), connector: connector("x"), ..named("/payment", call(1, 1)) };
    let failed = CallRecord { status: 400, ..named("/failed", call(1, 2)) };
    let moved = CallRecord { status: 399, account: AccountId(9), ..named("/moved", call(1, 3)) };
    keep(&t, &[named("/fine", call(1, 0)), payment, failed, moved]).await?;
    let (keys, both) = (texts(&["x"]), texts(&["x", "closeio"]));
    let all = everything(ALL);
    let found = async |filter: CallFilter<'_>| paths(&t, &filter).await;
    assert_eq!(found(CallFilter { hub: Some("payment"), ..all.clone() }).await?, ["/payment"]);
    assert_eq!(found(CallFilter { hub: Some("Payment"), ..all.clone() }).await?, [""; 0]);
    assert_eq!(found(CallFilter { connectors: &keys, ..all.clone() }).await?, ["/payment"]);
    assert_eq!(found(CallFilter { connectors: &both, ..all.clone() }).await?.len(), 4);
    assert_eq!(found(CallFilter { failed: Some(true), ..all.clone() }).await?, ["/failed"]);
    assert_eq!(found(CallFilter { failed: Some(false), ..all.clone() }).await?, ["/moved", "/payment", "/fine"]);
    assert_eq!(found(CallFilter { accounts: &[AccountId(9), AccountId(8)], ..all.clone() }).await?, ["/moved"]);
    let combined = CallFilter { failed: Some(false), hub: Some("crm"), accounts: &[AccountId(2)], ..all };
    assert_eq!(found(combined).await?, ["/fine"]);
    Ok(())
}

fn through(owner: &Tenant, instance: InstanceId, call: CallRecord) -> CallRecord {
    let Tenant { organization, account, user } = *owner;
    CallRecord { organization, account, user, instance, ..call }
}

async fn tags_and_names_are_those_of_the_instance_now(t: Test) -> Outcome {
    let (acme, other) = (t.tenant("acme").await?, t.tenant("other").await?);
    let both = t.instance(&acme, &Draft::named("Größe").tagged(&["b", "a"])).await?;
    let one = t.instance(&acme, &Draft::named("one").tagged(&["a"])).await?;
    let foreign = t.instance(&other, &Draft::named("foreign")).await?;
    let calls = [
        through(&acme, both, named("/both", call(1, 0))),
        through(&acme, one, named("/one", call(1, 1))),
        // Cannot be; if it were, the name would not be told.
        through(&acme, foreign, named("/foreign", call(1, 2))),
    ];
    keep(&t, &calls).await?;
    let all = everything(Visibility::Organization(acme.organization));
    let mut tx = t.write().await?;
    tx.delete_instance(one, at(9)).await?;
    let page = tx.calls(&all, None, 0, pages_of(9)).await?;
    tx.commit().await?;
    let names: Vec<_> = page.items.iter().map(|call| (call.instance_name.as_deref(), call.tags.join(","))).collect();
    assert_eq!(names, [(None, String::new()), (Some("one"), "a".to_owned()), (Some("Größe"), "b,a".to_owned())]);

    let tagged = async |tags: &[&str]| paths(&t, &CallFilter { tags: &texts(tags), ..all.clone() }).await;
    assert_eq!(tagged(&["a"]).await?, ["/one", "/both"]);
    assert_eq!(tagged(&["a", "b", "a"]).await?, ["/both"]);
    assert_eq!(tagged(&["c"]).await?, [""; 0]);
    assert_eq!(paths(&t, &CallFilter { search: Some("GRÖSSE"), ..all.clone() }).await?, [""; 0]);
    assert_eq!(paths(&t, &CallFilter { search: Some("GRÖß"), ..all.clone() }).await?, ["/both"]);
    assert_eq!(paths(&t, &CallFilter { search: Some("foreign"), ..all }).await?, [""; 0]);
    Ok(())
}

async fn a_text_is_searched_for_literally(t: Test) -> Outcome {
    let uri = |uri: &str, call: CallRecord| CallRecord { uri: uri.into(), ..named(uri, call) };
    let last = call(1, 2);
    let calls = [uri("/proxy/A_b?q=100%25!", call(1, 0)), uri("/proxy/axb", call(1, 1)), uri("/z", last.clone())];
    keep(&t, &calls).await?;
    let found = async |text: &str| paths(&t, &CallFilter { search: Some(text), ..everything(ALL) }).await;
    assert_eq!(found("a_B").await?, ["/proxy/A_b?q=100%25!"]);
    assert_eq!(found("100%25!").await?, ["/proxy/A_b?q=100%25!"]);
    assert_eq!(found("%").await?, ["/proxy/A_b?q=100%25!"]);
    assert_eq!(found("PROXY").await?.len(), 2);
    assert_eq!(found("").await?.len(), 3);
    assert_eq!(found(&last.request_id.as_str()[3..]).await?, ["/z"]);
    assert_eq!(found("' or ''='").await?, [""; 0]);
    Ok(())
}
