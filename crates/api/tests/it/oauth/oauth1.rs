//! OAuth 1.0a in the dialect's three steps, and by an attempt.

use serde_json::json;

use super::world::{PUBLIC, World, finish_code, parameter};
use crate::fixture::text;

const ASKED: &str = "apiKey=my-client&apiSecret=my-secret&callbackUrl=https%3A%2F%2Fmy.example%2Fcb";

#[tokio::test(flavor = "multi_thread")]
async fn three_steps_make_an_instance() {
    let world = World::new().await;
    let admin = world.server.admin();
    let temporary = admin.get(&format!("/elements/old/oauth/token?{ASKED}")).await.ok();
    assert_eq!(temporary, json!({ "token": "temporary", "secret": "temporary-secret" }));
    let url = admin.get(&format!("/elements/old/oauth/url?{ASKED}&requestToken=temporary")).await.ok();
    assert_eq!(url["oauthUrl"], format!("{}/authorize?oauth_token=temporary", world.vendor.url()));
    let body = json!({
        "name": "x", "element": { "key": "old" },
        "configuration": { "oauth.api.key": "my-client", "oauth.api.secret": "my-secret" },
        "providerData": { "oauth_token": "temporary", "oauth_verifier": "said", "secret": "temporary-secret" },
    });
    admin.post("/instances", body).await.ok();
    let seen = world.vendor.seen().into_iter().find(|seen| seen.target == "/access_token").unwrap();
    let signed = seen.headers["authorization"].to_str().unwrap();
    assert!(signed.contains("oauth_verifier=\"said\"") && signed.contains("oauth_token=\"temporary\""), "{signed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_known_again_by_the_temporary_token() {
    let world = World::new().await;
    let admin = world.server.admin();
    world.register("old").await;
    let begun = world.begin(&admin, "old", "").await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    assert_eq!(parameter(&page, "oauth_token"), "temporary");
    let asked = world.vendor.seen().into_iter().find(|seen| seen.target == "/request_token").unwrap();
    let signed = asked.headers["authorization"].to_str().unwrap().to_owned();
    let redirect = parameter(&format!("?{}", signed.replace(", ", "&").replace('"', "")), "oauth_callback");
    let path = redirect.strip_prefix(PUBLIC).unwrap_or_else(|| panic!("{signed}"));
    let back = browser.open(&format!("{path}?oauth_token=temporary&oauth_verifier=said")).await;
    let code = finish_code(&back);
    let made = world.finish(&admin, "old", &begun.secret, &code).await.ok();
    let called = world.server.element(text(&made, "token")).get("/proxy/x").await;
    assert_eq!(called.status, 200, "{}", called.text);
    let signed = world.vendor.last().headers["authorization"].to_str().unwrap().to_owned();
    assert!(signed.contains("oauth_consumer_key=\"old-client\""), "{signed}");
    assert!(signed.contains("oauth_token=\"token-of-old\""), "{signed}");
}
