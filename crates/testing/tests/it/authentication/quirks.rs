//! Answers of token endpoints that follow no standard, and providers that forget tokens early.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyway_model::Clock as _;
use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::{Stage, header};

/// One method for each oddity.
const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
authentication:
  usual: { grant: client_credentials, token: { POST: /token } }
  defaulted: { grant: client_credentials, token: { POST: /token }, expiry: { default: 300 } }
  nested:
    grant: client_credentials
    token: { POST: /token, capture: { token.access: body.data.token, token.expires_at: body.data.until } }
  judged: { grant: client_credentials, token: { POST: /token, success_when: body.ok } }
  scripted:
    grant: client_credentials
    token:
      POST: /token
      capture:
        token.access: "js: body.parts.map(part => part.toUpperCase()).join('-')"
        token.expires_in: |
          js:
          const [minutes] = /\d+/.exec(headers['x-life']);
          return minutes * 60;
  forgetful: { grant: client_credentials, token: { POST: /token }, expired_when: [401, 403] }
"#;

const SECRET: &str = "client-secret-0123";

fn configuration(vendor: &Vendor, method: &str) -> Value {
    json!({
        "base.url": vendor.url(), "authentication.type": method, "oauth.api.key": "app-4711", "oauth.api.secret": SECRET,
    })
}

/// A provider whose token endpoint answers so; calls say which token came.
async fn provider(token: impl Fn() -> Reply + Send + Sync + 'static) -> Vendor {
    Vendor::start(move |seen| match seen.target.as_str() {
        "/token" => token(),
        _ => Reply::json(200, &json!({ "shown": header(seen, "authorization") })),
    })
    .await
}

fn asked(vendor: &Vendor) -> usize {
    vendor.seen().iter().filter(|seen| seen.target == "/token").count()
}

fn text(kind: &str, body: &str) -> Reply {
    Reply { status: 200, headers: vec![("content-type".to_owned(), kind.to_owned())], body: body.to_owned() }
}

