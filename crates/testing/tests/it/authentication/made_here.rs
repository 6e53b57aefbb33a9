//! Tokens that Keyway signs itself, judged by a library that knows nothing of it, and grants that such tokens bring.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Stage, field, header};
use crate::setup::{Instance, openssl, python};

const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
  key: { required: true, secret: true }
  algorithm: { default: RS256 }
  issuer: { default: me@example.com }
  key.id: { default: first }
authentication:
  direct:
    assertion: &own
      algorithm: "${config.algorithm}"
      key: "${config.key}"
      header: { kid: "${config.key.id}" }
      claims: { iss: "${config.issuer}", aud: [one, two], admin: true, jti: null, who: "${config.key.id} of ${config.issuer}" }
      lifetime: 120
    bearer: "${assertion}"
  hidden:
    assertion: { algorithm: HS256, key: "${config.key}", encoding: base64, claims: { iss: "${config.issuer}" } }
    header: X-Assertion
    value: "JWT ${assertion}"
  exchanged:
    grant: jwt_bearer
    assertion:
      algorithm: "${config.algorithm}"
      key: "${config.key}"
      claims: { iss: "${config.issuer}", sub: "${config.issuer}", aud: "https://login.example.com", scope: "${scope}" }
    token: { POST: /token, client_auth: none }
    scope: read write
"#;

/// A private key and its public one, as PEM.
async fn keys(options: &[&str]) -> (String, String) {
    let folder = TempDir::new().expect("a folder");
    openssl(folder.path(), [&["genpkey", "-out", "key"], options].concat()).await;
    openssl(folder.path(), ["pkey", "-in", "key", "-pubout", "-out", "public"]).await;
    let read = |name| std::fs::read_to_string(folder.path().join(name)).expect("PEM");
    (read("key"), read("public"))
}

const RSA: [&str; 4] = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
const P256: [&str; 4] = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const P384: [&str; 4] = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"];

/// What the library says of a token.
async fn judged(token: &str, key: &str, algorithm: &str) -> Value {
    let given = json!({ "token": token, "key": key, "algorithm": algorithm });
    python("credentials.py", "token", &given.to_string()).await
}

async fn shown(stage: &Stage, vendor: &Vendor, instance: &Instance, name: &str, before: &str) -> String {
    stage.call(instance, "/raw").await.ok();
    let text = header(&vendor.last(), name).and_then(|text| text.strip_prefix(before).map(str::to_owned));
    text.expect("a token")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_every_algorithm_is_verified_by_somebody_else() {
    let (stage, vendor) = (Stage::on_true_time(DEFINITION), Vendor::echo().await);
    let cases = [
        ("RS256", &RSA[..]),
        ("PS256", &RSA[..]),
        ("ES256", &P256[..]),
        ("ES384", &P384[..]),
        ("EdDSA", &["-algorithm", "ed25519"]),
    ];
    for (algorithm, options) in cases {
        let (private, public) = keys(options).await;
        let configuration = json!({ "base.url": vendor.url(), "key": private, "algorithm": algorithm });
        let instance = stage.instance("direct", &configuration).await;
        let token = shown(&stage, &vendor, &instance, "authorization", "Bearer ").await;
        let told = judged(&token, &public, algorithm).await;
        assert_eq!(told["header"], json!({ "alg": algorithm, "typ": "JWT", "kid": "first" }));
        let claims = &told["claims"];
        assert_eq!((&claims["iss"], &claims["admin"]), (&json!("me@example.com"), &json!(true)));
        assert_eq!((&claims["aud"], &claims["who"]), (&json!(["one", "two"]), &json!("first of me@example.com")));
        assert_eq!(claims["exp"].as_i64().expect("exp") - claims["iat"].as_i64().expect("iat"), 120);
        assert!(claims.get("jti").is_none(), "{claims}");
        let line = private.lines().nth(1).expect("a line of the key");
        stage.assert_no_trace(&[line, &token]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_secret_in_base64_signs_and_the_token_is_made_anew_in_time() {
    use base64::Engine as _;
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    let secret = "a shared secret of 32 bytes &+é!";
    let encoded = base64::engine::general_purpose::STANDARD.encode(secret);
    let instance = stage.instance("hidden", &json!({ "base.url": vendor.url(), "key": encoded })).await;
    let first = shown(&stage, &vendor, &instance, "x-assertion", "JWT ").await;
    let told = judged(&first, secret, "HS256").await;
    assert_eq!(told["claims"]["iss"], "me@example.com");
    assert!(told["claims"]["jti"].as_str().is_some_and(|id| id.len() == 32), "{told}");
    assert_eq!(shown(&stage, &vendor, &instance, "x-assertion", "JWT ").await, first);
    stage.clock.advance(200);
    assert_ne!(shown(&stage, &vendor, &instance, "x-assertion", "JWT ").await, first);
    stage.assert_no_trace(&[secret, &encoded, &first]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_assertion_brings_a_token_and_another_one_brings_the_next() {
    let stage = Stage::of(DEFINITION);
    let vendor = Vendor::start(|seen| match seen.target.as_str() {
        "/token" => Reply::json(200, &json!({ "access_token": "access-0123456789", "expires_in": 600 })),
        _ => Reply::json(200, &json!({})),
    })
    .await;
    let (private, public) = keys(&RSA).await;
    let instance = stage.instance("exchanged", &json!({ "base.url": vendor.url(), "key": private })).await;
    let assertions = |vendor: &Vendor| -> Vec<String> {
        let asked = vendor.seen().into_iter().filter(|seen| seen.target == "/token");
        asked
            .map(|seen| {
                assert_eq!(field(&seen, "grant_type").as_deref(), Some("urn:ietf:params:oauth:grant-type:jwt-bearer"));
                assert_eq!(field(&seen, "scope").as_deref(), Some("read write"));
                assert_eq!((field(&seen, "client_id"), header(&seen, "authorization")), (None, None));
                field(&seen, "assertion").expect("an assertion")
            })
            .collect()
    };
    assert_eq!(shown(&stage, &vendor, &instance, "authorization", "Bearer ").await, "access-0123456789");
    let first = assertions(&vendor);
    assert_eq!(first.len(), 1);
    let told = judged(&first[0], &public, "RS256").await;
    assert_eq!(told["claims"]["aud"], "https://login.example.com");
    assert_eq!(told["claims"]["scope"], "read write");
    stage.clock.advance(600);
    stage.call(&instance, "/raw").await.ok();
    let both = assertions(&vendor);
    assert_eq!(both.len(), 2);
    assert_ne!(both[0], both[1]);
    stage.assert_no_trace(&["access-0123456789", &both[0], &both[1]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_is_refused_by_name_and_not_repeated() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    for method in ["direct", "exchanged"] {
        let configuration =
            json!({ "base.url": vendor.url(), "key": "no key at all 0123456789", "authentication.type": method });
        let refused = stage.ask(&configuration).await;
        assert_eq!(refused.status, 400, "{method}: {}", refused.text);
        assert!(refused.text.contains("key") && !refused.text.contains("0123456789"), "{}", refused.text);
    }
    stage.assert_no_trace(&["no key at all 0123456789"]).await;
}
