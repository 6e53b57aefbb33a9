//! Kill -9 in the middle of provisioning: no half instance, and none lost that was answered with 200.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyway_model::Entropy;
use keyway_testing::{Client, Store, Vendor};
use serde_json::{Value, json};

use crate::home::Home;
use crate::instances::{bearer, call};
use crate::served::Served;

/// Clients that post at the same time.
const CLIENTS: usize = 4;
/// The longest life of a server, in milliseconds.
const LIFE: u16 = 400;

/// The instances that were answered with 200: token and credential, by id.
type Acknowledged = BTreeMap<i64, (String, String)>;

/// What was counted.
#[derive(Debug, Default)]
struct Tally {
    rounds: usize,
    acknowledged: usize,
    found: usize,
    lost: usize,
    half: usize,
}

impl Tally {
    fn line(&self, store: &str) -> String {
        let result = json!({
            "test": "kill -9 during provisioning", "store": store, "rounds": self.rounds,
            "acknowledged": self.acknowledged, "found": self.found, "lost": self.lost, "half": self.half,
        });
        format!("soak-result: {result}")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_of_kills_during_provisioning_on_the_embedded_store() {
    let tally = torture(&Home::new(), if is_soak() { 200 } else { 8 }).await;
    println!("{}", tally.line("sqlite"));
    assert_eq!((tally.lost, tally.half), (0, 0), "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_of_kills_during_provisioning_on_postgres() {
    let tally = torture(&Home::on(Store::Postgres), if is_soak() { 50 } else { 4 }).await;
    println!("{}", tally.line("postgres"));
    assert_eq!((tally.lost, tally.half), (0, 0), "{tally:?}");
}

fn is_soak() -> bool {
    std::env::vars().any(|(name, value)| name == "KEYWAY_SOAK" && value == "1")
}

async fn torture(home: &Home, rounds: usize) -> Tally {
    let vendor = Vendor::echo().await;
    let random = Entropy::system();
    let mut tally = Tally { rounds, ..Tally::default() };
    let mut all = Acknowledged::new();
    let mut served = home.serve(&[]);
    for round in 0..rounds {
        let life = Duration::from_millis(u64::from(u16::from_be_bytes(random.bytes()) % LIFE));
        let admin = home.admin(&served);
        let answered = Arc::new(Mutex::new(Acknowledged::new()));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let name = format!("credential-{round}-{number}");
                tokio::spawn(provision(admin.clone(), vendor.url(), name, Arc::clone(&answered)))
            })
            .collect();
        tokio::time::sleep(life).await;
        served.kill();
        for client in clients {
            client.await.expect("a client ends with the server");
        }
        served = home.serve(&[]);
        let new = std::mem::take(&mut *answered.lock().expect("no holder of this lock panics"));
        tally.lost += lost(&served, &new).await;
        all.extend(new);
        if round % 10 == 9 || round + 1 == rounds {
            tally.half += unopened(home);
        }
    }
    let listed = listed(&home.admin(&served)).await;
    tally.half += listed.iter().filter(|instance| !is_whole(instance, &vendor)).count();
    tally.lost += lost(&served, &all).await;
    tally.lost += listed_missing(&listed, &all);
    tally.acknowledged = all.len();
    tally.found = listed.len();
    tally
}

/// Posts instances until the server is gone.
async fn provision(admin: Client, url: String, name: String, answered: Arc<Mutex<Acknowledged>>) {
    for number in 0.. {
        let credential = format!("{name}-{number}");
        let request = admin.request("POST", "/instances").json(&bearer(&url, &credential));
        // Only an answer that came whole was an answer.
        let Ok(answer) = request.send().await else { return };
        let status = answer.status();
        let Ok(text) = answer.text().await else { return };
        assert_eq!(status.as_u16(), 200, "{text}");
        let made: Value = serde_json::from_str(&text).expect("JSON");
        let (id, token) = (made["id"].as_i64().expect("an id"), made["token"].as_str().expect("a token"));
        let mut answered = answered.lock().expect("no holder of this lock panics");
        answered.insert(id, (token.to_owned(), credential));
    }
}

/// How many of the instances do not work through `/proxy` with their own credential.
async fn lost(served: &Served, instances: &Acknowledged) -> usize {
    let mut lost = 0;
    for (id, (token, credential)) in instances {
        let answer = call(served, token).await;
        let own = answer.header("elements-element-instance-id") == Some(&id.to_string());
        let seen = answer.status == 200
            && own
            && answer.json()["headers"]["authorization"] == json!(format!("Bearer {credential}"));
        lost += usize::from(!seen);
    }
    lost
}

/// What the doctor cannot open.
fn unopened(home: &Home) -> usize {
    let done = home.run(&["doctor", "--json"]);
    let told: Value = serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {}", done.err));
    told["problems"].as_array().expect("a list").len()
}

/// Every instance with its configuration, page by page.
async fn listed(admin: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let page = admin.get(&format!("/instances?hydrate=true&pageSize=200{next}")).await;
        all.extend(page.ok().as_array().expect("a list").iter().cloned());
        match page.header("elements-next-page-token") {
            Some(token) => next = format!("&nextPage={token}"),
            None => return all,
        }
    }
}

fn is_whole(instance: &Value, vendor: &Vendor) -> bool {
    let configuration = &instance["configuration"];
    instance["token"].as_str().is_some_and(|token| token.len() == 44)
        && configuration["base.url"] == json!(vendor.url())
        && configuration["token"] == json!("********")
        && configuration["authentication.type"] == json!("bearer")
}

/// How many acknowledged instances the list does not hold with their token.
fn listed_missing(listed: &[Value], all: &Acknowledged) -> usize {
    let tokens: BTreeMap<Option<i64>, Option<&str>> =
        listed.iter().map(|instance| (instance["id"].as_i64(), instance["token"].as_str())).collect();
    all.iter().filter(|(id, (token, _))| tokens.get(&Some(**id)) != Some(&Some(token.as_str()))).count()
}
