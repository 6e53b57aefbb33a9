//! `oidc-provider`: the code flow by browser, rotation, clients of every kind, and the device flow.

use std::path::Path;

use keyway_testing::peers::{Certificates, OidcProvider, Registered};
use keyway_testing::{Answer, Browser, Client, Page, Vendor};
use serde_json::{Value, json};

use super::{CHALLENGE, VERIFIER, brought, callback, get_as, home, parameter, post, post_as, with_query};
use crate::setup::{curl, python};

/// A provider, a client's home, and a browser.
struct Lab {
    provider: OidcProvider,
    home: Vendor,
    browser: Browser,
}

impl Lab {
    async fn start(mut options: Value) -> Self {
        let home = home().await;
        options["redirect_uris"] = json!([callback(&home)]);
        Self { provider: OidcProvider::start(&options), home, browser: Browser::start() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.provider.url())
    }

    /// Where a client sends a person.
    fn authorize(&self, client: Registered, more: &[(&str, &str)]) -> String {
        let callback = callback(&self.home);
        let fixed = [
            ("response_type", "code"),
            ("client_id", client.id),
            ("redirect_uri", &callback),
            ("scope", "openid offline_access read"),
            ("prompt", "consent"),
            ("state", "state of ours"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        with_query(&self.url("/auth"), &[&fixed, more].concat())
    }

    /// The code for a person who signs in and allows everything.
    async fn code(&self, page: &Page, client: Registered, more: &[(&str, &str)]) -> String {
        assert_eq!(page.goto(&self.authorize(client, more)).await, 200);
        OidcProvider::sign_in(page, "ada").await;
        OidcProvider::allow(page).await;
        let brought = brought(page, &self.home).await;
        assert_eq!(parameter(&brought, "state"), Some("state of ours"));
        assert_eq!(parameter(&brought, "iss"), Some(self.provider.url().as_str()));
        parameter(&brought, "code").expect("a code").to_owned()
    }

    /// Tokens of the client with basic credentials, for a person who allows everything.
    async fn tokens(&self, page: &Page, more: &[(&str, &str)]) -> Value {
        let code = self.code(page, OidcProvider::BASIC, more).await;
        let redirect = callback(&self.home);
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &redirect)];
        self.token(&[&fields, [("code_verifier", VERIFIER)].as_slice(), more].concat()).await.ok()
    }

