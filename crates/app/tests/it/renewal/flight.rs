//! One renewal for everybody who waits, in one process and in two.

use keyway_testing::{Client, Store};

use super::setup::{PERSON, Renewing};

/// How many call at once.
const CALLERS: usize = 64;

/// Calls from all clients at once, each as often as any other; the tokens that the provider saw.
async fn storm(clients: &[Client]) -> Vec<String> {
    let each = CALLERS / clients.len();
    let calls: Vec<_> = clients
        .iter()
        .flat_map(|client| std::iter::repeat_n(client, each))
        .cloned()
        .map(|client| tokio::spawn(async move { client.get("/proxy/things").await }))
        .collect();
    let mut tokens = Vec::new();
    for call in calls {
        let answer = call.await.expect("a call does not panic").ok();
        tokens.push(answer["token"].as_str().expect("a token").to_owned());
    }
    tokens
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_calls_on_an_expired_token_are_one_renewal() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.change(|rules| rules.delay = std::time::Duration::from_millis(100));
    for round in 2..=4 {
        on.pass_an_hour();
        let tokens = storm(&[on.client(&instance)]).await;
        assert!(
            tokens.iter().all(|token| *token == format!("a.ann.{round}")),
            "{round} {} {tokens:?}",
            on.authority.asked()
        );
        assert_eq!((on.authority.asked(), on.authority.refused()), (round, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_calls_on_two_servers_are_one_renewal() {
    let on = Renewing::on(Store::Postgres, PERSON).await;
    let other = on.beside();
    let instance = on.connect("ann").await;
    let clients = [on.client(&instance), other.element(&instance.token)];
    on.authority.change(|rules| rules.delay = std::time::Duration::from_millis(50));
    for round in 2..=4 {
        on.pass_an_hour();
        let tokens = storm(&clients).await;
        assert!(
            tokens.iter().all(|token| *token == format!("a.ann.{round}")),
            "{round} {} {tokens:?}",
            on.authority.asked()
        );
        assert_eq!((on.authority.asked(), on.authority.refused()), (round, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_refused_calls_on_two_servers_are_one_renewal() {
    let on = Renewing::on(Store::Postgres, PERSON).await;
    let other = on.beside();
    let instance = on.connect("ann").await;
    let clients = [on.client(&instance), other.element(&instance.token)];
    on.authority.end_access();
    let tokens = storm(&clients).await;
    assert!(tokens.iter().all(|token| token == "a.ann.2"), "{tokens:?}");
    assert_eq!((on.authority.asked(), on.authority.refused()), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_does_not_end_the_renewal() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.authority.change(|rules| rules.delay = std::time::Duration::from_millis(300));
    on.pass_an_hour();
    let client = on.client(&instance);
    let call = tokio::spawn(async move { client.get("/proxy/things").await });
    crate::support::eventually(async || on.authority.asked() == 2).await;
    call.abort();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
    assert_eq!((on.authority.asked(), on.authority.refused()), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_do_not_wait_for_each_other() {
    let on = Renewing::new().await;
    let (ann, bob) = (on.connect("ann").await, on.connect("bob").await);
    on.pass_an_hour();
    on.authority.change(|rules| rules.delay = std::time::Duration::from_secs(1));
    let began = std::time::Instant::now();
    let (one, two) = tokio::join!(on.call(&ann), on.call(&bob));
    assert_eq!((&one.ok()["token"], &two.ok()["token"]), (&"a.ann.2".into(), &"a.bob.2".into()));
    assert!(began.elapsed() < std::time::Duration::from_millis(1900));
}
