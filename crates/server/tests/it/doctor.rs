//! The doctor finds what does not open and says where, never what.

use keyway_testing::Vendor;
use serde_json::{Value, json};

use crate::database::{ALTER_DATA_KEY, ALTER_ORGANIZATION, ALTER_TOKEN, ALTER_USER, ALTER_VALUE, MOVE_VALUE};
use crate::home::Home;
use crate::instances::make;

/// Makes one instance, spoils the store, and returns what the doctor says about it.
async fn diagnosis(home: &Home, statement: &str) -> Vec<String> {
    let vendor = Vendor::echo().await;
    let served = home.serve(&[]);
    let token = make(&home.admin(&served), &vendor, "a credential to be kept").await;
    home.sql(statement);
    let done = home.run(&["doctor", "--json"]);
    assert_eq!((done.code, done.err.as_str()), (Some(1), ""), "{}", done.out);
    let told: Value = serde_json::from_str(&done.out).expect("JSON");
    let problems: Vec<String> = serde_json::from_value(told["problems"].clone()).expect("texts");
    let spoken = home.run(&["doctor"]);
    assert_eq!(spoken.code, Some(1));
    let summary = format!("{} sealed values open, {} do not.", told["opened"], problems.len());
    let lines: Vec<&str> = spoken.out.lines().collect();
    assert_eq!(lines, [problems.iter().map(String::as_str).collect(), vec![&*summary]].concat());
    for secret in ["a credential to be kept", &token, &vendor.url()] {
        assert!(!spoken.out.contains(secret), "{}", spoken.out);
    }
    problems
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_value_is_named_by_its_place() {
    for home in Home::both() {
        let problems = diagnosis(&home, ALTER_VALUE).await;
        assert_eq!(problems, ["configuration token of instance 1 does not open"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_moved_to_another_place_does_not_open_there() {
    for home in Home::both() {
        let problems = diagnosis(&home, MOVE_VALUE).await;
        assert_eq!(problems, ["configuration token of instance 1 does not open"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_token_and_altered_secrets_are_named() {
    for (statement, problem) in [
        (ALTER_TOKEN, "token of instance 1 does not open"),
        (ALTER_USER, "secret of user 1 does not open"),
        (ALTER_ORGANIZATION, "secret of organization 1 does not open"),
    ] {
        for home in Home::both() {
            assert_eq!(diagnosis(&home, statement).await, [problem]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_data_key_is_named_with_all_that_it_seals() {
    for home in Home::both() {
        let problems = diagnosis(&home, ALTER_DATA_KEY).await;
        assert!(problems[0].starts_with("data key "), "{problems:?}");
        assert!(problems.contains(&"configuration token of instance 1 does not open".to_owned()), "{problems:?}");
        assert!(problems.contains(&"secret of organization 1 does not open".to_owned()), "{problems:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_instance_is_nobodys_problem() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = home.serve(&[]);
        let admin = home.admin(&served);
        let before = home.json(&["doctor", "--json"]);
        make(&admin, &vendor, "credential").await;
        assert_ne!(home.json(&["doctor", "--json"])["opened"], before["opened"]);
        admin.delete("/instances/1").await.ok();
        assert_eq!(home.json(&["doctor", "--json"]), before);
        assert_eq!(before["problems"], json!([]));
    }
}
