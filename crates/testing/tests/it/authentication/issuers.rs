//! Authorization servers that describe themselves, stricter than real ones: each endpoint takes one way only.

use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Value, json};

use super::{Stage, field, form, header, made};

const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
authentication:
  usual: { issuer: "${config.base.url}", scope: openid }
  posted: { issuer: "${config.base.url}", scope: openid, token: { POST: /token, client_auth: body } }
"#;

const SECRET: &str = "s3cret: +/é&%20";

/// An issuer with this in its metadata.
async fn issuer(more: Value) -> Vendor {
    Vendor::start(move |seen| {
        let root = format!("http://{}", header(seen, "host").unwrap_or_default());
        match seen.target.split('?').next().unwrap_or_default() {
            "/.well-known/oauth-authorization-server" => {
                let mut told = json!({
                    "issuer": root, "authorization_endpoint": format!("{root}/authorize"),
                    "token_endpoint": format!("{root}/token"), "revocation_endpoint": format!("{root}/revoke"),
                    "pushed_authorization_request_endpoint": format!("{root}/par"),
                    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                });
                for (name, value) in more.as_object().into_iter().flatten() {
                    told[name] = value.clone();
                }
                Reply::json(200, &told)
            }
            "/par" => Reply::json(201, &json!({ "request_uri": "urn:example:pushed", "expires_in": 60 })),
            "/token" => Reply::json(
                200,
                &json!({ "access_token": "access-0123", "refresh_token": "refresh-0123", "expires_in": 600 }),
            ),
            _ => Reply::json(200, &json!({})),
        }
    })
    .await
}

/// Where a person would be sent, for a client with or without its secret.
async fn url(stage: &Stage, vendor: &Vendor, method: &str, secret: Option<&str>) -> String {
    let mut asked = json!({
        "apiKey": "app-4711", "callbackUrl": "https://app.example.com/cb", "authentication.type": method,
        "base.url": vendor.url(),
    });
    if let Some(secret) = secret {
        asked["apiSecret"] = json!(secret);
    }
    let told = stage.server.admin().post("/elements/example/oauth/url", asked).await.ok();
    told["oauthUrl"].as_str().expect("a URL").to_owned()
}

fn seen_at(vendor: &Vendor, path: &str) -> Vec<Seen> {
    vendor.seen().into_iter().filter(|seen| seen.target == path).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_secret_at_hand_gets_a_url_and_who_has_it_gets_a_pushed_one() {
    let (stage, vendor) = (Stage::of(DEFINITION), issuer(json!({})).await);
    let plain = url(&stage, &vendor, "usual", None).await;
    assert!(plain.contains("redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb"), "{plain}");
    assert!(seen_at(&vendor, "/par").is_empty());
    let pushed = url(&stage, &vendor, "usual", Some(SECRET)).await;
    let expected = format!("{}/authorize?client_id=app-4711&request_uri=urn%3Aexample%3Apushed", vendor.url());
    assert_eq!(pushed, expected);
    assert_eq!(field(&seen_at(&vendor, "/par")[0], "scope").as_deref(), Some("openid"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_pushed_without_proof_only_where_it_has_to_be() {
    let (stage, vendor) =
        (Stage::of(DEFINITION), issuer(json!({ "require_pushed_authorization_requests": true })).await);
    let pushed = url(&stage, &vendor, "usual", None).await;
    assert!(pushed.ends_with("request_uri=urn%3Aexample%3Apushed"), "{pushed}");
    let seen = seen_at(&vendor, "/par").remove(0);
    assert_eq!((field(&seen, "client_id").as_deref(), header(&seen, "authorization")), (Some("app-4711"), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_says_who_it_is_in_the_same_way_at_every_endpoint() {
    let (stage, vendor) = (Stage::of(DEFINITION), issuer(json!({})).await);
    for (method, in_body) in [("posted", true), ("usual", false)] {
        url(&stage, &vendor, method, Some(SECRET)).await;
        let configuration = json!({
            "base.url": vendor.url(), "authentication.type": method, "oauth.api.key": "app-4711",
            "oauth.api.secret": SECRET, "oauth.callback.url": "https://app.example.com/cb",
        });
        let instance = made(&stage.ask_with(&configuration, &json!({ "code": "code-0123" })).await);
        stage.server.admin().delete(&format!("/instances/{}", instance.id)).await.ok();
        for path in ["/par", "/token", "/revoke"] {
            let seen = seen_at(&vendor, path).pop().expect(path);
            let shown = form(&seen).iter().any(|(name, value)| name == "client_secret" && value == SECRET);
            assert_eq!((shown, header(&seen, "authorization").is_some()), (in_body, !in_body), "{method} {path}");
        }
        let revoked: Vec<_> = seen_at(&vendor, "/revoke").iter().filter_map(|seen| field(seen, "token")).collect();
        assert!(revoked.ends_with(&["refresh-0123".to_owned(), "access-0123".to_owned()]), "{revoked:?}");
    }
    stage.assert_no_trace(&[SECRET, "access-0123", "refresh-0123", "code-0123"]).await;
}
