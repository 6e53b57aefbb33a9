//! Grants of OAuth 2.0 without a browser, each request compared with the standard.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Value, json};

use super::{Stage, field, form, header};

const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
  username: { for: [password] }
  password: { secret: true, for: [password] }
  subject: { secret: true, for: [exchange] }
authentication:
  password: { grant: password, token: { POST: /token, client_auth: basic }, scope: { ask: [read, write] } }
  exchange:
    grant: token_exchange
    token:
      POST: /token
      client_auth: id
      form:
        subject_token: "${config.subject}"
        subject_token_type: urn:ietf:params:oauth:token-type:access_token
        audience: https://api.example.com
  body: { grant: client_credentials, token: { POST: /token } }
  basic: { grant: client_credentials, token: { POST: /token, client_auth: basic } }
  plain: { grant: client_credentials, token: { POST: /token, client_auth: plain_basic } }
  json: { grant: client_credentials, token: { POST: /token, send: json, names: { client_id: app, client_secret: appSecret } } }
  query: { grant: client_credentials, token: { GET: /token, query: { version: "2" } } }
  without: { grant: client_credentials, token: { POST: /token, form: { grant_type: null, kind: machine, client_id: "${client.id}" }, client_auth: none } }
  none: {}
"#;

const SECRET: &str = "s3cret: +/é&%20";
const CLIENT: &str = "client id/1";

/// An authorization server that gives `access-…-N`, with the N-th answer's further members.
async fn provider(more: Value) -> Vendor {
    let given = Arc::new(AtomicUsize::new(0));
    Vendor::start(move |seen| {
        if !seen.target.starts_with("/token") {
            return Reply::json(200, &json!({ "shown": header(seen, "authorization") }));
        }
        let number = given.fetch_add(1, Ordering::SeqCst) + 1;
        let mut answer =
            json!({ "access_token": format!("access-0123-{number}"), "token_type": "Bearer", "expires_in": 600 });
        for (name, value) in more.as_object().into_iter().flatten() {
            answer[name] = value.clone();
        }
        Reply::json(200, &answer)
    })
    .await
}

fn asked(vendor: &Vendor) -> Vec<Seen> {
    vendor.seen().into_iter().filter(|seen| seen.target.starts_with("/token")).collect()
}

fn configuration(vendor: &Vendor, more: &Value) -> Value {
    let mut all = json!({ "base.url": vendor.url(), "oauth.api.key": CLIENT, "oauth.api.secret": SECRET });
    for (name, value) in more.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    all
}

fn basic(seen: &Seen) -> String {
    let text = header(seen, "authorization").and_then(|text| text.strip_prefix("Basic ")).expect("basic");
    String::from_utf8(STANDARD.decode(text).expect("base64")).expect("UTF-8")
}

