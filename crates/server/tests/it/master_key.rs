//! Where the master key may come from.

use keyway_testing::Vendor;

use crate::home::{Done, Home};
use crate::instances::{assert_works, make};
use crate::served::Served;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER: &str = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_file_holds_the_key_with_or_without_a_newline() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let file = home.write("secret/key", &format!("{KEY}\n"));
        let served = Served::start(home.serving(&[]).env("KEYWAY_MASTER_KEY_FILE", &file));
        assert!(!home.key_file().exists());
        let status = Done::of(home.command(&["keys", "status"]).env("KEYWAY_MASTER_KEY_FILE", &file)).ok();
        assert_eq!(home.run(&["keys", "status", "--master-key-file", &file]).ok(), status);
        served.stop();
        home.write("secret/key", KEY);
        let served = home.serve(&["--master-key-file", &file]);
        home.write("data/master.key", KEY);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        std::fs::remove_file(home.key_file()).expect("a key");
        home.run(&["keys", "rotate", "--master-key-file", &file]).ok();
        assert_ne!(crate::home::read(home.path("secret/key").as_path()), KEY);
        assert_works(&served, &token, "credential").await;
        served.stop();
        home.serve(&["--master-key-file", &file]).stop();
    }
}

#[test]
fn a_named_file_that_is_missing_is_not_made() {
    let home = Home::new();
    let file = home.text("key");
    let refusal = home.serve_refused(&["--master-key-file", &file]);
    assert!(refusal.starts_with(&format!("the master key {file} is missing; ")), "{refusal}");
    assert!(refusal.contains("32 random bytes in standard base64"), "{refusal}");
    assert!(!home.path("key").exists() && !home.key_file().exists());
    home.write("key", KEY);
    let first = home.serve(&["--master-key-file", &file]).stop();
    assert!(first.out.contains("were made"), "{}", first.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_environment_holds_the_key_and_it_is_not_rotated() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = Served::start(home.serving(&[]).env("KEYWAY_MASTER_KEY", KEY));
        assert!(!home.key_file().exists());
        home.write("data/master.key", KEY);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        std::fs::remove_file(home.key_file()).expect("a key");
        let run = |words: &[&str], key: &str| Done::of(home.command(words).env("KEYWAY_MASTER_KEY", key));
        let before = run(&["keys", "status"], KEY).ok();
        let refusal = run(&["keys", "rotate"], KEY).refusal();
        assert!(refusal.contains("comes from the environment"), "{refusal}");
        assert!(refusal.contains("KEYWAY_MASTER_KEY_FILE"), "{refusal}");
        assert_eq!(run(&["keys", "status"], KEY).ok(), before);
        assert!(run(&["doctor"], OTHER).refusal().contains("KEYWAY_MASTER_KEY is not the one"));
        assert!(run(&["doctor"], "hunter2").refusal().contains("KEYWAY_MASTER_KEY is malformed"));
        assert!(home.run(&["doctor"]).refusal().contains("is missing"));
        run(&["doctor"], &format!("{KEY}\n")).ok();
        assert_works(&served, &token, "credential").await;
    }
}

#[test]
fn a_named_file_wins_over_the_environment_and_that_over_the_data_folder() {
    let home = Home::new();
    let file = home.write("key", KEY);
    home.serve(&["--master-key-file", &file]).stop();
    let words = ["doctor", "--master-key-file", &file];
    Done::of(home.command(&words).env("KEYWAY_MASTER_KEY", OTHER)).ok();
    home.write("data/master.key", OTHER);
    Done::of(home.command(&["doctor"]).env("KEYWAY_MASTER_KEY", KEY)).ok();
    home.run(&["doctor"]).refusal();
}

#[test]
fn a_key_that_stands_in_the_folder_before_the_first_start_is_used() {
    let home = Home::new();
    home.write("data/master.key", &format!("{KEY}\n"));
    home.serve(&[]).stop();
    assert_eq!(home.key(), format!("{KEY}\n"));
    Done::of(home.command(&["doctor"]).env("KEYWAY_MASTER_KEY", KEY)).ok();
}
