//! A process that dies at every step of a renewal: the next one recovers, or says that a person is needed and why.

use std::sync::Arc;
use std::time::Duration;

use keyway_testing::Store;
use serde_json::json;

use super::{ENDED, Instance, Scene, call, shown};
use crate::served::Served;

/// What the next process finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It needs this many token requests in all, the first grant among them.
    Works(usize),
    /// Only a person can help.
    Reconnect,
}

/// The steps at which a process dies, and what follows with a provider that takes replaced tokens for a while, and with one that does not.
const STEPS: [(&str, End, End); 5] = [
    // Nothing was sent.
    ("renewal.begun", End::Works(2), End::Works(2)),
    // The provider has answered, and nobody knows what.
    ("renewal.received", End::Works(3), End::Reconnect),
    // The answer is kept.
    ("renewal.kept", End::Works(2), End::Works(2)),
    ("renewal.answered", End::Works(2), End::Works(2)),
    ("renewal.finished", End::Works(2), End::Works(2)),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_during_a_renewal_loses_nothing_silently_on_the_embedded_store() {
    every_step(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_during_a_renewal_loses_nothing_silently_on_postgres() {
    every_step(Store::Postgres).await;
}

async fn every_step(store: Store) {
    let deaths = STEPS.into_iter().flat_map(|(step, graceful, strict)| {
        [(step, Duration::from_mins(10), graceful), (step, Duration::ZERO, strict)]
    });
    // All at once: each waits for the lease that the dead process left.
    let deaths: Vec<_> = deaths.map(|(step, grace, end)| tokio::spawn(die(store, step, grace, end))).collect();
    for death in deaths {
        death.await.expect("it ends as it should");
    }
}

async fn die(store: Store, step: &'static str, grace: Duration, end: End) {
    let scene = Scene::new(store).await;
    let served = scene.serve("");
    let instance = scene.connect(&scene.home.admin(&served), "ann").await;
    drop(served.kill());
    tokio::time::sleep(ENDED).await;
    scene.relax(grace);
    let doomed = scene.serve(step);
    let request = doomed.element(&instance.token).request("GET", "/proxy/things");
    assert!(request.send().await.is_err(), "{step}: the process should be dead");
    assert_eq!(doomed.wait().code, None, "{step}: it ends by a signal");
    let served = scene.serve("");
    check(&scene, &served, &instance, (step, end)).await;
}

async fn check(scene: &Arc<Scene>, served: &Served, instance: &Instance, (step, end): (&str, End)) {
    let answer = call(served, instance).await;
    let admin = scene.home.admin(served);
    let now = shown(&admin, instance).await;
    match end {
        End::Works(asked) => {
            assert_eq!(answer.status, 200, "{step}: {}", answer.text);
            assert_eq!((scene.authority.asked(), scene.authority.refused()), (asked, 0), "{step}");
            assert_eq!((&now["lifecycle"], now.get("trouble")), (&json!("active"), None), "{step}");
        }
        End::Reconnect => {
            assert_eq!(answer.status, 401, "{step}: {}", answer.text);
            assert!(answer.message().contains("has to be authenticated again"), "{step}: {}", answer.text);
            assert_eq!(now["lifecycle"], "reconnect_needed", "{step}");
            let reason = now["trouble"]["reason"].as_str().expect("a reason");
            let words = "an earlier renewal was interrupted after it may have replaced the token";
            assert!(reason.contains("invalid_grant") && reason.contains(words), "{step}: {reason}");
        }
    }
}
