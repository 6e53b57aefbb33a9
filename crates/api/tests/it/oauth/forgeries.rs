//! What attackers try with URLs, issuers, proof keys and hosts.

use serde_json::json;

use super::world::{CALLBACK, World, finish_code, page_status, parameter};
use crate::fixture::{outsider, text};

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_sent_to_registered_urls_only() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    for wrong in [
        "https://evil.example/connected",
        "https://app.example/connected/",
        "https://app.example/connected?x=1",
        "https://app.example/connected#x",
        "https://app.example/CONNECTED",
        "https://app.example:443/connected",
        "https://app.example/",
        "https://app.example/connected/../evil",
        "https://app.example@evil.example/connected",
        "http://app.example/connected",
        "//app.example/connected",
        "javascript:alert(1)",
    ] {
        let asked = reqwest::Url::parse_with_params("http://x/", [("callbackUrl", wrong)]).unwrap();
        let path = format!("/elements/acme/oauth/url/default?{}", asked.query().unwrap());
        let refused = admin.get(&path).await;
        assert!(refused.status == 400 && refused.message().contains("callbackUrl"), "{wrong}: {}", refused.text);
    }
    let own = format!("/elements/acme/oauth/url/default?apiKey=a&apiSecret=b&callbackUrl={CALLBACK}");
    assert_eq!(admin.get(&own).await.status, 400, "a client of one's own has no registered URLs");
    for wrong in ["javascript:alert(1)", "https://a@b.example/", "/relative", "https://app.example/#x"] {
        let body = json!({ "connector": "bolt", "clientId": "c", "callbackUrls": [wrong] });
        let refused = admin.post("/registrations", body).await;
        assert!(refused.status == 400 && refused.message().contains("callbackUrls"), "{wrong}: {}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_issuer_is_refused_and_not_quoted() {
    let world = World::new().await;
    world.register("modern").await;
    let admin = world.server.admin();
    let right = world.vendor.url();
    for answer in [
        "code=good".to_owned(),
        "code=good&iss=https%3A%2F%2Fevil.example".to_owned(),
        format!("code=good&iss={right}/"),
        "error=server_error&error_description=words-of-another&iss=https%3A%2F%2Fevil.example".to_owned(),
    ] {
        let begun = world.begin(&admin, "modern", "").await;
        let mut browser = world.browser();
        let page = browser.start(&begun).await;
        let back = browser.come_back(&page, &answer).await;
        assert_eq!((back.status, page_status(&back).as_str()), (400, "failed"), "{answer}");
        assert!(!back.text.contains("words-of-another") && !back.text.contains("evil.example"), "{}", back.text);
        assert!(world.finish(&admin, "modern", &begun.secret, "x").await.message().contains("authorization server"));
    }
    assert!(world.token_requests().is_empty());
    let begun = world.begin(&admin, "modern", "").await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    assert!(!parameter(&page, "code_challenge").is_empty());
    let code = finish_code(&browser.come_back(&page, &format!("code=good&iss={right}")).await);
    world.finish(&admin, "modern", &begun.secret, &code).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_key_is_sent_whatever_a_caller_says() {
    let world = World::new().await;
    let admin = world.server.admin();
    let callback = "https://my.example/cb";
    let asked = format!("/elements/acme/oauth/url?apiKey=mine&apiSecret=s&callbackUrl={callback}");
    let url = admin.get(&asked).await.ok();
    let challenge = parameter(text(&url, "oauthUrl"), "code_challenge");
    for data in [
        json!({ "code": "good" }),
        json!({ "code": "good", "code_verifier": "another" }),
        json!({ "code": "good", "code_verifier": "" }),
        json!({ "code": "good", "verifier": null, "code_challenge_method": "none" }),
    ] {
        let body = json!({
            "element": { "key": "acme" }, "providerData": data,
            "configuration": { "oauth.api.key": "mine", "oauth.api.secret": "s", "oauth.callback.url": callback },
        });
        admin.post("/instances", body).await.ok();
        let form = world.token_requests().pop().unwrap();
        assert_eq!(form["code_verifier"], challenge, "{data}");
    }
    // The proof key is the user's own: a code that somebody else has caught is of no use to them.
    let thief = outsider(&world.server, "thief").await;
    let body = json!({
        "element": { "key": "acme" }, "providerData": { "code": "good" },
        "configuration": { "oauth.api.key": "mine", "oauth.api.secret": "s", "oauth.callback.url": callback },
    });
    thief.post("/instances", body).await.ok();
    assert_eq!(world.token_requests().pop().unwrap().get("code_verifier"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_secret_goes_to_no_host_of_a_users_choice() {
    let world = World::new().await;
    let admin = world.server.admin();
    let user = outsider(&world.server, "user").await;
    world.register("selfhosted").await;
    world.register("acme").await;
    let evil = "base.url=http%3A%2F%2F127.0.0.1%3A1";
    for path in ["selfhosted", "acme"] {
        let path = format!("/elements/{path}/oauth/url/default?{evil}");
        let answer = user.get(&path).await;
        let goes_there = path.contains("selfhosted");
        assert_eq!(
            answer.status == 400 && answer.message().contains("registered client"),
            goes_there,
            "{}",
            answer.text
        );
    }
    // Nor when the attempt is finished with another host than it was begun with.
    let named = json!({
        "connector": "selfhosted", "name": "named", "clientId": "c", "secret": "s",
        "configuration": { "base.url": world.vendor.url() },
    });
    admin.post("/registrations", named).await.ok();
    let begun = world.begin(&user, "selfhosted", &format!("?name=named&{evil}")).await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    assert!(page.starts_with(&world.vendor.url()), "the registration's host wins: {page}");
    let code = finish_code(&browser.come_back(&page, "code=good").await);
    let body = json!({
        "element": { "key": "selfhosted" }, "configuration": { "base.url": "http://127.0.0.1:1" },
        "providerData": { "secret": begun.secret, "code": code },
    });
    let made = user.post("/instances", body).await.ok();
    assert_eq!(made["configuration"]["base.url"], world.vendor.url());
    assert_eq!(world.token_requests().pop().unwrap()["client_secret"], "s");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_leads_no_stored_secret_of_an_instance_elsewhere() {
    let world = World::new().await;
    let admin = world.server.admin();
    let own = format!("?apiKey=mine&apiSecret=mine-secret&base.url={}", world.vendor.url());
    let begun = world.begin(&admin, "selfhosted", &own).await;
    let code = world.browser().consent(&begun, "good").await;
    let configuration = json!({ "base.url": world.vendor.url() });
    let body = json!({
        "element": { "key": "selfhosted" }, "configuration": configuration,
        "providerData": { "secret": begun.secret, "code": code },
    });
    let made = admin.post("/instances", body).await.ok();
    assert_eq!(made["configuration"]["oauth.api.secret"], "********");
    let again = format!("/elements/selfhosted/oauth/url/default?instanceId={}", made["id"]);
    let stolen = admin.get(&format!("{again}&base.url=http%3A%2F%2F127.0.0.1%3A1")).await;
    assert_eq!(stolen.status, 400, "{}", stolen.text);
    assert!(stolen.message().contains("configuration.oauth.api.secret must be sent again"), "{}", stolen.text);
    admin.get(&again).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_secret_follows_nobody_to_another_host() {
    let world = World::new().await;
    let admin = world.server.admin();
    let new = json!({
        "connector": "selfhosted", "clientId": "c", "secret": "s", "configuration": { "base.url": world.vendor.url() },
    });
    let made = admin.post("/registrations", new).await.ok();
    let path = format!("/registrations/{}", made["id"]);
    let elsewhere = json!({ "configuration": { "base.url": "http://127.0.0.1:1" } });
    for stolen in [elsewhere.clone(), json!({ "configuration": elsewhere["configuration"], "secret": "********" })] {
        let answer = admin.put(&path, stolen).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.message().contains("secret must be sent again"), "{}", answer.text);
    }
    admin.put(&path, json!({ "configuration": elsewhere["configuration"], "secret": "anew" })).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_says_stands_on_the_page_as_text() {
    let world = World::new().await;
    world.register("acme").await;
    let begun = world.begin(&world.server.admin(), "acme", "").await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    let evil = "error=%3Cscript%3Ealert(1)%3C%2Fscript%3E&error_description=%22%3E%3Csvg%20onload%3Dalert(1)%3E";
    let back = browser.come_back(&page, evil).await;
    assert_eq!(page_status(&back), "failed");
    assert!(!back.text.contains("<script") && !back.text.contains("<svg"), "{}", back.text);
    assert!(back.text.contains("Acme &lt;CRM&gt;"), "{}", back.text);
    let twice = browser.come_back(&page, "code=a&code=b").await;
    assert_eq!(twice.status, 400, "what comes twice is not to be trusted");
}
