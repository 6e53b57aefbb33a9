//! The OAuth helpers exactly as the dialect has them (section 2.2).

use serde_json::json;

use super::world::{Unusual, World, pairs, parameter};
use crate::fixture::text;

const ASKED: &str = "apiKey=my-client&apiSecret=my-secret&callbackUrl=https%3A%2F%2Fmy.example%2Fcb";

#[tokio::test(flavor = "multi_thread")]
async fn the_url_of_the_consent_page_holds_what_was_asked_for() {
    let world = World::new().await;
    let admin = world.server.admin();
    let answer = admin.get(&format!("/elements/acme/oauth/url?{ASKED}")).await.ok();
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["element", "oauthUrl"]);
    assert_eq!(answer["element"], "acme");
    let url = text(&answer, "oauthUrl").to_owned();
    assert!(url.starts_with(&format!("{}/authorize?", world.vendor.url())), "{url}");
    let mut query = pairs(url.split_once('?').unwrap().1);
    let challenge = query.remove("code_challenge").expect("a proof key for a caller who is known");
    assert!(challenge.len() >= 43 && query.remove("code_challenge_method").is_some());
    let expected = [
        ("response_type", "code"),
        ("client_id", "my-client"),
        ("redirect_uri", "https://my.example/cb"),
        ("scope", "read write"),
        ("state", "acme"),
    ];
    assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    assert!(!url.contains("my-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_is_asked_by_number_under_both_names_and_in_a_body() {
    let world = World::new().await;
    let admin = world.server.admin();
    let path = "/elements/acme/oauth/url";
    let asked =
        format!("{ASKED}&scope=mine&state=s%20t&isOAuthProxy=true&oauthProxyName=p&callbackProxy=x&isOauthProxy=1");
    let by_key = admin.get(&format!("{path}?{asked}")).await.ok();
    assert_eq!(parameter(text(&by_key, "oauthUrl"), "scope"), "mine");
    assert_eq!(parameter(text(&by_key, "oauthUrl"), "state"), "s t");
    let id = admin.get("/elements/acme").await.ok()["id"].clone();
    for other in [format!("/elements/{id}/oauth/url"), "/connectors/acme/oauth/url".to_owned()] {
        assert_eq!(admin.get(&format!("{other}?{asked}")).await.ok(), by_key, "the same proof key, too");
    }
    let body = json!({
        "apiKey": "my-client", "apiSecret": "my-secret", "callbackUrl": "https://my.example/cb", "scope": "mine", "state": "s t",
        "isOAuthProxy": true, "isOauthProxy": true, "oauthProxyName": "p",
    });
    assert_eq!(admin.post(path, body).await.ok(), by_key);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_asked_for_is_refused_with_the_reason() {
    let world = World::new().await;
    let admin = world.server.admin();
    for (path, status, words) in [
        (format!("/elements/nothing/oauth/url?{ASKED}"), 404, "No element found"),
        (format!("/elements/keyed/oauth/url?{ASKED}"), 400, "asks no person"),
        ("/elements/acme/oauth/url?callbackUrl=https%3A%2F%2Fmy.example%2Fcb".to_owned(), 400, "apiKey"),
        ("/elements/acme/oauth/url?apiKey=a&apiSecret=b".to_owned(), 400, "callbackUrl"),
        ("/elements/acme/oauth/url?apiKey=a&callbackUrl=javascript%3Aalert(1)".to_owned(), 400, "callbackUrl"),
        (format!("/elements/zendesk/oauth/url?{ASKED}&authentication.type=other"), 400, "authentication.type"),
        (format!("/elements/selfhosted/oauth/url?{ASKED}"), 400, "base.url"),
        (format!("/elements/old/oauth/url?{ASKED}"), 400, "requestToken"),
        (format!("/elements/acme/oauth/token?{ASKED}"), 400, "OAuth 1.0a"),
    ] {
        let answer = admin.get(&path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.message().contains(words), "{path}: {}", answer.text);
    }
    assert_eq!(world.server.anonymous().get(&format!("/elements/acme/oauth/url?{ASKED}")).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_ask_where_the_catalogue_is_public_but_only_users_get_a_proof_key() {
    let world = World::with(Unusual { public_catalogue: true, ..Unusual::default() }).await;
    let answer = world.server.anonymous().get(&format!("/elements/acme/oauth/url?{ASKED}")).await.ok();
    assert_eq!(parameter(text(&answer, "oauthUrl"), "code_challenge"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_own_parameters_are_entries_of_the_configuration() {
    let world = World::new().await;
    let admin = world.server.admin();
    for asked in ["base.url=https%3A%2F%2Fgit.example.com%2Fx", "siteAddress=git.example.com%2Fx"] {
        let answer = admin.get(&format!("/elements/selfhosted/oauth/url?{ASKED}&{asked}")).await.ok();
        assert!(text(&answer, "oauthUrl").starts_with("https://git.example.com/x/authorize?"), "{answer}");
    }
    for asked in ["zendesk.subdomain=acme", "subdomain=acme", "siteAddress=acme"] {
        let path = format!("/elements/zendesk/oauth/url?{ASKED}&authentication.type=oauth2&{asked}");
        let answer = admin.get(&path).await.ok();
        assert!(
            text(&answer, "oauthUrl").starts_with("https://acme.zendesk.com/oauth/authorizations/new?"),
            "{answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_made_of_the_code_and_not_without_it() {
    let world = World::new().await;
    let admin = world.server.admin();
    let configuration = json!({
        "oauth.api.key": "my-client", "oauth.api.secret": "my-secret", "oauth.callback.url": "https://my.example/cb",
    });
    let without = json!({ "name": "x", "element": { "key": "acme" }, "configuration": configuration });
    let answer = admin.post("/instances", without).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.message(), "You must provide an OAuth code in order to create an instance of this element");
    let url = admin.get(&format!("/elements/acme/oauth/url?{ASKED}")).await.ok();
    let with = json!({
        "name": "x", "element": { "key": "acme" }, "configuration": configuration, "providerData": { "code": "good" },
    });
    let made = admin.post("/instances", with).await.ok();
    assert!(made.get("providerData").is_none());
    let form = world.token_requests().pop().unwrap();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "good"),
        ("redirect_uri", "https://my.example/cb"),
        ("client_id", "my-client"),
        ("client_secret", "my-secret"),
    ] {
        assert_eq!(form[name], value);
    }
    assert_eq!(form["code_verifier"], parameter(text(&url, "oauthUrl"), "code_challenge"));
    let called = world.server.element(text(&made, "token")).get("/proxy/x").await;
    assert_eq!(called.status, 200, "{}", called.text);
    assert_eq!(world.vendor.last().headers["authorization"], "Bearer token-of-good");
}
