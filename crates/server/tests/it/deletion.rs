//! A deleted instance leaves nothing behind, sealed or not, in any file.

use keyway_testing::{Store, Vendor};
use serde_json::json;

use crate::database::{CHECKPOINT, SEALED, dump};
use crate::home::Home;
use crate::instances::{call, make};
use crate::leaks::latin;

/// Every file of the data folder, as searchable text.
pub(crate) fn files(home: &Home) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(home.data()).expect("a folder");
    let files = entries.map(|entry| entry.expect("an entry").path());
    files.map(|file| (file.display().to_string(), std::fs::read(&file).expect("a file"))).collect()
}

/// How many of some bytes, given in hexadecimal, are in the files.
fn remaining(home: &Home, sealed: &[String]) -> usize {
    let all: Vec<String> = files(home).iter().map(|(_, bytes)| latin(bytes)).collect();
    let bytes = |hex: &str| {
        let pairs = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"));
        latin(&pairs.collect::<Vec<_>>())
    };
    sealed.iter().filter(|hex| all.iter().any(|file| file.contains(&bytes(hex)))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sealed_values_tokens_and_hashes_leave_the_files_with_their_instance() {
    let vendor = Vendor::echo().await;
    let home = Home::new();
    let served = home.serve(&[]);
    let admin = home.admin(&served);
    let mut tokens = Vec::new();
    for number in 0..20 {
        tokens.push(make(&admin, &vendor, &format!("credential {number}")).await);
        admin.post(&format!("/instances/{}/keys", number + 1), json!({ "name": "a key" })).await.ok();
    }
    let sealed = home.sql(SEALED);
    assert!(sealed.len() >= 20 * 6, "{}", sealed.len());
    home.sql(CHECKPOINT);
    assert_eq!(remaining(&home, &sealed), sealed.len());
    for number in 1..=20 {
        admin.delete(&format!("/instances/{number}")).await.ok();
    }
    assert_eq!(home.sql(SEALED), Vec::<String>::new());
    home.sql(CHECKPOINT);
    assert_eq!(remaining(&home, &sealed), 0);
    for token in &tokens {
        assert_eq!(call(&served, token).await.status, 401);
    }
    served.stop();
    assert_eq!(remaining(&home, &sealed), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sealed_values_tokens_and_hashes_leave_the_database_with_their_instance() {
    let vendor = Vendor::echo().await;
    let home = Home::on(Store::Postgres);
    let served = home.serve(&[]);
    let admin = home.admin(&served);
    make(&admin, &vendor, "credential").await;
    admin.post("/instances/1/keys", json!({ "name": "a key" })).await.ok();
    let url = home.database_url().expect("a database");
    let sealed = home.sql(SEALED);
    let remaining = || {
        let text = latin(&dump(&url));
        sealed.iter().filter(|hex| text.contains(hex.as_str())).count()
    };
    assert_eq!(remaining(), sealed.len());
    admin.delete("/instances/1").await.ok();
    assert_eq!(remaining(), 0);
}
