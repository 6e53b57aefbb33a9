//! The connector of any API: what a person describes is what the provider gets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyway_model::Secret;
use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Value, json};

use super::instance::{Instance, main};

/// A provider that gives tokens at `/token` and `/session/log-in`, and says everywhere else what it saw.
async fn provider() -> Vendor {
    Vendor::start(|seen| match seen.target.as_str() {
        "/token" => Reply::json(200, &json!({ "access_token": "got", "expires_in": 60, "token_type": "bearer" })),
        "/session/log-in" => Reply::json(201, &json!({ "data": { "session": "s-1", "minutes": 5 } })),
        _ => Reply::json(200, &headers(seen)),
    })
    .await
}

fn headers(seen: &Seen) -> Value {
    let all = seen.headers.iter();
    all.map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes())))).collect()
}

fn of(method: &'static str, vendor: &Vendor, entries: &[(&str, &str)]) -> Instance {
    let entries = [&[("base.url", "{vendor}/api")], entries].concat();
    Instance::of(("http", method), vendor, ("the id", "a secret: %"), &entries)
}

fn body(vendor: &Vendor) -> String {
    let seen = vendor.seen();
    let asked = seen.iter().rfind(|seen| !seen.target.starts_with("/api")).expect("a request for a token");
    String::from_utf8_lossy(&asked.body).into_owned()
}

