//! A token endpoint that fails: the grant lives on, the instance's health says why, and the next try brings a token.

use keyway_testing::{Answer, Reply, Trouble};
use serde_json::json;

use super::setup::{PERSON, Renewing};

/// A whole answer of a kind.
fn answer(status: u16, kind: &str, body: &str) -> Trouble {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    Trouble::Answer(Reply { status, headers, body: body.to_owned() })
}

fn assert_failed(answer: &Answer) {
    assert!(matches!(answer.status, 502 | 504), "{}", answer.text);
    assert!(answer.message().starts_with("the token cannot be renewed now: "), "{}", answer.text);
}

/// Lets a renewal fail after the token's end, and looks at what callers and health say; then everything works again.
async fn survives(trouble: Trouble, says: &str) {
    let on = Renewing::with(&format!("{PERSON}    expiry: {{ reuse: 60 }}\n")).await;
    on.authority.change(|rules| rules.grace = std::time::Duration::from_mins(1));
    let instance = on.connect("ann").await;
    on.call(&instance).await.ok();
    on.pass_an_hour();
    on.authority.change(|rules| rules.trouble = Some(trouble.clone()));
    assert_failed(&on.call(&instance).await);
    let shown = on.shown(&instance).await;
    let reason = shown["trouble"]["reason"].as_str().expect("a reason");
    assert!(reason.contains(says), "{reason}");
    assert_eq!(
        (&shown["lifecycle"], &shown["health"], &shown["valid"]),
        (&json!("active"), &json!("degraded"), &json!(true))
    );
    let asked = on.authority.asked();
    // Nobody asks again before the pause is over.
    assert_failed(&on.call(&instance).await);
    assert_eq!(on.authority.asked(), asked);
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(120);
    let renewed = on.call(&instance).await;
    assert_eq!(renewed.status, 200, "{trouble:?}: {}", renewed.text);
    let shown = on.shown(&instance).await;
    assert_eq!((shown.get("trouble"), &shown["health"]), (None, &json!("healthy")), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests() {
    survives(answer(429, "application/json", "{\"error\":\"slow_down\"}"), "status 429").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_the_server() {
    survives(answer(500, "application/json", "{\"error\":\"invalid_grant\"}"), "status 500").await;
    survives(answer(503, "text/html", "<html>away</html>"), "status 503").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_people_with_a_good_status() {
    survives(answer(200, "text/html", "<html>maintenance</html>"), "no access token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_answer_with_a_good_status() {
    survives(answer(200, "application/json", ""), "no access token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_firewall() {
    survives(answer(403, "text/html", "<html>blocked</html>"), "status 403").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_calls_itself_a_success() {
    survives(answer(200, "application/json", "{\"ok\":false,\"error\":\"fatal_error\"}"), "no access token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_drips() {
    survives(Trouble::Drip, "was not finished in time").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_after_the_provider_has_acted() {
    survives(Trouble::Reset, "broke the connection").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_before_the_provider_acts() {
    survives(Trouble::Refuse, "broke the connection").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_in_a_success_is_a_refusal_where_the_definition_says_so() {
    let method = PERSON.replace("token: /token", "token: { POST: /token, success_when: body.access_token }");
    let on = Renewing::with(&method).await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    let no = answer(200, "application/json", "{\"ok\":false,\"error\":\"ratelimited\"}");
    on.authority.change(|rules| rules.trouble = Some(no));
    assert_eq!(on.call(&instance).await.status, 502);
    assert!(on.trouble(&instance).await.contains("ratelimited"));
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(120);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_still_good_outlives_the_outage() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.change(|rules| rules.trouble = Some(answer(429, "text/html", "busy")));
    // Within the margin of three minutes.
    on.clock.advance(3450);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.1");
    assert_eq!(on.authority.asked(), 2);
    assert!(on.trouble(&instance).await.contains("status 429"));
    // A failure does not shorten the margin: the next call after the pause tries again.
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(10);
    on.tell_time(0);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_says_how_long_is_left_alone_so_long() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    let reply = Reply::json(429, &json!({})).header("retry-after", "90");
    on.authority.change(|rules| rules.trouble = Some(Trouble::Answer(reply)));
    assert_eq!(on.call(&instance).await.status, 502);
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(80);
    assert_eq!(on.call(&instance).await.status, 502);
    on.clock.advance(11);
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_for_many_is_left_alone_by_all() {
    for trouble in [answer(503, "text/html", "away"), Trouble::Refuse, Trouble::Drip] {
        left_alone(trouble).await;
    }
}

async fn left_alone(trouble: Trouble) {
    let on = Renewing::new().await;
    let mut instances = Vec::new();
    for number in 0..8 {
        instances.push(on.connect(&format!("n{number}")).await);
    }
    on.pass_an_hour();
    on.authority.change(|rules| {
        rules.grace = std::time::Duration::from_mins(1);
        rules.trouble = Some(trouble);
    });
    for instance in &instances {
        assert_eq!(on.call(instance).await.status, 502);
    }
    assert_eq!(on.authority.asked(), 8 + 5);
    assert!(on.trouble(&instances[7]).await.contains("away"));
    on.authority.change(|rules| rules.trouble = None);
    on.clock.advance(60);
    for (number, instance) in instances.iter().enumerate() {
        let token = on.call(instance).await.ok()["token"].clone();
        assert!(token.as_str().expect("a token").starts_with(&format!("a.n{number}.")), "{token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_client_secret_does_not_end_a_grant() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    on.authority
        .change(|rules| rules.trouble = Some(answer(401, "application/json", "{\"error\":\"invalid_client\"}")));
    assert_eq!(on.call(&instance).await.status, 502);
    let shown = on.shown(&instance).await;
    assert_eq!(shown["lifecycle"], "active");
    assert!(shown["trouble"]["reason"].as_str().expect("a reason").contains("invalid_client"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_over_says_so_until_a_person_comes() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.end("ann");
    on.pass_an_hour();
    for _ in 0..2 {
        let over = on.call(&instance).await;
        assert_eq!(over.status, 401);
        assert!(over.message().contains("has to be authenticated again"), "{}", over.text);
    }
    assert_eq!(on.authority.asked(), 2, "nobody asks for what is over");
    let shown = on.shown(&instance).await;
    assert_eq!((&shown["lifecycle"], &shown["valid"]), (&json!("reconnect_needed"), &json!(false)));
    assert!(shown["trouble"]["reason"].as_str().expect("a reason").contains("invalid_grant"), "{shown}");
}
