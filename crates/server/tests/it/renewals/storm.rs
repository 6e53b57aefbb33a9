//! Sixty-four calls at once on a token that has ended, on two processes: one renewal, and no call fails.

use std::time::{Duration, Instant};

use keyway_testing::{Client, Store};
use serde_json::json;

use super::{ENDED, SHORT, Scene, is_soak};

/// How many call at once on each process.
const CALLERS: usize = 32;

#[derive(Debug, Default)]
struct Tally {
    rounds: usize,
    renewals: usize,
    /// Rounds that took longer than a token is good, in which a second renewal is right.
    slow: usize,
    /// Renewals with a token that was spent.
    refused: usize,
    /// What failed calls were answered with.
    failures: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_of_refresh_storms_on_two_processes() {
    let scene = Scene::new(Store::Postgres).await;
    let (one, other) = (scene.serve(""), scene.serve(""));
    let instance = scene.connect(&scene.home.admin(&one), "ann").await;
    let clients = [one.element(&instance.token), other.element(&instance.token)];
    scene.authority.change(|rules| rules.delay = Duration::from_millis(50));
    let mut tally = Tally { rounds: if is_soak() { 1_000 } else { 3 }, ..Tally::default() };
    for _ in 0..tally.rounds {
        tokio::time::sleep(ENDED).await;
        let (before, began) = (scene.authority.asked(), Instant::now());
        tally.failures.extend(storm(&clients).await);
        let renewals = scene.authority.asked() - before;
        tally.renewals += renewals;
        let slow = began.elapsed() >= Duration::from_secs(SHORT.unsigned_abs());
        tally.slow += usize::from(slow);
        assert!(renewals == 1 || slow, "{renewals} renewals in {:?}", began.elapsed());
    }
    tally.refused = scene.authority.refused();
    let Tally { rounds, renewals, slow, refused, failures } = tally;
    let result = json!({
        "test": "64 calls on an ended token, two processes", "store": "postgres", "rounds": rounds, "renewals": renewals,
        "slowRounds": slow, "refused": refused, "failures": failures.len(),
    });
    println!("soak-result: {result}");
    assert!(refused == 0 && failures.is_empty(), "{refused} {failures:?}");
}

/// Calls from all clients at once; what failed.
async fn storm(clients: &[Client]) -> Vec<String> {
    let calls: Vec<_> = clients
        .iter()
        .flat_map(|client| std::iter::repeat_n(client, CALLERS))
        .cloned()
        .map(|client| tokio::spawn(async move { client.get("/proxy/things").await }))
        .collect();
    let mut failures = Vec::new();
    for call in calls {
        let answer = call.await.expect("a call does not panic");
        if answer.status != 200 {
            failures.push(format!("{} {}", answer.status, answer.text));
        }
    }
    failures
}