#[tokio::test]
async fn a_login_is_made_as_it_is_described() {
    let vendor = provider().await;
    let request = r#"{
        "POST": "/log-in",
        "body": { "user": "{{user}}", "password": "{{pass.word}}", "device": { "id": "{{device}}" } },
        "success_when": "status == 201",
        "capture": { "token.access": "body.data.session", "token.expires_in": "body.data.minutes * 60" }
    }"#;
    let entries = [
        ("login.request", request),
        ("login.secrets", r#"{ "pass.word": "quote \" and ${config.base.url}" }"#),
        ("login.parameters", r#"{ "user": "jane", "device": 7 }"#),
        ("login.url", "{vendor}/session"),
        ("login.header", "X-Session"),
        ("login.prefix", ""),
    ];
    let mut instance = of("login", &vendor, &entries);
    let granted = instance.ask().await;
    let sent: Value = serde_json::from_str(&body(&vendor)).expect("JSON");
    let expected = json!({ "user": "jane", "password": "quote \" and ${config.base.url}", "device": { "id": 7 } });
    assert_eq!(sent, expected);
    assert!(granted.tokens.expires_at().is_some());
    let (_, seen) = instance.get("/x", Some(&granted.tokens)).await;
    assert_eq!((&seen["x-session"], seen.get("authorization")), (&json!("s-1"), None));
    assert_eq!(main(&instance.renew(&granted.tokens).await.expect("a session").tokens), "s-1");
}

#[tokio::test]
async fn a_client_says_who_it_is_as_the_person_chose() {
    let vendor = provider().await;
    for (way, form, basic) in [
        ("body", "client_id=the+id&client_secret=a+secret%3A+%25&grant_type=client_credentials&scope=read", None),
        ("id", "client_id=the+id&grant_type=client_credentials&scope=read", None),
        // "the%20id:a%20secret%3A%20%25"
        ("basic", "grant_type=client_credentials&scope=read", Some("Basic dGhlJTIwaWQ6YSUyMHNlY3JldCUzQSUyMCUyNQ==")),
    ] {
        let entries = [("oauth.token.url", "{vendor}/token"), ("oauth.client.auth", way), ("oauth.scope", "read")];
        let granted = of("oauth2ClientCredentials", &vendor, &entries).ask().await;
        assert_eq!(main(&granted.tokens), "got");
        let mut pairs: Vec<String> = body(&vendor).split('&').map(|pair| pair.replace("%20", "+")).collect();
        pairs.sort();
        assert_eq!(pairs.join("&"), form, "{way}");
        let header =
            vendor.last().headers.get("authorization").and_then(|value| value.to_str().ok().map(str::to_owned));
        assert_eq!(header.as_deref(), basic, "{way}");
    }
}

#[tokio::test]
async fn a_users_name_and_password_are_exchanged() {
    let vendor = provider().await;
    let entries = [("oauth.token.url", "{vendor}/token"), ("username", "jane"), ("password", "p&q")];
    of("oauth2Password", &vendor, &entries).ask().await;
    let body = body(&vendor);
    for pair in ["grant_type=password", "username=jane", "password=p%26q"] {
        assert!(body.split('&').any(|known| known == pair), "{body}");
    }
}

#[tokio::test]
async fn a_token_that_is_signed_here_has_the_claims_of_the_person() {
    let vendor = provider().await;
    let entries = [
        ("jwt.algorithm", "HS256"),
        ("jwt.key", "0123456789abcdef0123456789abcdef"),
        ("jwt.key.id", "k-1"),
        ("jwt.claims", r#"{ "iss": "me", "admin": true }"#),
        ("jwt.prefix", "JWT "),
    ];
    let (_, seen) = of("jwt", &vendor, &entries).get("/x", None).await;
    let token = seen["authorization"].as_str().and_then(|text| text.strip_prefix("JWT ")).expect("a token");
    let part = |at: usize| -> Value {
        let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(at).expect("a part")).expect("base64");
        serde_json::from_slice(&part).expect("JSON")
    };
    assert_eq!((&part(0)["alg"], &part(0)["kid"]), (&json!("HS256"), &json!("k-1")));
    assert_eq!((&part(1)["iss"], &part(1)["admin"], part(1)["exp"].is_i64()), (&json!("me"), &json!(true), true));
}

#[tokio::test]
async fn keys_stand_where_the_person_says() {
    let vendor = provider().await;
    let cookie = of("apiKeyCookie", &vendor, &[("api.key", "k"), ("api.key.cookie", "session")]);
    assert_eq!(cookie.get("/x", None).await.1["cookie"], "session=k");
    let pair =
        [("api.key", "k"), ("api.key.prefix", "Key "), ("api.second.key", "s"), ("api.second.header", "X-Secret")];
    let (_, seen) = of("apiKeyPair", &vendor, &pair).get("/x", None).await;
    assert_eq!((&seen["x-api-key"], &seen["x-secret"]), (&json!("Key k"), &json!("s")));
}

#[tokio::test]
async fn calls_are_signed_in_the_way_that_the_person_chose() {
    let vendor = provider().await;
    let entries = [
        ("oauth1.consumer.key", "ck"),
        ("oauth1.consumer.secret", "cs"),
        ("oauth1.token", "t"),
        ("oauth1.token.secret", "ts"),
        ("oauth1.realm", "r"),
        ("oauth1.method", "PLAINTEXT"),
    ];
    let mut signed = of("oauth1", &vendor, &entries);
    let (_, seen) = signed.get("/x", None).await;
    assert!(
        seen["authorization"].as_str().is_some_and(|header| header.contains("oauth_signature=\"cs%26ts\"")),
        "{seen}"
    );
    signed.settings.insert("oauth1.method".to_owned(), Secret::from("HMAC-SHA256"));
    let (_, seen) = signed.get("/x", None).await;
    let header = seen["authorization"].as_str().unwrap_or_default();
    for part in ["OAuth ", "realm=\"r\"", "oauth_token=\"t\"", "oauth_signature_method=\"HMAC-SHA256\""] {
        assert!(header.contains(part), "{header}");
    }
    let entries =
        [("aws.key", "AKID"), ("aws.secret", "s"), ("aws.region", "eu-central-1"), ("aws.service", "execute-api")];
    let (_, seen) = of("awsv4", &vendor, &entries).get("/x", None).await;
    let header = seen["authorization"].as_str().unwrap_or_default();
    assert!(header.starts_with("AWS4-HMAC-SHA256 Credential=AKID/") && header.contains("/eu-central-1/execute-api/"));
}
