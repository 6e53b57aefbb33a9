//! Renewals that a refusal of a call drives: one renewal, one retry, and only where the call can be sent again.

use serde_json::json;

use super::setup::{PERSON, Renewing, last_token, members};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_is_sent_again_with_a_newer_token() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.end_access();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
    assert_eq!(on.authority.asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_of_a_resource_is_sent_again_with_a_newer_token() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.end_access();
    let client = on.client(&instance);
    client.get("/things").await;
    assert_eq!((on.authority.asked(), last_token(&on.authority)), (2, "Bearer a.ann.2".to_owned()));
    on.authority.end_access();
    // The present token was got because of a refusal a moment ago, so the provider's words stand.
    assert_eq!(client.get("/things").await.status, 401);
    assert_eq!(on.authority.asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_sent_again_byte_by_byte() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    let client = on.client(&instance);
    on.authority.end_access();
    let body = "{\"name\": \"a  b\", \"x\":1.0}";
    let request = client.request("POST", "/proxy/things?a=1").body(body).header("content-type", "application/json");
    let answer = client.send(request).await.ok();
    assert_eq!((&answer["body"], &answer["token"]), (&json!(body), &json!("a.ann.2")));
    assert_eq!(answer["target"], "/things?a=1");
    let calls = on.authority.calls();
    let posts: Vec<_> = calls.iter().filter(|seen| seen.method == "POST").collect();
    assert_eq!(posts.len(), 2);
    assert_eq!(
        (&posts[0].body, posts[0].headers.get("content-type")),
        (&posts[1].body, posts[1].headers.get("content-type"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_of_a_resource_is_sent_again() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.end_access();
    let made = on.client(&instance).post("/things", json!({ "name": "n" })).await.ok();
    assert_eq!((&made["body"], &made["token"]), (&json!("{\"name\":\"n\"}"), &json!("a.ann.2")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upload_that_is_not_kept_renews_for_the_next_call() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    let client = on.client(&instance);
    on.authority.end_access();
    let upload =
        async || client.send(client.request("POST", "/proxy/things").body("x".repeat(1024 * 1024))).await.status;
    assert_eq!(upload().await, 401);
    crate::support::eventually(async || upload().await == 200).await;
    assert_eq!(on.authority.asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_again_is_not_renewed_again() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.change(|rules| rules.more = members(json!({ "access_token": "never good" })));
    on.authority.end_access();
    for _ in 0..3 {
        let refused = on.call(&instance).await;
        assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("this token is not good")));
    }
    assert_eq!(on.authority.asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_definition_says_which_statuses_mean_that_a_token_is_over() {
    for status in [400, 403, 409] {
        let on = Renewing::with(&format!("{PERSON}    expired_when: [401, {status}]\n")).await;
        on.authority.change(|rules| rules.refusal = status);
        let instance = on.connect("ann").await;
        on.authority.end_access();
        assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2", "{status}");
    }
    let on = Renewing::new().await;
    on.authority.change(|rules| rules.refusal = 403);
    let instance = on.connect("ann").await;
    on.authority.end_access();
    assert_eq!((on.call(&instance).await.status, on.authority.asked()), (403, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_endpoint_that_fails_is_not_asked_by_every_refused_call() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.end_access();
    let reply = keyway_testing::Reply::json(503, &json!({}));
    on.authority.change(|rules| rules.trouble = Some(keyway_testing::Trouble::Answer(reply)));
    for _ in 0..5 {
        assert_eq!(on.call(&instance).await.status, 401);
    }
    assert_eq!(on.authority.asked(), 2, "one renewal was tried");
}
