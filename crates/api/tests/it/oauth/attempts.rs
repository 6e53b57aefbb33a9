//! Attempts that go well, and those that end otherwise; every page tells what really happened.

use std::sync::Arc;

use keyway_model::{FixedClock, Timestamp};
use keyway_testing::{Store, TestServer};
use serde_json::json;

use super::world::{CALLBACK, PUBLIC, Unusual, World, finish_code, page_status, parameter};
use crate::fixture::{at, text};

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_leads_to_an_instance() {
    let world = World::new().await;
    let admin = world.server.admin();
    world.register("acme").await;
    let begun = world.begin(&admin, "acme", "").await;
    assert!(begun.secret.starts_with("kwa_"));
    assert_eq!(world.status("acme", &begun).await["status"], "created");
    let mut browser = world.browser();
    let started = browser.open(&begun.start).await;
    let cookie = started.header("set-cookie").unwrap().to_owned();
    for part in ["Path=/oauth", "Max-Age=600", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(cookie.split("; ").any(|given| given == part), "{cookie}");
    }
    assert_eq!(started.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(started.header("cache-control"), Some("no-store"));
    let page = started.header("location").unwrap().to_owned();
    assert_eq!(parameter(&page, "client_id"), "acme-client");
    let back = browser.come_back(&page, "code=good").await;
    assert_eq!((back.status, page_status(&back).as_str()), (200, "returned"));
    assert!(back.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(world.token_requests().is_empty(), "nothing is exchanged before somebody finishes");
    let made = world.finish(&admin, "acme", &begun.secret, &finish_code(&back)).await.ok();
    let form = world.token_requests().pop().unwrap();
    assert_eq!(form["code_verifier"], parameter(&page, "code_challenge"));
    assert_eq!(form["redirect_uri"], parameter(&page, "redirect_uri"));
    assert_eq!(form["client_secret"], "acme-secret");
    let status = world.status("acme", &begun).await;
    assert_eq!((&status["status"], &status["instanceId"]), (&json!("finished"), &made["id"]));
    assert!(!made.to_string().contains("acme-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_sent_to_the_registered_url_with_the_callers_state() {
    let world = World::new().await;
    world.register("acme").await;
    let query = format!("?callbackUrl={CALLBACK}&state=my%20state");
    let begun = world.begin(&world.server.admin(), "acme", &query).await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    assert_ne!(parameter(&page, "state"), "my state", "the caller's state is not what protects the attempt");
    let back = browser.come_back(&page, "code=good").await;
    let location = back.header("location").unwrap();
    assert!(back.status == 303 && location.starts_with(&format!("{CALLBACK}?code=")), "{location}");
    assert_eq!(parameter(location, "state"), "my state");
    assert!(!location.contains("good"), "the provider's code stays here");
    world.finish(&world.server.admin(), "acme", &begun.secret, &finish_code(&back)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_by_the_person_ends_the_attempt_as_denied() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    let begun = world.begin(&admin, "acme", "").await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    let back = browser.come_back(&page, "error=access_denied&error_description=%3Cimg%20src%3Dx%3E%22no%22").await;
    assert_eq!((back.status, page_status(&back).as_str()), (403, "denied"));
    assert!(!back.text.contains("<img"), "{}", back.text);
    assert_eq!(world.status("acme", &begun).await["status"], "denied");
    let refused = world.finish(&admin, "acme", &begun.secret, "any").await;
    assert!(refused.status == 400 && refused.message().contains("denied"), "{}", refused.text);
    let begun = world.begin(&admin, "acme", &format!("?callbackUrl={CALLBACK}&state=s")).await;
    let page = browser.start(&begun).await;
    let back = browser.come_back(&page, "error=access_denied").await;
    assert_eq!(back.header("location"), Some(format!("{CALLBACK}?error=access_denied&state=s").as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_again_shows_what_really_happened() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    let mut browser = world.browser();
    for (code, status) in [("good", "finished"), ("bad", "failed")] {
        let begun = world.begin(&admin, "acme", "").await;
        let page = browser.start(&begun).await;
        let finish = finish_code(&browser.come_back(&page, &format!("code={code}")).await);
        let again = browser.come_back(&page, &format!("code={code}")).await;
        assert_eq!(page_status(&again), "returned");
        assert!(!again.text.contains(&finish), "the code is shown once");
        let ended = world.finish(&admin, "acme", &begun.secret, &finish).await;
        assert_eq!(ended.status == 200, status == "finished", "{}", ended.text);
        for path in [
            parameter(&page, "redirect_uri").replace(PUBLIC, "") + "?code=x&state=" + &parameter(&page, "state"),
            begun.start.clone(),
        ] {
            let again = browser.open(&path).await;
            assert_eq!(page_status(&again), status, "{path}");
            assert_eq!(again.text.contains(" is connected"), status == "finished");
        }
        assert_eq!(world.status("acme", &begun).await["status"], status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_connected_again_by_an_attempt_for_it() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    let mut browser = world.browser();
    let begun = world.begin(&admin, "acme", "").await;
    let code = browser.consent(&begun, "first").await;
    let made = world.finish(&admin, "acme", &begun.secret, &code).await.ok();
    let begun = world.begin(&admin, "acme", &format!("?instanceId={}", made["id"])).await;
    let code = browser.consent(&begun, "second").await;
    let wrong = world.finish(&admin, "acme", &begun.secret, &code).await;
    assert!(wrong.status == 400 && wrong.message().contains("connect instance"), "{}", wrong.text);
    let again = json!({ "providerData": { "secret": begun.secret, "code": code } });
    let changed = admin.put(&at(&made), again).await.ok();
    assert_eq!((&changed["id"], &changed["token"]), (&made["id"], &made["token"]));
    world.server.element(text(&made, "token")).get("/proxy/x").await;
    assert_eq!(world.vendor.last().headers["authorization"], "Bearer token-of-second");
    assert_eq!(admin.get("/elements/acme/oauth/url/default?instanceId=999").await.status, 404);
    assert_eq!(admin.get(&format!("/elements/bolt/oauth/url/default?instanceId={}", made["id"])).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_ones_own_is_bound_to_an_attempt_too() {
    let world = World::new().await;
    let admin = world.server.admin();
    let begun = world.begin(&admin, "acme", "?apiKey=mine&apiSecret=my-secret").await;
    let code = world.browser().consent(&begun, "good").await;
    let made = world.finish(&admin, "acme", &begun.secret, &code).await.ok();
    assert_eq!(world.token_requests().pop().unwrap()["client_secret"], "my-secret");
    assert_eq!(made["configuration"]["oauth.api.secret"], "********");
    let none = admin.get("/elements/bolt/oauth/url/default").await;
    assert!(none.status == 400 && none.message().contains("no client is registered"), "{}", none.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_a_provider_has_posted_is_asked_for_once_more_with_the_cookies() {
    let world = World::new().await;
    world.register("acme").await;
    let begun = world.begin(&world.server.admin(), "acme", "").await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    let path = parameter(&page, "redirect_uri").replace(PUBLIC, "");
    let client = world.server.anonymous();
    let form = format!("state={}&code=good", parameter(&page, "state"));
    let post = client.raw("POST", &format!("{}{path}", world.server.url()));
    let posted = post.header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = client.send(posted).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let back = answer.header("location").unwrap().strip_prefix(PUBLIC).unwrap().to_owned();
    finish_code(&browser.open(&back).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_serves_all_where_the_operator_says_so() {
    let world = World::with(Unusual { shared_callback: true, ..Unusual::default() }).await;
    let registration = world.register("acme").await;
    assert_eq!(registration["redirectUri"], format!("{PUBLIC}/oauth/callback"));
    let admin = world.server.admin();
    let begun = world.begin(&admin, "acme", "").await;
    let code = world.browser().consent(&begun, "good").await;
    world.finish(&admin, "acme", &begun.secret, &code).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_ends_after_twenty_minutes_and_says_so() {
    let world = World::new().await;
    let clock = Arc::new(FixedClock::at(Timestamp::from_millis(1_800_000_000_000)));
    let connectors = world.server.app().settings.connectors.clone();
    let server = TestServer::with_clock(Store::Sqlite, Arc::clone(&clock) as _, |settings| {
        settings.connectors = connectors;
        settings.public_url = PUBLIC.to_owned();
    });
    let mut late = world;
    late.server = server;
    late.register("acme").await;
    let admin = late.server.admin();
    let (first, second) = (late.begin(&admin, "acme", "").await, late.begin(&admin, "acme", "").await);
    let mut browser = late.browser();
    let page = browser.start(&first).await;
    let code = browser.consent(&second, "good").await;
    clock.advance(1_201);
    let back = browser.come_back(&page, "code=good").await;
    assert_eq!((back.status, page_status(&back).as_str()), (410, "expired"));
    assert_eq!(browser.open(&first.start).await.status, 410);
    assert_eq!(late.status("acme", &first).await["status"], "expired");
    let refused = late.finish(&admin, "acme", &second.secret, &code).await;
    assert!(refused.status == 400 && refused.message().contains("expired"), "{}", refused.text);
    assert!(late.token_requests().is_empty());
}
