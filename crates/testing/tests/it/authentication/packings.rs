//! HTTP basic in the packings that providers ask for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_testing::{Reply, Vendor};
use serde_json::json;

use super::{Stage, header};

/// The parts of most credentials that are called basic.
const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
  id: { default: "" }
  secret: { secret: true, default: "" }
authentication:
  pair: { username: "${config.id}", password: "${config.secret}" }
  key_alone: { username: "${config.secret}" }
  dummy: { username: "${config.secret}", password: X }
  behind: { username: "", password: "${config.secret}" }
  named: { username: "${config.id}/token", password: "${config.secret}" }
  packed: { header: Authorization, value: "Basic ${base64(config.id + ':' + config.secret)}" }
  unpacked: { header: Authorization, value: "Basic ${config.secret}" }
  none: {}
verify: GET /me
resources:
  /things: { vendor: /things, verbs: [get] }
"#;

const SECRET: &str = "s3cr:t é+/=%20";

async fn provider() -> Vendor {
    Vendor::start(|_| Reply::json(200, &json!({ "id": 1 }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_packing_of_basic_is_the_same_in_verification_raw_calls_and_resources() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider().await);
    let configuration = json!({ "base.url": vendor.url(), "id": "ada@example.com", "secret": SECRET });
    for (method, pair) in [
        ("pair", format!("ada@example.com:{SECRET}")),
        ("behind", format!(":{SECRET}")),
        ("named", format!("ada@example.com/token:{SECRET}")),
        ("packed", format!("ada@example.com:{SECRET}")),
    ] {
        let instance = stage.instance(method, &configuration).await;
        stage.call(&instance, "/raw").await.ok();
        stage.server.element(&instance.token).get("/hubs/general/things/1").await.ok();
        let seen = vendor.seen();
        let targets: Vec<_> = seen.iter().rev().take(3).map(|one| one.target.as_str()).collect();
        assert_eq!(targets, ["/things/1", "/raw", "/me"]);
        for one in seen.iter().rev().take(3) {
            let text = header(one, "authorization").and_then(|text| text.strip_prefix("Basic ")).expect("basic");
            assert_eq!(STANDARD.decode(text).expect("base64"), pair.as_bytes(), "{method}");
        }
    }
    stage.assert_no_trace(&[SECRET]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_be_the_user_with_an_empty_or_a_dummy_password() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider().await);
    for (method, secret, expected) in [
        ("key_alone", "key-0123", "Basic a2V5LTAxMjM6"),
        ("dummy", "key-0123", "Basic a2V5LTAxMjM6WA=="),
        ("unpacked", "YWRhOnB3", "Basic YWRhOnB3"),
    ] {
        let instance = stage.instance(method, &json!({ "base.url": vendor.url(), "secret": secret })).await;
        stage.call(&instance, "/raw").await.ok();
        assert_eq!(header(&vendor.last(), "authorization"), Some(expected), "{method}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_where_nothing_is_asked_for() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider().await);
    let instance = stage.instance("none", &json!({ "base.url": vendor.url() })).await;
    stage.call(&instance, "/raw").await.ok();
    for seen in vendor.seen() {
        assert_eq!((header(&seen, "authorization"), header(&seen, "cookie")), (None, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_repeats_no_secret_and_leaves_nothing_behind() {
    let stage = Stage::of(DEFINITION);
    let vendor = Vendor::start(|seen| {
        let told = header(seen, "authorization").unwrap_or_default().to_owned();
        Reply::json(401, &json!({ "message": format!("not good: {told} ({SECRET})") }))
    })
    .await;
    let refused = stage
        .ask(&json!({
            "base.url": vendor.url(), "authentication.type": "pair", "id": "ada", "secret": SECRET,
        }))
        .await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert!(!refused.text.contains(SECRET), "{}", refused.text);
    assert!(!refused.text.contains(&STANDARD.encode(format!("ada:{SECRET}"))), "{}", refused.text);
    assert!(stage.server.admin().get("/instances").await.ok().as_array().expect("a list").is_empty());
    stage.assert_no_trace(&[SECRET]).await;
}
