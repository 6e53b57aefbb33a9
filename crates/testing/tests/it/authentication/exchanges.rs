//! What can be shown to a provider once: an outage after it was shown loses nothing, and nobody shows it twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyway_testing::{Answer, Reply, Vendor};
use serde_json::{Value, json};

use super::{Stage, field, header, made};
use crate::setup::Instance;

const DEFINITION: &str = "
configuration: { base.url: { label: Base URL, required: true } }
authentication:
  person:
    authorize: /authorize
    token: /token
    revoke: /revoke
    identity: { GET: /me, subject: body.id }
";

/// A provider whose codes serve once and are the names of people. `/me` fails with a status as often as it is told to.
struct Provider {
    vendor: Vendor,
    failures: Arc<AtomicUsize>,
}

impl Provider {
    async fn start(status: u16) -> Self {
        let failures = Arc::new(AtomicUsize::new(0));
        let (left, spent) = (Arc::clone(&failures), std::sync::Mutex::new(Vec::new()));
        let vendor = Vendor::start(move |seen| match seen.target.as_str() {
            "/token" => {
                let shown = field(seen, "code").or_else(|| field(seen, "refresh_token")).expect("a code or a token");
                let mut spent = spent.lock().expect("nobody panics here");
                if spent.contains(&shown) {
                    return Reply::json(400, &json!({ "error": "invalid_grant" }));
                }
                spent.push(shown.clone());
                let name = shown.trim_start_matches("refresh-");
                Reply::json(200, &json!({ "access_token": format!("token-of-{name}"), "expires_in": 3600 }))
            }
            "/revoke" => Reply::json(200, &json!({})),
            "/me" if left.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() => {
                Reply::json(status, &json!({ "error": "of-nobody" }))
            }
            _ => {
                let shown = header(seen, "authorization").and_then(|text| text.strip_prefix("Bearer token-of-"));
                Reply::json(200, &json!({ "id": shown }))
            }
        });
        Self { vendor: vendor.await, failures }
    }

    fn configuration(&self) -> Value {
        json!({
            "base.url": self.vendor.url(), "oauth.api.key": "client-7", "oauth.api.secret": "secret-of-client",
            "oauth.callback.url": "https://app.example/back",
        })
    }

    /// How often something was asked for.
    fn asked(&self, path: &str) -> usize {
        self.vendor.seen().iter().filter(|seen| seen.target == path).count()
    }
}