    /// A request of the client with basic credentials to the token endpoint.
    async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        post_as(OidcProvider::BASIC.id, OidcProvider::BASIC.secret, &self.url("/token"), fields).await
    }

    async fn refresh(&self, token: &Value) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", text(token))]).await
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_is_shown_twice_ends_the_grant() {
    let lab = Lab::start(json!({})).await;
    let page = lab.browser.page().await;
    let first = lab.tokens(&page, &[]).await;
    assert_eq!(get_as(text(&first["access_token"]), &lab.url("/me")).await.ok()["sub"], "ada");
    let second = lab.refresh(&first["refresh_token"]).await.ok();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(get_as(text(&second["access_token"]), &lab.url("/me")).await.status, 200);
    let again = lab.refresh(&first["refresh_token"]).await;
    assert_eq!((again.status, again.json()["error"].clone()), (400, json!("invalid_grant")));
    assert_eq!(lab.refresh(&second["refresh_token"]).await.status, 400);
    assert_eq!(get_as(text(&second["access_token"]), &lab.url("/me")).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_say_no_and_two_persons_share_nothing() {
    let lab = Lab::start(json!({})).await;
    let (ada, grace) = (lab.browser.page().await, lab.browser.page().await);
    lab.code(&ada, OidcProvider::PUBLIC, &[]).await;
    ada.goto(&lab.authorize(OidcProvider::PUBLIC, &[])).await;
    assert!(!ada.html().await.contains("name=\"password\""), "ada is signed in");
    OidcProvider::deny(&ada).await;
    assert_eq!(parameter(&brought(&ada, &lab.home).await, "error"), Some("access_denied"));
    grace.goto(&lab.authorize(OidcProvider::PUBLIC, &[])).await;
    assert!(grace.html().await.contains("name=\"password\""), "grace is not");
    let cookies = |list: Vec<Value>| list.iter().filter(|cookie| cookie["name"] == "_session").count();
    assert_eq!((cookies(ada.cookies().await), cookies(grace.cookies().await)), (1, 0));
    let tab = ada.tab().await;
    tab.goto(&lab.authorize(OidcProvider::PUBLIC, &[])).await;
    assert!(!tab.html().await.contains("name=\"password\""), "a tab is the same person");
    let picture = tempfile::TempDir::new().expect("a folder");
    tab.screenshot(&picture.path().join("consent.png")).await;
    assert!(std::fs::read(picture.path().join("consent.png")).expect("a picture").starts_with(b"\x89PNG"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_known_addresses_and_proven_clients_are_taken() {
    let lab = Lab::start(json!({})).await;
    let page = lab.browser.page().await;
    let elsewhere = lab.authorize(OidcProvider::PUBLIC, &[]).replace("callback", "callback2");
    assert_eq!(page.goto(&elsewhere).await, 400);
    let unproven = lab.authorize(OidcProvider::PUBLIC, &[]).replace("code_challenge", "ignored");
    page.goto(&unproven).await;
    assert_eq!(parameter(&brought(&page, &lab.home).await, "error"), Some("invalid_request"));
    let machine = OidcProvider::MACHINE;
    let grant = [("grant_type", "client_credentials")];
    let client = Client::new(&lab.url(""), None);
    let raw = client.raw("POST", &lab.url("/token")).basic_auth(machine.id, Some(machine.secret));
    assert_eq!(client.send(super::form(raw, &grant)).await.status, 401, "credentials must be encoded");
    assert_eq!(post_as(machine.id, machine.secret, &lab.url("/token"), &grant).await.status, 200);
    let code = lab.code(&page, OidcProvider::POST, &[]).await;
    let (post_client, redirect) = (OidcProvider::POST, callback(&lab.home));
    let shown = [("client_id", post_client.id), ("client_secret", post_client.secret), ("code", &code)];
    let rest = [("grant_type", "authorization_code"), ("redirect_uri", redirect.as_str()), ("code_verifier", VERIFIER)];
    assert_eq!(post(&lab.url("/token"), &[shown, rest].concat()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_a_resource_is_opaque_ends_soon_and_can_be_revoked() {
    let lab = Lab::start(json!({ "access_token_seconds": 2 })).await;
    let (page, resource) = (lab.browser.page().await, lab.provider.resource());
    let tokens = lab.tokens(&page, &[("resource", &resource)]).await;
    let who = get_as(text(&tokens["access_token"]), &lab.url("/api/whoami")).await.ok();
    assert_eq!(
        who,
        json!({
            "client": OidcProvider::BASIC.id, "account": "ada", "scope": "read", "audience": resource
        })
    );
    assert_eq!(tokens["expires_in"], 2);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let late = get_as(text(&tokens["access_token"]), &lab.url("/api/whoami")).await;
    assert_eq!((late.status, late.header("www-authenticate")), (401, Some("Bearer error=\"invalid_token\"")));
    let machine = OidcProvider::MACHINE;
    let fields = [("grant_type", "client_credentials"), ("resource", "http://127.0.0.1/elsewhere")];
    let elsewhere = post_as(machine.id, machine.secret, &lab.url("/token"), &fields).await;
    assert_eq!(elsewhere.json()["error"], "invalid_target");
    let basic = OidcProvider::BASIC;
    let told = [("token", text(&tokens["refresh_token"]))];
    let ask = async |path| post_as(basic.id, basic.secret, &lab.url(path), &told).await;
    assert_eq!(ask("/token/introspection").await.ok()["active"], true);
    assert_eq!(ask("/token/revocation").await.status, 200);
    assert_eq!(ask("/token/introspection").await.ok()["active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_can_be_pushed_and_a_device_can_wait() {
    let lab = Lab::start(json!({})).await;
    let page = lab.browser.page().await;
    let (basic, callback) = (OidcProvider::BASIC, callback(&lab.home));
    let fields = [
        ("response_type", "code"),
        ("client_id", basic.id),
        ("redirect_uri", callback.as_str()),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let pushed = post_as(basic.id, basic.secret, &lab.url("/request"), &fields).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text);
    let request = pushed.json();
    let query = [("client_id", basic.id), ("request_uri", text(&request["request_uri"]))];
    page.goto(&with_query(&lab.url("/auth"), &query)).await;
    OidcProvider::sign_in(&page, "ada").await;
    OidcProvider::allow(&page).await;
    assert!(parameter(&brought(&page, &lab.home).await, "code").is_some());

    let device = OidcProvider::DEVICE;
    let started = post(&lab.url("/device/auth"), &[("client_id", device.id), ("scope", "openid")]).await.ok();
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let code = text(&started["device_code"]);
    let poll = async || {
        post(&lab.url("/token"), &[("grant_type", grant), ("client_id", device.id), ("device_code", code)]).await
    };
    assert_eq!(poll().await.json()["error"], "authorization_pending");
    page.goto(text(&started["verification_uri_complete"])).await;
    page.click("button[autofocus]").await;
    OidcProvider::allow(&page).await;
    page.wait_for("text=Sign-in Success").await;
    assert_eq!(poll().await.ok()["token_type"], "Bearer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_proves_a_client() {
    let certificates = Certificates::make();
    let provider = OidcProvider::with_certificates(&json!({}), &certificates);
    let path = |name: &str| certificates.file(name).display().to_string();
    let url = format!("{}/token", provider.mutual_url());
    let form = format!("grant_type=client_credentials&client_id={}", OidcProvider::CERTIFICATE.id);
    let mut told = Vec::new();
    for name in ["client", "rogue"] {
        let (pem, key, authority) = (path(&format!("{name}.pem")), path(&format!("{name}.key")), path("authority.pem"));
        let (text, _) = curl(&["--cacert", &authority, "--cert", &pem, "--key", &key, "-d", &form, &url]).await;
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        told.push(json!([answer["token_type"], answer["error"]]));
    }
    assert_eq!(told, [json!(["Bearer", null]), json!([null, "invalid_client"])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_proves_a_client_once() {
    let certificates = Certificates::make();
    let (mine, other) = (certificates.file("client.key"), certificates.file("rogue.key"));
    let sign = async |issuer: &str, key: &Path| python("assertion.py", issuer, key.to_str().expect("UTF-8")).await;
    let jwks = sign("nobody", &mine).await["jwks"].clone();
    let provider = OidcProvider::start(&json!({ "jwks": jwks }));
    let mut told = Vec::new();
    for key in [&mine, &other] {
        let signed = sign(&provider.url(), key).await;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", text(&signed["assertion"])),
        ];
        for _ in 0..2 {
            told.push(post(&format!("{}/token", provider.url()), &fields).await.status);
        }
    }
    assert_eq!(told, [200, 401, 401, 401]);
}
