//! Credentials that somebody types in: a login, a signature, a certificate.

use keyway_testing::peers::{Certificates, Moto, MutualTls, NodeRed, OauthOne};
use serde_json::json;

use super::Lab;
use crate::setup::{Instance, ask_for_instance, provision};

/// What logs in at Node-RED.
fn node_red(url: &str, password: &str) -> serde_json::Value {
    let request = json!({
        "POST": "/auth/token",
        "form": { "client_id": "node-red-admin", "grant_type": "password", "scope": "*", "username": "{{user}}", "password": "{{password}}" },
        "capture": { "token.access": "body.access_token", "token.expires_in": "body.expires_in" },
    });
    json!({
        "base.url": url,
        "authentication.type": "login",
        "login.request": request.to_string(),
        "login.secrets": json!({ "password": password }).to_string(),
        "login.parameters": json!({ "user": NodeRed::USER }).to_string(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn node_red_gives_a_token_for_a_login_and_again_when_it_ends() {
    let (lab, peer) = (Lab::start(), NodeRed::start(600));
    let instance = provision(&lab.server, "http", &node_red(&peer.url(), NodeRed::PASSWORD)).await;
    assert!(lab.call(&instance, "/flows").await.ok().is_array());
    let first = lab.shown(&instance).await;
    lab.clock.advance(600);
    assert!(lab.call(&instance, "/flows").await.ok().is_array());
    let second = lab.shown(&instance).await;
    assert_ne!(first["grant"]["expiresAt"], second["grant"]["expiresAt"], "{second}");
    assert_eq!(second["health"], "healthy");
}

#[tokio::test(flavor = "multi_thread")]
async fn node_red_takes_no_wrong_password() {
    let (lab, peer) = (Lab::start(), NodeRed::start(600));
    let refused = ask_for_instance(&lab.server, "http", &node_red(&peer.url(), "a wrong one")).await;
    assert!(refused.status == 403, "{} {}", refused.status, refused.text);
    assert!(!refused.text.contains("a wrong one"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_takes_signatures_of_version_four() {
    let (lab, moto) = (Lab::start(), Moto::start().await);
    let configuration = |secret: &str, service: &str| {
        json!({
            "base.url": moto.url(), "authentication.type": "awsv4", "aws.key": moto.key, "aws.secret": secret,
            "aws.region": "us-east-1", "aws.service": service,
        })
    };
    let sts = provision(&lab.server, "http", &configuration(&moto.secret, "sts")).await;
    let caller = sts.caller(&lab.server);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let asked = caller.request("POST", "/").header(form.0, form.1).body("Action=GetCallerIdentity&Version=2011-06-15");
    let told = caller.client.send(asked).await;
    assert!(told.status == 200 && told.text.contains("arn:aws:iam::123456789012:user/ada"), "{}", told.text);
    let wrong = provision(&lab.server, "http", &configuration("wrong", "sts")).await;
    let caller = wrong.caller(&lab.server);
    let asked = caller.request("POST", "/").header(form.0, form.1).body("Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(caller.client.send(asked).await.status, 403);

    let s3 = provision(&lab.server, "http", &configuration(&moto.secret, "s3")).await;
    let caller = s3.caller(&lab.server);
    for (method, path) in [("PUT", "/bucket-of-tests"), ("PUT", "/bucket-of-tests/a%20b/%C3%BC%2B1.txt")] {
        let put = caller.request(method, path).body(if path.contains("txt") { "some text" } else { "" });
        let answer = caller.client.send(put).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
    let got = caller.call("GET", "/bucket-of-tests/a%20b/%C3%BC%2B1.txt").await;
    assert_eq!((got.status, got.text.as_str()), (200, "some text"));
    let list = caller.call("GET", "/bucket-of-tests?list-type=2&prefix=a%20b%2F").await;
    assert!(list.status == 200 && list.text.contains("<KeyCount>1</KeyCount>"), "{}", list.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_behind_a_private_authority_wants_a_certificate() {
    let (lab, peer) = (Lab::start(), MutualTls::start());
    let configuration = |name: &str| {
        json!({
            "base.url": peer.url(), "authentication.type": "basic", "username": "ada", "password": "pw",
            "tls.authorities": peer.certificates.text("authority.pem"),
            "tls.certificate": peer.certificates.text(&format!("{name}.pem")),
            "tls.key": peer.certificates.text(&format!("{name}.key")),
        })
    };
    let instance = provision(&lab.server, "http", &configuration("client")).await;
    let told = lab.call(&instance, "/a?b=c").await.ok();
    let expected = json!({ "subject": Certificates::CLIENT, "path": "/a?b=c", "authorization": "Basic YWRhOnB3" });
    assert_eq!(told, expected);
    let rogue = provision(&lab.server, "http", &configuration("rogue")).await;
    assert_eq!(lab.call(&rogue, "/").await.status, 400);
    // Nobody else's certificate is used, and nobody else trusts that authority.
    let mut nobody = configuration("client");
    nobody["tls.certificate"] = json!("");
    nobody["tls.key"] = json!("");
    let nobody = provision(&lab.server, "http", &nobody).await;
    assert_eq!(lab.call(&nobody, "/").await.status, 400);
    let plain = json!({ "base.url": peer.url(), "authentication.type": "none" });
    let stranger = provision(&lab.server, "http", &plain).await;
    assert_eq!(lab.call(&stranger, "/").await.status, 502);
    assert_eq!(lab.call(&instance, "/a?b=c").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_knows_a_client_that_only_signs() {
    let (lab, peer) = (Lab::start(), OauthOne::start());
    let configuration = json!({
        "base.url": peer.url(), "authentication.type": "oauth1", "oauth1.consumer.key": OauthOne::CLIENT.id,
        "oauth1.consumer.secret": OauthOne::CLIENT.secret, "oauth1.token": "nobody's", "oauth1.token.secret": "x",
    });
    let instance: Instance = provision(&lab.server, "http", &configuration).await;
    assert_eq!(lab.call(&instance, "/api/me").await.status, 401, "a token that nobody gave");
}