/// The same, each part form-encoded as RFC 6749 section 2.3.1 asks.
const ENCODED: &str = "client+id%2F1:s3cret%3A+%2B%2F%C3%A9%26%2520";

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_exchanged_once_and_a_refresh_token_renews() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider(json!({ "refresh_token": "refresh-0123" })).await);
    let own = json!({ "username": "ada", "password": "pass: word&1" });
    let instance = stage.instance("password", &configuration(&vendor, &own)).await;
    assert_eq!(stage.call(&instance, "/raw").await.ok()["shown"], "Bearer access-0123-1");
    let first = asked(&vendor).remove(0);
    let expected =
        [("grant_type", "password"), ("username", "ada"), ("password", "pass: word&1"), ("scope", "read write")];
    let mut fields = form(&first);
    fields.sort();
    let mut expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    expected.sort();
    assert_eq!((fields.as_slice(), basic(&first).as_str()), (expected.as_slice(), ENCODED));
    stage.clock.advance(600);
    assert_eq!(stage.call(&instance, "/raw").await.ok()["shown"], "Bearer access-0123-2");
    let second = asked(&vendor).remove(1);
    assert_eq!(field(&second, "grant_type").as_deref(), Some("refresh_token"));
    assert_eq!(field(&second, "refresh_token").as_deref(), Some("refresh-0123"));
    assert_eq!((field(&second, "password"), basic(&second).as_str()), (None, ENCODED));
    stage.assert_no_trace(&["access-0123-1", "access-0123-2", "refresh-0123", "pass: word&1", SECRET]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_shown_again_where_no_refresh_token_came() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider(json!({})).await);
    let own = json!({ "username": "ada", "password": "pass: word&1" });
    let instance = stage.instance("password", &configuration(&vendor, &own)).await;
    stage.clock.advance(600);
    assert_eq!(stage.call(&instance, "/raw").await.ok()["shown"], "Bearer access-0123-2");
    let second = asked(&vendor).remove(1);
    assert_eq!(field(&second, "grant_type").as_deref(), Some("password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_shown_again_when_the_refresh_token_is_over() {
    let stage = Stage::of(DEFINITION);
    let vendor = Vendor::start(|seen| match field_of(seen, "grant_type").as_deref() {
        Some("password") => {
            Reply::json(200, &json!({ "access_token": "access-0123", "expires_in": 600, "refresh_token": "r" }))
        }
        Some(_) => Reply::json(400, &json!({ "error": "invalid_grant" })),
        None => Reply::json(200, &json!({})),
    })
    .await;
    let own = json!({ "username": "ada", "password": "pass: word&1" });
    let instance = stage.instance("password", &configuration(&vendor, &own)).await;
    stage.clock.advance(600);
    stage.call(&instance, "/raw").await.ok();
    let grants: Vec<_> = asked(&vendor).iter().filter_map(|seen| field(seen, "grant_type")).collect();
    assert_eq!(grants, ["password", "refresh_token", "password"]);
    assert_eq!(stage.shown(&instance).await["lifecycle"], "active");
}

/// A field of a form, where the request has one.
fn field_of(seen: &Seen, name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(&seen.body);
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_exchanged_for_another_as_the_standard_names_it() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider(json!({})).await);
    let instance = stage.instance("exchange", &configuration(&vendor, &json!({ "subject": "subject-0123456" }))).await;
    assert_eq!(stage.call(&instance, "/raw").await.ok()["shown"], "Bearer access-0123-1");
    let first = asked(&vendor).remove(0);
    for (name, value) in [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", "subject-0123456"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", "https://api.example.com"),
        ("client_id", CLIENT),
    ] {
        assert_eq!(field(&first, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!((field(&first, "client_secret"), header(&first, "authorization")), (None, None));
    stage.clock.advance(600);
    assert_eq!(stage.call(&instance, "/raw").await.ok()["shown"], "Bearer access-0123-2");
    stage.assert_no_trace(&["subject-0123456", "access-0123-1", SECRET]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_says_who_it_is_in_every_way() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider(json!({})).await);
    let last = async |method: &str| {
        stage.instance(method, &configuration(&vendor, &json!({}))).await;
        asked(&vendor).pop().expect("a request")
    };
    let body = last("body").await;
    assert_eq!(field(&body, "client_id").as_deref(), Some(CLIENT));
    assert_eq!(field(&body, "client_secret").as_deref(), Some(SECRET));
    assert_eq!((field(&body, "grant_type").as_deref(), field(&body, "scope")), (Some("client_credentials"), None));
    let encoded = last("basic").await;
    assert_eq!((basic(&encoded).as_str(), field(&encoded, "client_id")), (ENCODED, None));
    assert_eq!(basic(&last("plain").await), format!("{CLIENT}:{SECRET}"));
    let json = last("json").await;
    let text: Value = serde_json::from_slice(&json.body).expect("JSON");
    assert_eq!(text, json!({ "grant_type": "client_credentials", "app": CLIENT, "appSecret": SECRET }));
    let query = last("query").await;
    let url = url::Url::parse(&format!("http://x{}", query.target)).expect("a URL");
    let pairs: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(
        (query.method.as_str(), pairs["client_secret"].as_str(), pairs["version"].as_str()),
        ("GET", SECRET, "2")
    );
    assert_eq!((pairs.len(), query.body.len()), (4, 0), "{pairs:?}");
    let without = last("without").await;
    let mut fields = form(&without);
    fields.sort();
    assert_eq!(fields, [("client_id".into(), CLIENT.to_owned()), ("kind".into(), "machine".to_owned())]);
    stage.assert_no_trace(&[SECRET, "access-0123-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_repeats_the_secret_in_its_refusal_is_not_quoted() {
    let stage = Stage::of(DEFINITION);
    let vendor = Vendor::start(|seen| {
        let text = String::from_utf8_lossy(&seen.body).into_owned();
        Reply::json(400, &json!({ "error": "invalid_client", "error_description": format!("{SECRET} or {text}") }))
    })
    .await;
    let mut all = configuration(&vendor, &json!({}));
    all["authentication.type"] = json!("body");
    let refused = stage.ask(&all).await;
    assert!(refused.status == 400 && refused.text.contains("invalid_client"), "{} {}", refused.status, refused.text);
    assert!(!refused.text.contains("s3cret"), "{}", refused.text);
    stage.assert_no_trace(&[SECRET]).await;
}