async fn post(stage: &Stage, provider: &Provider, code: &str) -> Answer {
    stage.ask_with(&provider.configuration(), &json!({ "code": code })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_after_the_exchange_loses_nothing_of_what_was_granted() {
    let (stage, provider) = (Stage::of(DEFINITION), Provider::start(503).await);
    provider.failures.store(2, Ordering::SeqCst);
    for _ in 0..2 {
        let failed = post(&stage, &provider, "ann").await;
        assert_eq!(failed.status, 502, "{}", failed.text);
    }
    assert_eq!((provider.asked("/token"), provider.asked("/revoke")), (1, 0));
    // What waits is sealed like everything else.
    let app = stage.server.app();
    let reseal = app.control.spawn({
        let app = app.clone();
        async move { keyway_app::reseal::reseal(&app, &|_| ()).await.map(drop) }
    });
    reseal.await.expect("it does not panic").expect("it is sealed anew");
    stage.assert_no_trace(&["token-of-ann"]).await;
    let instance = made(&post(&stage, &provider, "ann").await);
    assert_eq!((provider.asked("/token"), provider.asked("/me")), (1, 3));
    assert_eq!(stage.call(&instance, "/anything").await.ok()["id"], "ann");
    // Only now the code is spent for good.
    let again = post(&stage, &provider, "ann").await;
    assert!(again.text.contains("invalid_grant"), "{}", again.text);
    assert_eq!(stage.server.admin().get("/instances").await.ok().as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_granted_and_is_of_no_use_is_given_back_and_not_kept() {
    let (stage, provider) = (Stage::of(DEFINITION), Provider::start(403).await);
    provider.failures.store(1, Ordering::SeqCst);
    let refused = post(&stage, &provider, "ann").await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!((provider.asked("/token"), provider.asked("/revoke")), (1, 1));
    let again = post(&stage, &provider, "ann").await;
    assert!(again.text.contains("invalid_grant"), "{}", again.text);
    assert_eq!(provider.asked("/token"), 2);
    stage.assert_no_trace(&["token-of-ann"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_show_one_code_at_once_one_is_asked_to_wait() {
    let (stage, provider) = (Stage::of(DEFINITION), Provider::start(503).await);
    let both = tokio::join!(post(&stage, &provider, "ann"), post(&stage, &provider, "ann"));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    // The second may also have come when the first was done, and was then told by the provider.
    assert!(statuses == [200, 409] || statuses == [200, 400] || statuses == [200, 401], "{statuses:?}");
    assert_eq!(stage.server.admin().get("/instances").await.ok().as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_from_elsewhere_are_never_given_back() {
    let (stage, provider) = (Stage::of(DEFINITION), Provider::start(403).await);
    let import = |name: &str| {
        let mut configuration = provider.configuration();
        configuration["oauth.user.token"] = json!(format!("token-of-{name}"));
        json!({ "name": name, "element": { "key": "example" }, "configuration": configuration, "externalAuthentication": "initial" })
    };
    let admin = stage.server.admin();
    provider.failures.store(1, Ordering::SeqCst);
    assert_eq!(admin.post("/instances", import("ann")).await.status, 403);
    let instance = made(&admin.post("/instances", import("ann")).await);
    // Somebody else's take no place, and are somebody else's still.
    let other = admin.patch(&format!("/instances/{}", instance.id), import("eve")).await;
    assert_eq!(other.status, 409, "{}", other.text);
    assert_eq!(provider.asked("/revoke"), 0);
    assert_eq!(stage.call(&instance, "/anything").await.ok()["id"], "ann");
}

/// What finishes an attempt that has come back with a code.
async fn attempt(stage: &Stage, provider: &Provider, code: &str) -> Value {
    let (admin, browser) = (stage.server.admin(), stage.server.anonymous());
    let registration = json!({
        "connector": "example", "clientId": "client-7", "secret": "secret-of-client",
        "configuration": { "base.url": provider.vendor.url() },
    });
    admin.post("/registrations", registration).await.ok();
    let begun = admin.get("/elements/example/oauth/url/default").await.ok();
    let open = async |url: &str, cookie: &str| browser.send(browser.raw("GET", url).header("cookie", cookie)).await;
    let start = open(begun["oauthUrl"].as_str().expect("a page"), "").await;
    let cookie = start.header("set-cookie").and_then(|text| text.split(';').next()).expect("a cookie").to_owned();
    let page = url::Url::parse(start.header("location").expect("a page")).expect("a URL");
    let given = |name: &str| page.query_pairs().find(|(known, _)| known == name).expect("it is there").1.into_owned();
    let back = format!("{}?state={}&code={code}", given("redirect_uri"), given("state"));
    let shown = open(&back, &cookie).await;
    let finish = shown.text.split_once("<code id=\"code\">").and_then(|(_, rest)| rest.split_once("</code>"));
    let finish = finish.unwrap_or_else(|| panic!("no code: {}", shown.text)).0;
    json!({ "secret": begun["configuration"]["secret"], "code": finish })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_finished_by_another_try_when_the_provider_is_back() {
    let (stage, provider) = (Stage::of(DEFINITION), Provider::start(503).await);
    let brought = attempt(&stage, &provider, "ann").await;
    provider.failures.store(1, Ordering::SeqCst);
    let finish = async || stage.ask_with(&json!({ "base.url": provider.vendor.url() }), &brought).await;
    assert_eq!(finish().await.status, 502);
    let instance: Instance = made(&finish().await);
    assert_eq!((provider.asked("/token"), provider.asked("/revoke")), (1, 0));
    assert_eq!(stage.call(&instance, "/anything").await.ok()["id"], "ann");
    let used = finish().await;
    assert!(
        used.status == 400 && used.message().contains("this attempt has ended: the instance was made"),
        "{}",
        used.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_is_held_for_as_long_as_it_takes() {
    let (stage, provider) = (Stage::on_true_time(DEFINITION), Provider::start(503).await);
    let slow = Vendor::start(|_| {
        std::thread::sleep(Duration::from_secs(12));
        Reply::json(200, &json!({ "access_token": "token-of-ann" }))
    });
    let slow = slow.await;
    let mut configuration = provider.configuration();
    configuration["base.url"] = json!(slow.url());
    let brought = json!({ "code": "ann" });
    let first = stage.ask_with(&configuration, &brought);
    let second = async {
        tokio::time::sleep(Duration::from_secs(11)).await;
        stage.ask_with(&configuration, &brought).await
    };
    let (_, second) = tokio::join!(first, second);
    assert_eq!(second.status, 409, "{}", second.text);
}
