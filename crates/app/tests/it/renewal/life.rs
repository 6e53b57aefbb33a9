//! When tokens are renewed: before their end, by every spelling of it, whatever the clocks say, and also where nobody calls.

use keyway_testing::{Authority, Store, TestServer};
use serde_json::{Value, json};

use super::setup::{PERSON, Renewing, members, noon, true_clock};
use crate::support::eventually;

/// Whether a token of an answer with these members is renewed for a call after so many seconds.
async fn is_renewed(answer: Value, method: &str, after: i64) -> bool {
    let on = Renewing::with(method).await;
    on.authority.change(|rules| rules.more = members(answer));
    let instance = on.connect("ann").await;
    on.authority.change(|rules| rules.more.clear());
    on.clock.advance(after);
    on.tell_time(0);
    on.call(&instance).await.ok();
    on.authority.asked() == 2
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_when_a_twentieth_of_its_life_is_left() {
    assert!(!is_renewed(json!({}), PERSON, 3600 - 181).await);
    assert!(is_renewed(json!({}), PERSON, 3600 - 180).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_minute_before_its_end_at_least() {
    let short = json!({ "expires_in": 300 });
    assert!(!is_renewed(short.clone(), PERSON, 300 - 31).await);
    assert!(is_renewed(short, PERSON, 300 - 30).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn or_when_the_definition_says() {
    let method = format!("{PERSON}    expiry: {{ margin: 600 }}\n");
    assert!(!is_renewed(json!({}), &method, 3600 - 601).await);
    assert!(is_renewed(json!({}), &method, 3600 - 600).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn lifetimes_are_understood_in_every_spelling() {
    let end = noon().plus_seconds(3600);
    for spelling in [
        json!("3600"),
        json!(3600.0),
        json!("3600.0"),
        json!("1h"),
        json!(end.as_millis() / 1000),
        json!(end.as_millis()),
        json!(end.to_string()),
    ] {
        let spelt = json!({ "expires_in": spelling });
        assert!(!is_renewed(spelt.clone(), PERSON, 3600 - 181).await, "{spelt}");
        assert!(is_renewed(spelt.clone(), PERSON, 3600 - 180).await, "{spelt}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_answer_says_nothing_the_definition_does_or_nobody() {
    let nothing = json!({ "expires_in": null });
    assert!(!is_renewed(nothing.clone(), PERSON, 1_000_000).await);
    let method = format!("{PERSON}    expiry: {{ default: 600 }}\n");
    assert!(!is_renewed(nothing.clone(), &method, 569).await);
    assert!(is_renewed(nothing, &method, 570).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_clock_may_be_an_hour_off() {
    let method = PERSON.replace("token: /token", "token: { POST: /token, capture: { token.expires_at: body.ends } }");
    for ahead in [3600, -3600] {
        let on = Renewing::with(&method).await;
        on.tell_time(ahead);
        let ends = noon().plus_seconds(3600 + ahead).to_string();
        on.authority.change(|rules| rules.more = members(json!({ "ends": ends, "expires_in": null })));
        let instance = on.connect("ann").await;
        let shown = on.shown(&instance).await;
        assert_eq!(shown["grant"]["expiresAt"], noon().plus_seconds(3600).to_string(), "{ahead}");
        on.clock.advance(3600 - 181);
        on.call(&instance).await.ok();
        assert_eq!(on.authority.asked(), 1);
        on.clock.advance(1);
        on.call(&instance).await.ok();
        assert_eq!(on.authority.asked(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_by_an_hour_loses_no_token() {
    for seconds in [3600, -3600] {
        let on = Renewing::new().await;
        let instance = on.connect("ann").await;
        on.clock.advance(seconds);
        on.tell_time(0);
        on.call(&instance).await.ok();
        // Too early rather than too late, once, and nothing is lost.
        assert_eq!((on.authority.asked(), on.authority.refused()), (if seconds > 0 { 2 } else { 1 }, 0));
        on.authority.end_access();
        on.call(&instance).await.ok();
        on.pass_an_hour();
        on.call(&instance).await.ok();
        assert_eq!(on.authority.refused(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_a_server_whose_clock_was_an_hour_ahead_does_not_block() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    let app = on.server.app();
    let grant = app.store.read().await.unwrap().grant(keyway_model::InstanceId(instance.id)).await.unwrap().unwrap();
    let mut tx = app.store.write().await.unwrap();
    let (now, owner) = (noon().plus_seconds(3600), app.entropy.uuid());
    tx.begin_renewal(grant.instance, grant.version, owner, now, now.plus_seconds(10)).await.unwrap().expect("a lease");
    tx.commit().await.unwrap();
    on.clock.advance(3590);
    on.tell_time(0);
    let began = std::time::Instant::now();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
    assert!(began.elapsed() < std::time::Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_the_provider_would_forget_are_renewed_though_nobody_calls() {
    let on = Renewing::with(&format!("{PERSON}    expiry: {{ idle: 86400 }}\n")).await;
    let (active, disabled) = (on.connect("ann").await, on.connect("bob").await);
    on.server.admin().delete(&format!("/instances/{}/enabled", disabled.id)).await.ok();
    // Half of the time, and a tenth for the spread.
    on.clock.advance(43_201);
    eventually(async || on.authority.asked() == 3).await;
    assert!(String::from_utf8_lossy(&on.authority.token_requests()[2].body).contains("r.ann.1"));
    on.call(&active).await.ok();
    assert_eq!(on.call(&disabled).await.status, 403);
    assert_eq!(on.authority.asked(), 3, "an instance that is switched off is left alone");
    on.server.admin().put(&format!("/instances/{}/enabled", disabled.id), json!({})).await.ok();
    eventually(async || on.authority.asked() == 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_instance_is_not_renewed_by_a_call_of_a_resource() {
    let on = Renewing::new().await;
    let instance = on.connect("bob").await;
    on.server.admin().delete(&format!("/instances/{}/enabled", instance.id)).await.ok();
    on.pass_an_hour();
    assert_eq!(on.client(&instance).get("/things").await.status, 403);
    assert_eq!(on.authority.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nothing_renews_is_used_to_its_end() {
    let on = Renewing::new().await;
    on.authority.change(|rules| rules.more = members(json!({ "refresh_token": null })));
    let instance = on.connect("ann").await;
    on.clock.advance(3599);
    on.call(&instance).await.ok();
    on.clock.advance(2);
    let over = on.call(&instance).await;
    assert_eq!(over.status, 401);
    let words = "has to be authenticated again: its token has ended and the provider gave none that renews it";
    assert!(over.message().ends_with(words), "{}", over.text);
    assert_eq!(on.authority.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_that_nothing_renews_does_not_make_every_call_renew() {
    let method = PERSON.replace(
        "token: /token",
        "token: { POST: /token, capture: { token.access: body.access_token, token.refresh: body.refresh_token, \
         token.expires_in: body.expires_in, token.user.access: body.user, token.user.expires_in: body.user_ends } }",
    );
    let on = Renewing::with(&method).await;
    let user = json!({ "user": "u", "user_ends": 600, "expires_in": 86400 });
    on.authority.change(|rules| rules.more = members(user));
    let instance = on.connect("ann").await;
    on.authority.change(|rules| rules.more = members(json!({ "expires_in": 86400 })));
    on.pass_an_hour();
    for _ in 0..3 {
        on.call(&instance).await.ok();
    }
    assert!(on.authority.asked() <= 2, "{}", on.authority.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_is_due_survives_a_restart() {
    let folder = super::setup::folder(PERSON);
    let authority = Authority::start().await;
    let mut server = TestServer::with_clock(Store::Sqlite, true_clock(), |settings| {
        settings.connectors = vec![folder.path().to_owned()];
    });
    authority.change(|rules| rules.lifetime = 2);
    let body = json!({ "name": "one", "element": { "key": "rotating" }, "providerData": { "code": "ann" },
        "configuration": { "base.url": authority.url(), "oauth.api.key": Authority::CLIENT, "oauth.api.secret": Authority::SECRET } });
    let made = server.admin().post("/instances", body).await.ok();
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    server.restart();
    let token = made["token"].as_str().expect("a token");
    assert_eq!(server.element(token).get("/proxy/things").await.ok()["token"], "a.ann.2");
}
