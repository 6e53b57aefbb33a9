//! Grants that come from elsewhere, that a person gives again, and that end with their instance.

use keyway_testing::Reply;
use serde_json::{Value, json};

use super::setup::{PERSON, Renewing, last_token, made};
use crate::support::Instance;

/// Authenticates an instance again with a code.
async fn again(on: &Renewing, instance: &Instance, code: &str) -> keyway_testing::Answer {
    let body = json!({ "providerData": { "code": code } });
    on.server.admin().patch(&format!("/instances/{}", instance.id), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_from_elsewhere_are_taken_and_renewed() {
    let on = Renewing::new().await;
    // Somebody else has got them.
    let other = on.connect("ann").await;
    let import = |token: &str, refresh: &str| {
        let mut configuration = on.configuration();
        configuration["oauth.user.token"] = json!(token);
        configuration["oauth.user.refresh_token"] = json!(refresh);
        json!({ "name": "one", "element": { "key": "rotating" }, "configuration": configuration,
            "externalAuthentication": "initial" })
    };
    let answer = on.server.admin().post("/instances", import("a.ann.1", "r.ann.1")).await;
    let instance = made(&answer);
    assert!(!answer.text.contains("r.ann.1"), "{}", answer.text);
    assert_eq!((on.call(&instance).await.ok()["token"].clone(), on.authority.asked()), (json!("a.ann.1"), 1));
    on.authority.end_access();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
    // A refresh token alone is enough: it is proven by being used.
    let alone = on.server.admin().post("/instances", import("", "r.ann.2")).await;
    assert_eq!(on.call(&made(&alone)).await.ok()["token"], "a.ann.3");
    // What is wrong leaves nothing behind.
    let wrong = on.server.admin().post("/instances", import("", "r.ann.1")).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_comes_again_brings_the_instance_back() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.end_access();
    on.authority.change(|rules| rules.grace = std::time::Duration::ZERO);
    // The provider forgets the chain; a later consent of the same person begins where it was.
    on.pass_an_hour();
    let reply = Reply::json(400, &json!({ "error": "invalid_grant" }));
    on.authority.change(|rules| rules.trouble = Some(keyway_testing::Trouble::Answer(reply)));
    assert_eq!(on.call(&instance).await.status, 401);
    assert_eq!(on.shown(&instance).await["lifecycle"], "reconnect_needed");
    on.authority.change(|rules| rules.trouble = None);
    let back = again(&on, &instance, "ann").await.ok();
    assert_eq!(
        (&back["lifecycle"], &back["id"], &back["token"]),
        (&json!("active"), &json!(instance.id), &json!(instance.token))
    );
    assert_eq!(back.get("trouble"), None);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_person_does_not_take_an_instance_over() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    let refused = again(&on, &instance, "eve").await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.message().contains("belongs to another account"), "{}", refused.text);
    let given_back: Vec<_> = on.authority.revocations().iter().map(|seen| seen.body.clone()).collect();
    assert!(given_back.iter().all(|body| String::from_utf8_lossy(body).contains(".eve.1")), "{given_back:?}");
    assert_eq!(given_back.len(), 2);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.1");
    on.pass_an_hour();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_comes_during_a_renewal_wins() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    on.authority.change(|rules| rules.delay = std::time::Duration::from_secs(1));
    let client = on.client(&instance);
    let renewing = tokio::spawn(async move { client.get("/proxy/things").await });
    crate::support::eventually(async || on.authority.asked() == 2).await;
    on.authority.change(|rules| rules.delay = std::time::Duration::ZERO);
    let back = again(&on, &instance, "ann").await;
    assert_eq!(back.status, 200, "{}", back.text);
    renewing.await.expect("a call does not panic").ok();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.3");
    assert_eq!(last_token(&on.authority), "Bearer a.ann.3");
    on.pass_an_hour();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.4");
    assert_eq!(on.authority.refused(), 0);
}

/// What the store remembers of giving tokens back.
async fn outcome(on: &Renewing, instance: &Instance) -> Option<String> {
    let id = keyway_model::InstanceId(instance.id);
    on.server.app().store.read().await.expect("a store").revocation(id).await.expect("a row")
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_an_instance_gives_its_tokens_back() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.server.admin().delete(&format!("/instances/{}", instance.id)).await.ok();
    let sent: Vec<_> =
        on.authority.revocations().iter().map(|seen| String::from_utf8_lossy(&seen.body).into_owned()).collect();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent[0].contains("token=r.ann.1&token_type_hint=refresh_token"), "{sent:?}");
    assert!(sent[1].contains("token=a.ann.1&token_type_hint=access_token"), "{sent:?}");
    assert_eq!(outcome(&on, &instance).await.as_deref(), Some("revoked"));
    assert_eq!(on.call(&instance).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_keeps_nothing_from_being_deleted() {
    let on = Renewing::with(&PERSON.replace("revoke: /revoke", "revoke: http://127.0.0.1:9/revoke")).await;
    let instance = on.connect("ann").await;
    on.server.admin().delete(&format!("/instances/{}", instance.id)).await.ok();
    assert_eq!(outcome(&on, &instance).await.as_deref(), Some("failed"));
    assert_eq!(on.server.admin().get(&format!("/instances/{}", instance.id)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_without_a_way_back_is_told_apart() {
    let on = Renewing::with(&PERSON.replace("    revoke: /revoke\n", "")).await;
    let instance = on.connect("ann").await;
    on.server.admin().delete(&format!("/instances/{}", instance.id)).await.ok();
    assert_eq!(outcome(&on, &instance).await.as_deref(), Some("unsupported"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_shown_to_nobody() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.call(&instance).await.ok();
    for path in ["/instances", "/instances?hydrate=true", &format!("/instances/{}/configuration", instance.id)] {
        let text = on.server.admin().get(path).await.text;
        assert!(!text.contains(".ann.1"), "{path}: {text}");
    }
    let usage: Value = on.server.admin().get("/usage").await.json();
    assert!(!usage.to_string().contains(".ann.1"), "{usage}");
}
