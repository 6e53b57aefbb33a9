//! Authlib's OAuth 1.0a provider: three legs with signatures made by hand, and calls signed by a client library.

use keyway_testing::peers::OauthOne;
use keyway_testing::{Answer, Browser, Client};
use serde_json::json;

use super::{brought, callback, home, parameter};
use crate::setup::python;

/// Signs with PLAINTEXT: the signature is both secrets.
async fn signed(method: &str, url: &str, token_secret: &str, more: &[(&str, &str)]) -> Answer {
    let signature = format!("{}&{}", encode(OauthOne::CLIENT.secret), encode(token_secret));
    let fixed = [
        ("oauth_consumer_key", OauthOne::CLIENT.id),
        ("oauth_signature_method", "PLAINTEXT"),
        ("oauth_signature", &signature),
    ];
    let parts = fixed.iter().chain(more).map(|(name, value)| format!("{name}=\"{}\"", encode(value)));
    let header = format!("OAuth {}", parts.collect::<Vec<_>>().join(", "));
    let client = Client::new(url, Some(header));
    client.send(client.raw(method, url)).await
}

/// Every byte but the unreserved ones is encoded (RFC 5849, section 3.6).
fn encode(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// A token and its secret out of an answer.
fn pair(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(answer.text.as_bytes()).into_owned().collect();
    let field = |name| parameter(&fields, name).expect("a field").to_owned();
    (field("oauth_token"), field("oauth_token_secret"))
}

#[tokio::test(flavor = "multi_thread")]
async fn three_legs_lead_to_a_token_and_every_signature_counts_once() {
    let (provider, home, browser) = (OauthOne::start(), home().await, Browser::start());
    let (page, callback) = (browser.page().await, callback(&home));
    let url = |path: &str| format!("{}{path}", provider.url());
    let asked = signed("POST", &url("/oauth/request-token"), "", &[("oauth_callback", &callback)]).await;
    let (request, request_secret) = pair(&asked);
    page.goto(&format!("{}?oauth_token={request}", url("/oauth/authorize"))).await;
    OauthOne::allow(&page, "ada").await;
    let brought = brought(&page, &home).await;
    let verifier = parameter(&brought, "oauth_verifier").expect("a verifier");
    let proof = [("oauth_token", request.as_str()), ("oauth_verifier", verifier)];
    let got = signed("POST", &url("/oauth/access-token"), &request_secret, &proof).await;
    let (token, secret) = pair(&got);
    let again = signed("POST", &url("/oauth/access-token"), &request_secret, &proof).await;
    assert_ne!(again.status, 200, "a request token serves once");

    let me = signed("GET", &url("/api/me?q=a"), &secret, &[("oauth_token", &token)]).await.ok();
    assert_eq!(me, json!({ "user": "ada", "method": "GET", "query": { "q": ["a"] } }));
    let wrong = signed("GET", &url("/api/me"), "wrong", &[("oauth_token", &token)]).await;
    assert_eq!(wrong.status, 401, "{}", wrong.text);
    let report = python("oauth1_calls.py", &provider.url(), &format!("{token} {secret}")).await;
    let expected = json!({ "HMAC-SHA1": [200, 401], "HMAC-SHA256": [200, 401], "PLAINTEXT": [200, 401] });
    assert_eq!(report, expected, "once each, then refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_say_no() {
    let (provider, home, browser) = (OauthOne::start(), home().await, Browser::start());
    let (page, callback) = (browser.page().await, callback(&home));
    let url = format!("{}/oauth/request-token", provider.url());
    let (request, _) = pair(&signed("POST", &url, "", &[("oauth_callback", &callback)]).await);
    page.goto(&format!("{}/oauth/authorize?oauth_token={request}", provider.url())).await;
    OauthOne::deny(&page).await;
    let brought = brought(&page, &home).await;
    assert_eq!(parameter(&brought, "oauth_verifier"), None, "{brought:?}");
}
