//! A process that dies while a code becomes an instance: who posts the same again gets the instance, or is told that the code is spent.

use std::sync::Arc;

use keyway_testing::Store;

use super::{Instance, Scene, call};

/// What the next process makes of the same request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The instance, without asking the provider again.
    Made,
    /// Nothing: the provider has answered, and nobody knows what.
    Spent,
    /// A refusal, because the instance is there already.
    There,
}

/// The steps at which a process dies.
const STEPS: [(&str, End); 4] = [
    ("exchange.received", End::Spent),
    ("exchange.kept", End::Made),
    ("exchange.proven", End::Made),
    ("exchange.finished", End::There),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_while_a_code_is_exchanged_loses_nothing_silently_on_the_embedded_store() {
    every_step(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_while_a_code_is_exchanged_loses_nothing_silently_on_postgres() {
    every_step(Store::Postgres).await;
}

async fn every_step(store: Store) {
    // All at once: each waits for what the dead process held.
    let deaths: Vec<_> = STEPS.into_iter().map(|(step, end)| tokio::spawn(die(store, step, end))).collect();
    for death in deaths {
        death.await.expect("it ends as it should");
    }
}

async fn die(store: Store, step: &'static str, end: End) {
    let scene = Scene::new(store).await;
    scene.authority.change(|rules| (rules.lifetime, rules.codes_once) = (3600, true));
    let doomed = scene.serve(step);
    let request = scene.home.admin(&doomed).request("POST", "/instances").json(&scene.body("ann"));
    assert!(request.send().await.is_err(), "{step}: the process should be dead");
    assert_eq!(doomed.wait().code, None, "{step}: it ends by a signal");
    again(&scene, (step, end)).await;
}

/// The same request to the next process, which may have to wait until nobody holds the exchange any more.
async fn again(scene: &Arc<Scene>, (step, end): (&str, End)) {
    let served = scene.serve("");
    let admin = scene.home.admin(&served);
    let answer = loop {
        let answer = admin.post("/instances", scene.body("ann")).await;
        if answer.status != 409 {
            break answer;
        }
        assert!(answer.message().contains("another request exchanges the same"), "{step}: {}", answer.text);
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    };
    let (asked, refused) = (scene.authority.asked(), scene.authority.refused());
    let all = admin.get("/instances").await.ok();
    let all: Vec<Instance> = all.as_array().expect("a list").iter().map(Instance::of).collect();
    match end {
        End::Made => {
            let made = Instance::of(&answer.ok());
            assert_eq!((asked, refused, all.len()), (1, 0, 1), "{step}");
            assert_eq!(call(&served, &made).await.ok()["token"], "a.ann.1", "{step}");
        }
        End::Spent => {
            assert!(answer.text.contains("invalid_grant"), "{step}: {}", answer.text);
            assert_eq!((asked, refused, all.len()), (2, 1, 0), "{step}");
        }
        End::There => {
            assert!(answer.text.contains("invalid_grant"), "{step}: {}", answer.text);
            assert_eq!(all.len(), 1, "{step}");
            assert_eq!(call(&served, &all[0]).await.ok()["token"], "a.ann.1", "{step}");
        }
    }
}
