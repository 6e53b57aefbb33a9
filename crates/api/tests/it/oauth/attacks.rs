//! What attackers try with attempts of others: every one is refused, and nothing is exchanged for them.

use serde_json::json;

use super::world::{PUBLIC, World, finish_code, finishing, page_status, parameter};
use crate::fixture::outsider;

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_was_used_is_not_used_again() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    let begun = world.begin(&admin, "acme", "").await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    let code = finish_code(&browser.come_back(&page, "code=first").await);
    let replayed = browser.come_back(&page, "code=second").await;
    assert_eq!(page_status(&replayed), "returned");
    world.finish(&admin, "acme", &begun.secret, &code).await.ok();
    let again = world.finish(&admin, "acme", &begun.secret, &code).await;
    assert!(again.status == 400 && again.message().contains("has ended"), "{}", again.text);
    let exchanged: Vec<String> = world.token_requests().into_iter().map(|form| form["code"].clone()).collect();
    assert_eq!(exchanged, ["first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_finish_at_once_one_exchanges_the_code() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    let begun = world.begin(&admin, "acme", "").await;
    let code = world.browser().consent(&begun, "good").await;
    let mut going = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (client, body) = (admin.clone(), finishing("acme", &begun.secret, &code));
        going.spawn(async move { client.post("/instances", body).await.status });
    }
    let statuses = going.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(world.token_requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_another_attempt_does_not_finish_this_one() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    let (mine, injected) = (world.begin(&admin, "acme", "").await, world.begin(&admin, "acme", "").await);
    let mut browser = world.browser();
    browser.consent(&mine, "mine").await;
    let other = browser.consent(&injected, "injected").await;
    for code in [other.as_str(), "injected", "mine", ""] {
        let refused = world.finish(&admin, "acme", &mine.secret, code).await;
        assert!(refused.status == 400 && refused.message().contains("providerData.code"), "{}", refused.text);
    }
    assert!(world.token_requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_code_of_the_browser_cannot_finish() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    let begun = world.begin(&admin, "acme", "").await;
    let mut browser = world.browser();
    let early = world.finish(&admin, "acme", &begun.secret, "x").await;
    assert!(early.message().contains("not come back"), "{}", early.text);
    browser.consent(&begun, "good").await;
    let body = json!({ "element": { "key": "acme" }, "providerData": { "secret": begun.secret } });
    let refused = admin.post("/instances", body).await;
    assert!(refused.status == 400 && refused.message().contains("providerData.code"), "{}", refused.text);
    assert!(world.token_requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_cannot_finish_an_attempt() {
    let world = World::new().await;
    world.register("acme").await;
    let begun = world.begin(&world.server.admin(), "acme", "").await;
    let code = world.browser().consent(&begun, "good").await;
    let thief = outsider(&world.server, "thief").await;
    let refused = world.finish(&thief, "acme", &begun.secret, &code).await;
    assert!(refused.status == 400 && refused.message().contains("no attempt of yours"), "{}", refused.text);
    let looked = thief.get(&format!("/elements/acme/oauth/attempts/{}", begun.id)).await;
    assert_eq!(looked.status, 404);
    assert!(world.token_requests().is_empty());
    world.finish(&world.server.admin(), "acme", &begun.secret, &code).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_at_one_connector_connects_no_other() {
    let world = World::new().await;
    world.register("acme").await;
    world.register("bolt").await;
    let admin = world.server.admin();
    let begun = world.begin(&admin, "acme", "").await;
    let code = world.browser().consent(&begun, "good").await;
    let refused = world.finish(&admin, "bolt", &begun.secret, &code).await;
    assert!(refused.status == 400 && refused.message().contains("'acme'"), "{}", refused.text);
    assert_eq!(admin.get(&format!("/elements/bolt/oauth/attempts/{}", begun.id)).await.status, 404);
    assert!(world.token_requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_at_another_connections_address_ends_the_attempt() {
    let world = World::new().await;
    world.register("acme").await;
    let other = world.register("bolt").await;
    let admin = world.server.admin();
    for address in [other["redirectUri"].as_str().unwrap().to_owned(), format!("{PUBLIC}/oauth/callback")] {
        let begun = world.begin(&admin, "acme", "").await;
        let mut browser = world.browser();
        let page = browser.start(&begun).await;
        assert_ne!(parameter(&page, "redirect_uri"), address, "each connection has an address of its own");
        let path = address.replace(PUBLIC, "");
        let mixed = browser.open(&format!("{path}?state={}&code=good", parameter(&page, "state"))).await;
        assert_eq!((mixed.status, page_status(&mixed).as_str()), (400, "other_address"));
        assert_eq!(page_status(&browser.come_back(&page, "code=good").await), "failed");
        assert!(world.finish(&admin, "acme", &begun.secret, "x").await.message().contains("another connection"));
    }
    assert!(world.token_requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_link_that_was_opened_leads_nowhere_in_another_browser() {
    let world = World::new().await;
    world.register("acme").await;
    let begun = world.begin(&world.server.admin(), "acme", "").await;
    let (mut first, mut second) = (world.browser(), world.browser());
    let looking = world.server.anonymous();
    let looked = looking.send(looking.raw("HEAD", &format!("{}{}", world.server.url(), begun.start))).await;
    assert!(looked.status == 200 && looked.header("set-cookie").is_none(), "who only looks does not open it");
    let page = first.start(&begun).await;
    let stolen = second.open(&begun.start).await;
    assert_eq!((stolen.status, page_status(&stolen).as_str()), (403, "other_browser"));
    assert!(stolen.header("location").is_none() && stolen.header("set-cookie").is_none());
    assert_eq!(first.start(&begun).await, page, "the same browser may go again");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_cannot_come_back_with_its_own_consent() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    // The attacker begins, and has the victim's browser come back: with the attacker's state, and with no cookie or a wrong one.
    let begun = world.begin(&admin, "acme", "").await;
    let (mut attacker, mut victim) = (world.browser(), world.browser());
    let page = attacker.start(&begun).await;
    for cookie in [None, Some("0".repeat(64))] {
        let names: Vec<String> = attacker.cookies.keys().cloned().collect();
        victim.cookies = names.into_iter().filter_map(|name| Some((name, cookie.clone()?))).collect();
        let back = victim.come_back(&page, "code=of-the-victim").await;
        assert_eq!((back.status, page_status(&back).as_str()), (403, "other_browser"));
    }
    assert_eq!(world.status("acme", &begun).await["status"], "begun", "nobody else changes an attempt");
    let refused = world.finish(&admin, "acme", &begun.secret, "x").await;
    assert!(refused.message().contains("not come back"), "{}", refused.text);
    assert!(world.token_requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_nothing_of_an_attempt_to_another_browser() {
    let world = World::new().await;
    world.register("acme").await;
    let admin = world.server.admin();
    let begun = world.begin(&admin, "acme", "").await;
    let mut browser = world.browser();
    let page = browser.start(&begun).await;
    browser.come_back(&page, "error=server_error&error_description=the-reason").await;
    for path in [
        begun.start.clone(),
        parameter(&page, "redirect_uri").replace(PUBLIC, "") + "?state=" + &parameter(&page, "state"),
    ] {
        let answer = world.browser().open(&path).await;
        assert_eq!(page_status(&answer), "other_browser", "{path}");
        assert!(!answer.text.contains("the-reason") && !answer.text.contains("Acme"), "{}", answer.text);
    }
    for path in ["/oauth/start/x", "/oauth/callback/x?state=y&code=z", "/oauth/callback", "/oauth/callback/x"] {
        let answer = world.browser().open(path).await;
        assert_eq!((answer.status, page_status(&answer).as_str()), (404, "unknown"), "{path}");
    }
}