/// The token that calls show, and after how many seconds the next one is asked for.
async fn lives(stage: &Stage, vendor: &Vendor, method: &str, token: &str, seconds: i64) {
    let instance = super::made(&stage.ask(&configuration(vendor, method)).await);
    let shown = async || stage.call(&instance, "/raw").await.ok()["shown"].as_str().expect("a token").to_owned();
    assert_eq!(shown().await, format!("Bearer {token}"));
    stage.clock.advance(seconds - 40);
    shown().await;
    assert_eq!(asked(vendor), 1, "{method} is renewed too early");
    stage.clock.advance(40);
    shown().await;
    assert_eq!(asked(vendor), 2, "{method} is not renewed in time");
    stage.assert_no_trace(&[token, SECRET]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_be_a_form_that_calls_itself_plain_text() {
    let body = "access_token=access%2B0123&expires_in=600&token_type=bearer";
    for kind in ["text/plain; charset=utf-8", "application/x-www-form-urlencoded", "text/html"] {
        let (stage, vendor) = (Stage::of(DEFINITION), provider(move || text(kind, body)).await);
        lives(&stage, &vendor, "usual", "access+0123", 600).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifetime_may_be_a_text_or_missing() {
    let (stage, vendor) = (
        Stage::of(DEFINITION),
        provider(|| Reply::json(200, &json!({ "access_token": "access-0123", "expires_in": "600" }))).await,
    );
    lives(&stage, &vendor, "usual", "access-0123", 600).await;
    let (stage, vendor) =
        (Stage::of(DEFINITION), provider(|| text("text/html", r#"{"access_token":"access-0123"}"#)).await);
    lives(&stage, &vendor, "defaulted", "access-0123", 300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_say_its_end_itself() {
    let stage = Stage::of(DEFINITION);
    let end = stage.clock.now().as_millis() / 1000 + 600;
    let claims = URL_SAFE_NO_PAD.encode(json!({ "exp": end }).to_string());
    let token = format!("eyJhbGciOiJub25lIn0.{claims}.c2lnbmF0dXJl");
    let given = token.clone();
    let vendor = provider(move || Reply::json(200, &json!({ "access_token": given }))).await;
    lives(&stage, &vendor, "usual", &token, 600).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_be_nested_with_a_point_in_time() {
    let stage = Stage::of(DEFINITION);
    let until = stage.clock.now().plus_seconds(600).to_string();
    let vendor =
        provider(move || Reply::json(201, &json!({ "data": { "token": "nested-0123", "until": until } }))).await;
    lives(&stage, &vendor, "nested", "nested-0123", 600).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_may_put_a_token_together() {
    let answer = || Reply::json(200, &json!({ "parts": ["ab", "cd-0123"] })).header("X-Life", "10 minutes");
    let (stage, vendor) = (Stage::of(DEFINITION), provider(answer).await);
    lives(&stage, &vendor, "scripted", "AB-CD-0123", 600).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_fails_is_named_and_nothing_stays() {
    let (stage, vendor) =
        (Stage::of(DEFINITION), provider(|| Reply::json(200, &json!({ "token": "t-01234567" }))).await);
    let refused = stage.ask(&configuration(&vendor, "scripted")).await;
    assert!((400..600).contains(&refused.status), "{}", refused.text);
    assert!(refused.text.contains("example") && refused.text.contains("token.access"), "{}", refused.text);
    assert!(stage.server.admin().get("/instances").await.ok().as_array().expect("a list").is_empty());
    stage.assert_no_trace(&["t-01234567", SECRET]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_calls_itself_a_success_is_one_of_the_credential() {
    let answer =
        || Reply::json(200, &json!({ "ok": false, "error": "invalid_client", "access_token": "no-token-at-all" }));
    let (stage, vendor) = (Stage::of(DEFINITION), provider(answer).await);
    let refused = stage.ask(&configuration(&vendor, "judged")).await;
    assert!(refused.status == 401 && refused.text.contains("invalid_client"), "{} {}", refused.status, refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_a_token_is_no_credential() {
    for reply in [json!({}), json!({ "access_token": "" }), json!({ "access_token": null }), json!([1])] {
        let given = reply.clone();
        let (stage, vendor) = (Stage::of(DEFINITION), provider(move || Reply::json(200, &given)).await);
        let refused = stage.ask(&configuration(&vendor, "usual")).await;
        assert!((400..600).contains(&refused.status), "{reply}: {}", refused.text);
        assert!(refused.text.contains("no access token"), "{reply}: {}", refused.text);
    }
}

/// A provider that takes only the newest token, once it was told to forget the ones before.
async fn forgetful(status: u16) -> (Vendor, Arc<AtomicUsize>) {
    let (given, least) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let good = Arc::clone(&least);
    let vendor = Vendor::start(move |seen| {
        if seen.target == "/token" {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            return Reply::json(200, &json!({ "access_token": format!("{number}-access"), "expires_in": 3600 }));
        }
        let shown = header(seen, "authorization").and_then(|text| text.strip_prefix("Bearer "));
        let number = shown.and_then(|text| text.split('-').next()?.parse::<usize>().ok()).unwrap_or_default();
        if number < good.load(Ordering::SeqCst) {
            return Reply::json(status, &json!({ "error": "expired" }));
        }
        Reply::json(200, &json!({ "shown": shown, "body": String::from_utf8_lossy(&seen.body) }))
    })
    .await;
    (vendor, least)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_forgotten_early_is_got_again_and_the_call_is_made_once_more() {
    for (method, status) in [("usual", 401), ("forgetful", 403)] {
        let (stage, (vendor, least)) = (Stage::of(DEFINITION), forgetful(status).await);
        let instance = super::made(&stage.ask(&configuration(&vendor, method)).await);
        let caller = instance.caller(&stage.server);
        assert_eq!(caller.call("GET", "/raw").await.ok()["shown"], "1-access");
        least.store(2, Ordering::SeqCst);
        let told = caller.send("POST", "/raw", &json!({ "n": 1 })).await.ok();
        assert_eq!((&told["shown"], &told["body"]), (&json!("2-access"), &json!(r#"{"n":1}"#)));
        // One that was got for this reason a moment ago is not got again for it.
        least.store(99, Ordering::SeqCst);
        let refused = caller.call("GET", "/raw").await;
        assert_eq!((refused.status, asked(&vendor)), (status, 2), "{}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_does_not_mean_it_renews_nothing() {
    let (stage, (vendor, least)) = (Stage::of(DEFINITION), forgetful(403).await);
    let instance = super::made(&stage.ask(&configuration(&vendor, "usual")).await);
    least.store(2, Ordering::SeqCst);
    assert_eq!(stage.call(&instance, "/raw").await.status, 403);
    assert_eq!(asked(&vendor), 1);
}
