//! People who consent in a real browser.

use keyway_testing::Page;
use keyway_testing::peers::{DjangoOauth, OauthOne, OidcProvider, Registered};
use serde_json::{Value, json};

use super::{Lab, browser, parameter};
use crate::setup::Instance;

/// Connects by `oidc-provider` as somebody, from the link to the instance.
async fn connected(lab: &Lab, peer: &OidcProvider, page: &Page, method: &str, who: &str) -> Instance {
    let url = peer.url();
    let (secret, start) = lab.begin("discovered", &[("authentication.type", method)]).await;
    page.goto(&start).await;
    OidcProvider::sign_in(page, who).await;
    OidcProvider::allow(page).await;
    let code = lab.code(page).await;
    let configuration = json!({ "authentication.type": method, "base.url": url });
    lab.finish("discovered", configuration, &secret, &code).await
}

async fn whoami(lab: &Lab, instance: &Instance) -> Value {
    lab.call(instance, "/api/whoami").await.ok()["account"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_walks_through_oidc_provider_and_the_grant_lives_until_it_is_given_back() {
    let lab = Lab::start();
    let peer = OidcProvider::start(&json!({ "redirect_uris": [lab.callback()] }));
    lab.register("discovered", OidcProvider::BASIC, &peer.url()).await;
    let (_browser, page) = browser().await;
    let instance = connected(&lab, &peer, &page, "person", "ada").await;
    assert_eq!(whoami(&lab, &instance).await, "ada");
    // Every renewal brings another refresh token, and showing an old one would end everything.
    for _ in 0..3 {
        lab.clock.advance(3600);
        assert_eq!(whoami(&lab, &instance).await, "ada");
    }
    assert_eq!(lab.shown(&instance).await["health"], "healthy");
    let deleted = lab.server.admin().delete(&format!("/instances/{}", instance.id)).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_provider_takes_a_pushed_request_and_a_client_without_secret() {
    let lab = Lab::start();
    let peer = OidcProvider::start(&json!({ "redirect_uris": [lab.callback()] }));
    lab.register("discovered", OidcProvider::PUBLIC, &peer.url()).await;
    let (_browser, page) = browser().await;
    let instance = connected(&lab, &peer, &page, "pushed", "grace").await;
    assert_eq!(whoami(&lab, &instance).await, "grace");
    // It was asked for offline access with a prompt that the definition writes, and both were pushed.
    lab.clock.advance(3600);
    assert_eq!(whoami(&lab, &instance).await, "grace");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_says_no_at_oidc_provider_is_told_so() {
    let lab = Lab::start();
    let peer = OidcProvider::start(&json!({ "redirect_uris": [lab.callback()] }));
    lab.register("discovered", OidcProvider::BASIC, &peer.url()).await;
    let (_browser, page) = browser().await;
    let (_, start) = lab.begin("discovered", &[("authentication.type", "person")]).await;
    page.goto(&start).await;
    OidcProvider::deny(&page).await;
    page.wait_for_url(&lab.callback()).await;
    assert!(page.html().await.contains("data-status=\"denied\""), "{}", page.text().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_waits_until_somebody_enters_its_code() {
    let (lab, peer) = (Lab::start(), OidcProvider::start(&json!({})));
    let (_browser, page) = browser().await;
    let configuration = json!({
        "authentication.type": "device", "base.url": peer.url(), "oauth.api.key": OidcProvider::DEVICE.id,
    });
    let admin = lab.server.admin();
    let asked = json!({ "apiKey": OidcProvider::DEVICE.id, "authentication.type": "device", "base.url": peer.url() });
    let begun = admin.post("/elements/discovered/oauth/device", asked).await.ok();
    let finish = async || {
        let body = json!({
            "name": "device", "element": { "key": "discovered" }, "configuration": configuration,
            "providerData": { "deviceCode": begun["deviceCode"] },
        });
        admin.post("/instances", body).await
    };
    let early = finish().await;
    assert_ne!(early.status, 200, "{}", early.text);
    assert!(early.text.contains("authorization_pending"), "{}", early.text);
    page.goto(begun["verificationUriComplete"].as_str().expect("a page")).await;
    page.click("button[autofocus]").await;
    OidcProvider::sign_in(&page, "ada").await;
    OidcProvider::allow(&page).await;
    page.wait_for("text=Sign-in Success").await;
    let made = finish().await.ok();
    let token = made["token"].as_str().expect("a token").to_owned();
    let instance = Instance { id: made["id"].as_i64().expect("an id"), token };
    assert_eq!(whoami(&lab, &instance).await, "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_classical_way_leads_through_django_and_ends_there_too() {
    let lab = Lab::start();
    let home = crate::peers::home().await;
    let back = crate::peers::callback(&home);
    let peer = DjangoOauth::start(&json!({ "redirect_uris": [back] }));
    let Registered { id, secret } = DjangoOauth::CONFIDENTIAL;
    let asked = [
        ("apiKey", id),
        ("apiSecret", secret),
        ("callbackUrl", &back),
        ("base.url", &peer.url()),
        ("state", "mine"),
        ("authentication.type", "person"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    let told = lab.server.admin().get(&format!("/elements/django/oauth/url?{query}")).await.ok();
    let (_browser, page) = browser().await;
    page.goto(told["oauthUrl"].as_str().expect("a page")).await;
    DjangoOauth::sign_in(&page, "ada").await;
    DjangoOauth::allow(&page).await;
    let came = page.wait_for_url(&back).await;
    assert_eq!(parameter(&came, "state").as_deref(), Some("mine"));
    let body = json!({
        "name": "django", "element": { "key": "django" }, "providerData": { "code": parameter(&came, "code") },
        "configuration": {
            "base.url": peer.url(), "authentication.type": "person", "oauth.api.key": id, "oauth.api.secret": secret,
            "oauth.callback.url": back,
        },
    });
    let made = lab.server.admin().post("/instances", body).await.ok();
    let instance = Instance {
        id: made["id"].as_i64().expect("an id"),
        token: made["token"].as_str().expect("a token").to_owned(),
    };
    assert_eq!(lab.call(&instance, "/api/me/").await.ok()["user"], "ada");
    // A refresh ends the older access token at once here, and the old refresh token, too.
    for _ in 0..2 {
        lab.clock.advance(36_000);
        assert_eq!(lab.call(&instance, "/api/me/").await.ok()["user"], "ada");
    }
    let deleted = lab.server.admin().delete(&format!("/instances/{}", instance.id)).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_steps_lead_through_authlib_with_every_signature() {
    for signature in ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"] {
        let (lab, peer) = (Lab::start(), OauthOne::start());
        lab.register("handshake", OauthOne::CLIENT, &peer.url()).await;
        let (_browser, page) = browser().await;
        let (secret, start) = lab.begin("handshake", &[("signature", signature)]).await;
        page.goto(&start).await;
        OauthOne::allow(&page, "ada").await;
        let code = lab.code(&page).await;
        let configuration = json!({ "base.url": peer.url(), "signature": signature });
        let instance = lab.finish("handshake", configuration, &secret, &code).await;
        let me = lab.call(&instance, "/api/me?q=a%20b&q=%2B%26&empty=").await.ok();
        assert_eq!((&me["user"], &me["method"]), (&json!("ada"), &json!("GET")), "{me}");
        let form = instance.caller(&lab.server);
        let posted = form
            .request("POST", "/api/me")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("a=b+c&d=%26");
        assert_eq!(form.client.send(posted).await.ok()["method"], "POST");
    }
}
