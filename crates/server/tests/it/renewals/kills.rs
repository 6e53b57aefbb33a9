//! Kill -9 at any moment of a renewal: every instance works afterwards, or says that a person is needed and why.

use std::sync::Arc;
use std::time::Duration;

use keyway_model::Entropy;
use keyway_testing::Store;
use serde_json::json;

use super::{ENDED, Instance, Scene, call, is_soak, shown};
use crate::served::Served;

/// How long the provider takes, in milliseconds; kills come within twice the time.
const DELAY: u8 = 60;

/// What became of the instances.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    works: usize,
    reconnect: usize,
    /// What those say that do neither.
    silent: Vec<String>,
    asked: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_of_refresh_kills_with_a_provider_that_takes_replaced_tokens() {
    for (store, kills) in [(Store::Sqlite, 200), (Store::Postgres, 100)] {
        let tally = torture(store, Duration::from_hours(1), if is_soak() { kills } else { 6 }).await;
        println!("soak-result: {}", line(&tally, store, 3600));
        assert!(tally.works == tally.kills && tally.silent.is_empty(), "{tally:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_of_refresh_kills_with_a_provider_that_takes_a_token_once() {
    for (store, kills) in [(Store::Sqlite, 200), (Store::Postgres, 100)] {
        let tally = torture(store, Duration::ZERO, if is_soak() { kills } else { 6 }).await;
        println!("soak-result: {}", line(&tally, store, 0));
        assert!(tally.works + tally.reconnect == tally.kills && tally.silent.is_empty(), "{tally:?}");
    }
}

/// Kills a server during a renewal of each of many instances, and looks at all of them in the end.
async fn torture(store: Store, grace: Duration, kills: usize) -> Tally {
    let scene = Scene::new(store).await;
    let mut served = scene.serve("");
    let admin = scene.home.admin(&served);
    let mut instances = Vec::new();
    for number in 0..kills {
        instances.push(scene.connect(&admin, &format!("n{number}")).await);
    }
    tokio::time::sleep(ENDED).await;
    scene.relax(grace);
    scene.authority.change(|rules| rules.delay = Duration::from_millis(DELAY.into()));
    let random = Entropy::system();
    for instance in &instances {
        let client = served.element(&instance.token);
        let calling = tokio::spawn(async move { client.request("GET", "/proxy/things").send().await.is_ok() });
        let [chance] = random.bytes::<1>();
        tokio::time::sleep(Duration::from_millis(u64::from(chance % (DELAY * 2)))).await;
        served.kill();
        calling.await.expect("a call ends with its server");
        served = scene.serve("");
    }
    let mut tally = Tally { kills, ..Tally::default() };
    let served = Arc::new(served);
    let checks: Vec<_> = instances
        .into_iter()
        .map(|instance| tokio::spawn(outcome(Arc::clone(&scene), Arc::clone(&served), instance)))
        .collect();
    for check in checks {
        match check.await.expect("a check does not panic") {
            Ok(true) => tally.works += 1,
            Ok(false) => tally.reconnect += 1,
            Err(words) => tally.silent.push(words),
        }
    }
    tally.asked = scene.authority.asked();
    tally
}

/// Whether an instance works, or says that a person is needed; an error where it does neither.
async fn outcome(scene: Arc<Scene>, served: Arc<Served>, instance: Instance) -> Result<bool, String> {
    let answer = call(&served, &instance).await;
    let shown = shown(&scene.home.admin(&served), &instance).await;
    let reason = shown["trouble"]["reason"].as_str().unwrap_or_default();
    match (answer.status, shown["lifecycle"].as_str()) {
        (200, Some("active")) => Ok(true),
        (401, Some("reconnect_needed")) if reason.contains("an earlier renewal was interrupted") => Ok(false),
        (status, _) => Err(format!("{status} {} {shown}", answer.text)),
    }
}

fn line(tally: &Tally, store: Store, grace: u64) -> serde_json::Value {
    json!({
        "test": "kill -9 during a renewal", "store": format!("{store:?}").to_lowercase(), "graceSeconds": grace,
        "kills": tally.kills, "works": tally.works, "reconnectNeeded": tally.reconnect, "silentlyDead": tally.silent.len(),
        "tokenRequests": tally.asked,
    })
}
