//! `django-oauth-toolkit`: the code flow by browser, a refresh that ends the older token, and pages.

use keyway_testing::Browser;
use keyway_testing::peers::DjangoOauth;
use serde_json::{Value, json};

use super::{CHALLENGE, VERIFIER, brought, callback, get_as, home, parameter, post_as, with_query};

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_ends_the_older_access_token() {
    let (home, browser) = (home().await, Browser::start());
    let (callback, client) = (callback(&home), DjangoOauth::CONFIDENTIAL);
    let server = DjangoOauth::start(&json!({ "redirect_uris": [callback] }));
    let url = |path: &str| format!("{}{path}", server.url());
    let asked = [
        ("response_type", "code"),
        ("client_id", client.id),
        ("redirect_uri", &callback),
        ("scope", "read"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let authorize = with_query(&url("/o/authorize/"), &asked);
    let page = browser.page().await;
    page.goto(&authorize).await;
    DjangoOauth::sign_in(&page, "ada").await;
    page.wait_for("#authorizationForm").await;
    DjangoOauth::deny(&page).await;
    assert_eq!(parameter(&brought(&page, &home).await, "error"), Some("access_denied"));
    page.goto(&authorize).await;
    DjangoOauth::allow(&page).await;
    let brought = brought(&page, &home).await;
    let code = parameter(&brought, "code").expect("a code");

    let token = async |fields: &[(&str, &str)]| post_as(client.id, client.secret, &url("/o/token/"), fields).await;
    let grant = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &callback)];
    let first = token(&[grant.as_slice(), &[("code_verifier", VERIFIER)]].concat()).await.ok();
    let me = async |tokens: &Value| get_as(tokens["access_token"].as_str().expect("a token"), &url("/api/me/")).await;
    assert_eq!(me(&first).await.ok(), json!({ "user": "ada", "client": client.id, "scope": "read" }));
    let old = first["refresh_token"].as_str().expect("a token");
    let second = token(&[("grant_type", "refresh_token"), ("refresh_token", old)]).await.ok();
    assert_eq!((me(&first).await.status, me(&second).await.status), (401, 200));
    let again = token(&[("grant_type", "refresh_token"), ("refresh_token", old)]).await;
    assert_eq!((again.status, again.json()["error"].clone()), (400, json!("invalid_grant")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_reads_pages_and_writes_only_with_the_scope() {
    let server = DjangoOauth::start(&json!({}));
    let (client, url) = (DjangoOauth::MACHINE, format!("{}/o/token/", server.url()));
    let mut written = Vec::new();
    for scope in ["read", "read write"] {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        let tokens = post_as(client.id, client.secret, &url, &fields).await.ok();
        let token = tokens["access_token"].as_str().expect("a token");
        let mut next = Some(format!("{}/api/notes/", server.url()));
        let mut sizes = Vec::new();
        while let Some(url) = next {
            let page = get_as(token, &url).await.ok();
            sizes.push(page["results"].as_array().map(Vec::len));
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(sizes, [Some(10), Some(10), Some(5)]);
        let client = keyway_testing::Client::new(&server.url(), Some(format!("Bearer {token}")));
        let request = client.raw("POST", &format!("{}/api/notes/", server.url()));
        written.push(client.send(request.json(&json!({ "title": "new" }))).await.status);
    }
    assert_eq!(written, [403, 201]);
}
