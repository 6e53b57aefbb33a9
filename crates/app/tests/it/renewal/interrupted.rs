//! Renewals that somebody began and did not end: what a process leaves behind that dies in between.

use keyway_model::InstanceId;
use keyway_testing::{Reply, Trouble};
use serde_json::json;

use super::setup::{PERSON, Renewing, members};
use crate::support::{Instance, eventually};

/// Takes the lease as a process does that dies right after.
async fn die_after_beginning(on: &Renewing, instance: &Instance) {
    let app = on.server.app();
    let id = InstanceId(instance.id);
    let grant = app.store.read().await.expect("a store").grant(id).await.expect("a row").expect("a grant");
    let mut tx = app.store.write().await.expect("a store");
    let now = app.clock.now();
    let lease =
        tx.begin_renewal(id, grant.version, app.entropy.uuid(), now, now.plus_seconds(10)).await.expect("a row");
    assert!(lease.is_some());
    tx.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_nobody_ends_is_taken_over_though_nobody_calls() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    die_after_beginning(&on, &instance).await;
    on.clock.advance(11);
    on.tell_time(0);
    eventually(async || on.authority.asked() == 2).await;
    eventually(async || on.shown(&instance).await["trouble"].is_null()).await;
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_wait_for_the_lease_of_the_dead() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    die_after_beginning(&on, &instance).await;
    let client = on.client(&instance);
    let call = tokio::spawn(async move { client.get("/proxy/things").await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!((on.authority.asked(), call.is_finished()), (1, false));
    assert_eq!(call.await.expect("a call does not panic").ok()["token"], "a.ann.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_spent_in_between_is_reported_as_such() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    // The provider rotates, and nobody ever sees its answer.
    on.authority.change(|rules| rules.trouble = Some(Trouble::Reset));
    assert_eq!(on.call(&instance).await.status, 502);
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(120);
    let over = on.call(&instance).await;
    assert_eq!(over.status, 401, "{}", over.text);
    let reason = on.trouble(&instance).await;
    assert!(reason.contains("an earlier renewal was interrupted after it may have replaced the token"), "{reason}");
    assert_eq!(on.shown(&instance).await["lifecycle"], "reconnect_needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_after_an_interruption_does_not_forget_it() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    on.authority.change(|rules| rules.trouble = Some(Trouble::Reset));
    assert_eq!(on.call(&instance).await.status, 502);
    let busy = Reply::json(429, &json!({}));
    on.authority.change(|rules| rules.trouble = Some(Trouble::Answer(busy)));
    on.clock.advance(120);
    assert_eq!(on.call(&instance).await.status, 502);
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(120);
    assert_eq!(on.call(&instance).await.status, 401);
    let reason = on.trouble(&instance).await;
    assert!(reason.contains("an earlier renewal was interrupted"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_was_left_alone_interrupted_nothing() {
    let on = Renewing::new().await;
    let mut instances = Vec::new();
    for number in 0..6 {
        instances.push(on.connect(&format!("n{number}")).await);
    }
    on.pass_an_hour();
    on.authority.change(|rules| rules.trouble = Some(Trouble::Refuse));
    for instance in &instances {
        assert_eq!(on.call(instance).await.status, 502);
    }
    on.authority.change(|rules| rules.trouble = None);
    on.authority.end("n5");
    on.clock.advance(120);
    assert_eq!(on.call(&instances[5]).await.status, 401);
    let reason = on.trouble(&instances[5]).await;
    assert!(!reason.contains("interrupted"), "nothing was sent for it: {reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_opened_blocks_nothing() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    let app = on.server.app();
    let id = InstanceId(instance.id);
    let grant = app.store.read().await.expect("a store").grant(id).await.expect("a row").expect("a grant");
    let mut tx = app.store.write().await.expect("a store");
    let now = app.clock.now();
    let begun = tx.begin_renewal(id, grant.version, app.entropy.uuid(), now, now.plus_seconds(10)).await;
    let lease = begun.expect("a row").expect("a lease");
    assert!(tx.keep_answer(id, lease.fence, b"of another key").await.expect("a row"));
    tx.commit().await.expect("a commit");
    on.pass_an_hour();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
}

/// Two token sets, each renewed by a request of its own.
const TWO: &str = "
    authorize: /authorize
    token:
      POST: /token
      capture:
        token.access: body.access_token
        token.refresh: body.refresh_token
        token.expires_in: body.expires_in
        token.user.access: body.user.access_token
        token.user.refresh: body.user.refresh_token
    refresh: standard
    bearer: \"${token.access}\"
";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_request_of_two_brought_outlives_the_failure_of_the_second() {
    let on = Renewing::with(TWO).await;
    on.connect("person").await;
    let user = json!({ "user": { "access_token": "a.person.1", "refresh_token": "r.person.1" } });
    on.authority.change(|rules| rules.more = members(user));
    let instance = on.connect("bot").await;
    on.authority.change(|rules| {
        rules.more.clear();
        rules.delay = std::time::Duration::from_millis(200);
    });
    on.pass_an_hour();
    let client = on.client(&instance);
    let call = tokio::spawn(async move { client.get("/proxy/things").await });
    eventually(async || on.authority.asked() == 3).await;
    let busy = Reply::json(429, &json!({}));
    on.authority.change(|rules| rules.trouble = Some(Trouble::Answer(busy)));
    assert_eq!(call.await.expect("a call does not panic").status, 502);
    assert_eq!(on.authority.asked(), 4);
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(120);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.bot.2");
    assert_eq!((on.authority.asked(), on.authority.refused()), (5, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_that_is_refused_takes_nothing_from_the_other() {
    let on = Renewing::with(TWO).await;
    on.connect("person").await;
    let user = json!({ "user": { "access_token": "a.person.1", "refresh_token": "r.person.1" } });
    on.authority.change(|rules| rules.more = members(user));
    let instance = on.connect("bot").await;
    on.authority.change(|rules| {
        rules.more.clear();
        rules.delay = std::time::Duration::from_millis(200);
    });
    on.pass_an_hour();
    let client = on.client(&instance);
    let call = tokio::spawn(async move { client.get("/proxy/things").await });
    eventually(async || on.authority.asked() == 3).await;
    let over = Reply::json(400, &json!({ "error": "invalid_grant" }));
    on.authority.change(|rules| rules.trouble = Some(Trouble::Answer(over)));
    assert_eq!(call.await.expect("a call does not panic").ok()["token"], "a.bot.2");
    on.authority.change(|rules| rules.trouble = None);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.bot.2");
    assert_eq!(on.authority.asked(), 4, "the other set is left alone for a while");
    on.pass_an_hour();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.bot.3");
    assert_eq!(on.authority.refused(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_read_is_not_read_for_ever() {
    let on = Renewing::with(PERSON).await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    let page = Reply { status: 200, headers, body: "<html>maintenance</html>".to_owned() };
    on.authority.change(|rules| rules.trouble = Some(Trouble::Answer(page)));
    assert_eq!(on.call(&instance).await.status, 502);
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(120);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
}
