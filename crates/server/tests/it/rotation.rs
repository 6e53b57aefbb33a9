//! `keyway keys rotate` and `keyway keys reseal` while the server runs.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use keyway_testing::Vendor;
use serde_json::json;

use crate::database::SEALED;
use crate::home::{Done, Home};
use crate::instances::{assert_works, make};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_and_new_instances_work_on_without_a_restart_and_after_one() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = home.serve(&[]);
        let admin = home.admin(&served);
        let old = make(&admin, &vendor, "old").await;
        let first_key = home.key();
        home.run(&["keys", "rotate"]).ok();
        assert_ne!(home.key(), first_key);
        let mode = std::fs::metadata(home.key_file()).expect("a key").permissions().mode();
        assert_eq!((mode & 0o7777, home.next_key_file().exists()), (0o600, false));
        let new = make(&admin, &vendor, "new").await;
        home.run(&["keys", "rotate"]).ok();
        let newest = make(&admin, &vendor, "newest").await;
        let served = {
            for (token, credential) in [(&old, "old"), (&new, "new"), (&newest, "newest")] {
                assert_works(&served, token, credential).await;
            }
            served.stop();
            home.serve(&[])
        };
        for (token, credential) in [(&old, "old"), (&new, "new"), (&newest, "newest")] {
            assert_works(&served, token, credential).await;
        }
        assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
        served.stop();
        home.write("data/master.key", &first_key);
        let refusal = home.serve_refused(&[]);
        assert!(refusal.contains("is not the one that this store is sealed with"), "{refusal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_has_opened_nothing_yet_learns_the_new_key() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = home.serve(&[]);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        served.stop();
        let served = home.serve(&[]);
        home.run(&["keys", "rotate"]).ok();
        assert_works(&served, &token, "credential").await;
        make(&home.admin(&served), &vendor, "another").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rotations_at_once_never_lose_the_key() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = home.serve(&[]);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        for _ in 0..3 {
            let start = |_| {
                let mut command = home.command(&["keys", "rotate"]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
            };
            let rotations: Vec<_> = (0..6).map(start).collect();
            let ends = rotations.into_iter().map(|child| Done::from(child.wait_with_output().expect("an end")));
            let (done, raced): (Vec<_>, Vec<_>) = ends.partition(|end| end.code == Some(0));
            assert!(!done.is_empty());
            for end in raced {
                let refusal = end.refusal();
                assert!(refusal.contains("by somebody else at the same time"), "{refusal}");
            }
            assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
            assert!(!home.next_key_file().exists());
        }
        assert_works(&served, &token, "credential").await;
        served.stop();
        assert_works(&home.serve(&[]), &token, "credential").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commands_during_rotations_always_open_the_store() {
    for home in Home::both() {
        let served = home.serve(&[]);
        let rotations = (0..6).map(|_| home.command(&["keys", "rotate"])).collect::<Vec<_>>();
        let rotating = std::thread::spawn(move || {
            for mut command in rotations {
                Done::of(&mut command).ok();
            }
        });
        while !rotating.is_finished() {
            assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
        }
        rotating.join().expect("every rotation succeeds");
        served.stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sealed_anew_opens_at_once_and_after_a_restart() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = home.serve(&[]);
        let admin = home.admin(&served);
        let old = make(&admin, &vendor, "old").await;
        let (sealed, secrets) = (home.sql(SEALED), home.json(&["secrets", "--json"]));
        assert_eq!(home.json(&["keys", "reseal", "--json"])["instances"], json!(1));
        let resealed = home.sql(SEALED);
        // The hash of the token is all that is as it was.
        assert_eq!(resealed.iter().filter(|value| sealed.contains(value)).count(), 1);
        let new = make(&admin, &vendor, "new").await;
        home.run(&["keys", "reseal"]).ok();
        home.run(&["keys", "rotate"]).ok();
        assert_works(&served, &old, "old").await;
        assert_works(&served, &new, "new").await;
        assert_eq!(home.json(&["secrets", "--json"]), secrets);
        assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
        served.stop();
        let served = home.serve(&[]);
        assert_works(&served, &old, "old").await;
        assert_works(&served, &new, "new").await;
    }
}
