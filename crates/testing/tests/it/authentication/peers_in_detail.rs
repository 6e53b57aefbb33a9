//! What the programs of others are particular about: nonces, bytes that are signed, sessions that end unannounced.

use std::collections::BTreeSet;
use std::time::Duration;

use keyway_testing::peers::{DjangoOauth, Moto, NodeRed, OauthOne};
use keyway_testing::{Browser, Vendor};
use serde_json::{Value, json};
use url::Url;

use super::{Stage, header, made};
use crate::peers::{callback, home};
use crate::setup::Instance;

const HANDSHAKE: &str = r#"
configuration:
  base.url: { required: true }
  echo.url: { required: true }
authentication:
  headers:
    sign: { oauth1: { method: HMAC-SHA256 } }
    request_token: /oauth/request-token
    authorize: /oauth/authorize
    token: /oauth/access-token
  query:
    sign: { oauth1: { in_query: true } }
    request_token: /oauth/request-token
    authorize: /oauth/authorize
    token: /oauth/access-token
resources:
  /me: { vendor: /api/me, verbs: [read, create] }
  /echo: { read: { GET: "${config.echo.url}/echo" } }
"#;

/// Three steps in the dialect's own way.
async fn three_steps(stage: &Stage, peer: &OauthOne, echo: &Vendor, method: &str) -> Instance {
    let (home, browser) = (home().await, Browser::start());
    let (page, back, client) = (browser.page().await, callback(&home), OauthOne::CLIENT);
    let mut asked = json!({
        "apiKey": client.id, "apiSecret": client.secret, "callbackUrl": back, "base.url": peer.url(),
        "echo.url": echo.url(), "authentication.type": method,
    });
    let query = |asked: &Value| {
        let pairs =
            asked.as_object().expect("parameters").iter().map(|(name, value)| (name, value.as_str().expect("text")));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    let admin = stage.server.admin();
    let begun = admin.get(&format!("/elements/example/oauth/token?{}", query(&asked))).await.ok();
    asked["requestToken"] = begun["token"].clone();
    let told = admin.get(&format!("/elements/example/oauth/url?{}", query(&asked))).await.ok();
    page.goto(told["oauthUrl"].as_str().expect("a URL")).await;
    OauthOne::allow(&page, "ada").await;
    let came = Url::parse(&page.wait_for_url(&back).await).expect("a URL");
    let mut brought: serde_json::Map<String, Value> =
        came.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
    brought.insert("secret".to_owned(), begun["secret"].clone());
    let configuration = json!({
        "base.url": peer.url(), "echo.url": echo.url(), "authentication.type": method, "oauth.api.key": client.id,
        "oauth.api.secret": client.secret, "oauth.callback.url": back,
    });
    made(&stage.ask_with(&configuration, &brought.into()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_signed_calls_are_all_new_to_a_provider_that_remembers_nonces() {
    let (stage, peer, echo) = (Stage::on_true_time(HANDSHAKE), OauthOne::start(), Vendor::echo().await);
    let instance = three_steps(&stage, &peer, &echo, "headers").await;
    let caller = instance.caller(&stage.server);
    for number in 0..100 {
        let answer = match number % 4 {
            0 => caller.call("GET", &format!("/api/me?n={number}&a=x&a=b+c&b5=%3D%253D")).await,
            1 => {
                let form =
                    caller.request("POST", "/api/me?q=1").header("content-type", "application/x-www-form-urlencoded");
                caller.client.send(form.body(format!("n={number}&c%40=&a2=r+b&a3=2%20q"))).await
            }
            2 => caller.send("PUT", "/api/me", &json!({ "n": number })).await,
            _ => stage.server.element(&instance.token).get(&format!("/hubs/general/me?n={number}%20x")).await,
        };
        assert_eq!(answer.status, 200, "{number}: {}", answer.text);
        assert_eq!(answer.json()["user"], "ada");
    }
    stage.server.element(&instance.token).get("/hubs/general/echo").await.ok();
    let shown = header(&echo.last(), "authorization").expect("a header").to_owned();
    let part = |name: &str| {
        let (_, rest) = shown.split_once(&format!("{name}=\"")).expect(name);
        rest.split('"').next().expect("a value").to_owned()
    };
    assert_eq!(part("oauth_signature_method"), "HMAC-SHA256");
    stage.assert_no_trace(&[&part("oauth_token"), OauthOne::CLIENT.secret]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_may_stand_in_the_query() {
    let (stage, peer, echo) = (Stage::on_true_time(HANDSHAKE), OauthOne::start(), Vendor::echo().await);
    let instance = three_steps(&stage, &peer, &echo, "query").await;
    let mut signatures = BTreeSet::new();
    for _ in 0..3 {
        let told = stage.call(&instance, "/api/me?q=a%20b&q=%2B%26").await.ok();
        assert_eq!(told["user"], "ada");
        assert_eq!(told["query"]["q"], json!(["a b", "+&"]));
        signatures.insert(told["query"]["oauth_signature"].to_string());
    }
    assert_eq!(signatures.len(), 3);
    stage.assert_no_trace(&[OauthOne::CLIENT.secret]).await;
}

const AMAZON: &str = r#"
configuration:
  base.url: { required: true }
  key: { required: true }
  secret: { required: true, secret: true }
  service: { required: true }
authentication:
  whole: { sign: { sigv4: { key: "${config.key}", secret: "${config.secret}", region: us-east-1, service: "${config.service}" } } }
  streamed: { sign: { sigv4: { key: "${config.key}", secret: "${config.secret}", region: us-east-1, service: "${config.service}", unsigned: true } } }
"#;

fn amazon(moto: &Moto, service: &str) -> Value {
    json!({ "base.url": moto.url(), "key": moto.key, "secret": moto.secret, "service": service })
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_stream_unsigned_under_every_key() {
    let (stage, moto) = (Stage::on_true_time(AMAZON), Moto::start().await);
    let instance = stage.instance("streamed", &amazon(&moto, "s3")).await;
    let caller = instance.caller(&stage.server);
    assert_eq!(caller.call("PUT", "/bucket-of-tests").await.status, 200);
    // More than is ever kept to be signed.
    let large: Vec<u8> = (0..12 * 1024 * 1024_u32).map(|number| number.to_le_bytes()[1]).collect();
    for key in ["plain.bin", "a%20b/%C3%BC%2B1.bin", "c%2Fd.bin", "e~f%3Dg%26h.bin"] {
        let path = format!("/bucket-of-tests/{key}");
        let put = caller.client.send(caller.request("PUT", &path).body(large.clone())).await;
        assert_eq!(put.status, 200, "{key}: {}", put.text);
        let got = caller.request("GET", &path).send().await.expect("an answer");
        assert_eq!(got.status(), 200, "{key}");
        assert!(got.bytes().await.expect("a body") == large, "{key}");
    }
    let signed = stage.instance("whole", &amazon(&moto, "s3")).await.caller(&stage.server);
    let refused = signed.client.send(signed.request("PUT", "/bucket-of-tests/x").body(large)).await;
    assert_eq!(refused.status, 429, "a body of that size is not kept to be signed: {}", refused.text);
    stage.assert_no_trace(&[&moto.secret]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_services_verify_the_body() {
    let (stage, moto) = (Stage::on_true_time(AMAZON), Moto::start().await);
    let instance = stage.instance("whole", &amazon(&moto, "dynamodb")).await;
    let caller = instance.caller(&stage.server);
    let ask = async |action: &str, body: Value| {
        let request = caller.request("POST", "/").header("x-amz-target", format!("DynamoDB_20120810.{action}"));
        let request = request.header("content-type", "application/x-amz-json-1.0").body(body.to_string());
        caller.client.send(request).await
    };
    let table = json!({
        "TableName": "notes", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
    });
    assert_eq!(ask("CreateTable", table).await.status, 200);
    let item = json!({ "id": { "S": "ü 1" }, "text": { "S": "a\"b" } });
    assert_eq!(ask("PutItem", json!({ "TableName": "notes", "Item": item })).await.status, 200);
    let got = ask("GetItem", json!({ "TableName": "notes", "Key": { "id": { "S": "ü 1" } } })).await.ok();
    assert_eq!(got["Item"], item);
    let mut wrong = amazon(&moto, "dynamodb");
    wrong["secret"] = json!("wrong-secret-0123");
    let wrong = stage.instance("whole", &wrong).await.caller(&stage.server);
    let request = wrong.request("POST", "/").header("x-amz-target", "DynamoDB_20120810.ListTables");
    let refused = wrong.client.send(request.header("content-type", "application/x-amz-json-1.0").body("{}")).await;
    assert!((400..404).contains(&refused.status), "{} {}", refused.status, refused.text);
    stage.assert_no_trace(&[&moto.secret, "wrong-secret-0123"]).await;
}

const SESSION: &str = r#"
configuration:
  base.url: { required: true }
  username: { required: true }
  password: { required: true, secret: true }
authentication:
  login:
    token:
      POST: /auth/token
      form: { client_id: node-red-admin, grant_type: password, scope: "*", username: "${config.username}", password: "${config.password}" }
      capture: { token.access: body.access_token, token.expires_in: "86400" }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_unannounced_is_begun_again_by_the_call_that_notices() {
    let (stage, peer) = (Stage::on_true_time(SESSION), NodeRed::start(2));
    let configuration = json!({ "base.url": peer.url(), "username": NodeRed::USER, "password": NodeRed::PASSWORD });
    let instance = stage.instance("login", &configuration).await;
    assert!(stage.call(&instance, "/flows").await.ok().is_array());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(stage.call(&instance, "/flows").await.ok().is_array());
    let mut wrong = configuration;
    wrong["password"] = json!("wrong-password-0123");
    let refused = stage.ask(&wrong).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(stage.server.admin().get("/instances/count").await.ok()["totalInstances"], 1);
    stage.assert_no_trace(&[NodeRed::PASSWORD, "wrong-password-0123"]).await;
}

const DJANGO: &str = r#"
configuration:
  base.url: { required: true }
  echo.url: { required: true }
authentication:
  person:
    authorize: /o/authorize/
    token: { POST: /o/token/, client_auth: basic, capture: { token.expires_in: "86400" } }
    revoke: { POST: /o/revoke_token/, client_auth: basic }
    scope: read write
resources:
  /notes: { vendor: /api/notes/, verbs: [list, create], items: results }
  /echo: { read: { GET: "${config.echo.url}/echo" } }
paging: { page: page, size: page_size, max: 50, total: count }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_earlier_than_told_is_replaced_for_raw_calls_and_resources() {
    let (stage, home, echo, browser) = (Stage::of(DJANGO), home().await, Vendor::echo().await, Browser::start());
    let (back, client) = (callback(&home), DjangoOauth::CONFIDENTIAL);
    let peer = DjangoOauth::start(&json!({ "redirect_uris": [back], "access_token_seconds": 2 }));
    let configuration = json!({
        "base.url": peer.url(), "echo.url": echo.url(), "oauth.api.key": client.id, "oauth.api.secret": client.secret,
        "oauth.callback.url": back,
    });
    let asked = json!({
        "apiKey": client.id, "apiSecret": client.secret, "callbackUrl": back, "base.url": peer.url(), "echo.url": echo.url(),
    });
    let told = stage.server.admin().post("/elements/example/oauth/url", asked).await.ok();
    let page = browser.page().await;
    page.goto(told["oauthUrl"].as_str().expect("a URL")).await;
    DjangoOauth::sign_in(&page, "ada").await;
    DjangoOauth::allow(&page).await;
    let came = Url::parse(&page.wait_for_url(&back).await).expect("a URL");
    let code = came.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    let instance = made(&stage.ask_with(&configuration, &json!({ "code": code })).await);
    let resources = stage.server.element(&instance.token);
    let access = async || {
        resources.get("/hubs/general/echo").await.ok();
        header(&echo.last(), "authorization").expect("a token").trim_start_matches("Bearer ").to_owned()
    };
    let tokens_end = || tokio::time::sleep(Duration::from_secs(3));
    let first = access().await;
    tokens_end().await;
    assert_eq!(stage.call(&instance, "/api/me/").await.ok()["user"], "ada");
    let second = access().await;
    assert_ne!(first, second);
    // One that was got because of a refusal is not got again for the same reason so soon, but one that was got in time is.
    stage.clock.advance(86_400);
    stage.call(&instance, "/api/me/").await.ok();
    let third = access().await;
    tokens_end().await;
    assert_eq!(resources.get("/hubs/general/notes?pageSize=20").await.ok().as_array().map(Vec::len), Some(20));
    let fourth = access().await;
    assert!(second != third && third != fourth);
    stage.assert_no_trace(&[&first, &second, &third, &fourth, client.secret, &code]).await;
}
