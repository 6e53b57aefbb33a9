//! A rotation that was cut off leaves a store that opens, whatever it had done by then.

use std::process::Stdio;
use std::time::Duration;

use keyway_model::Entropy;
use keyway_testing::Vendor;
use serde_json::json;

use crate::home::Home;
use crate::instances::{assert_works, make};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_the_store_never_took_is_left_alone_and_replaced_later() {
    let vendor = Vendor::echo().await;
    for (home, left) in Home::both().into_iter().zip(["ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=\n", "ZmVkY2Jh"]) {
        let served = home.serve(&[]);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        served.stop();
        let key = home.key();
        home.write("data/master.key.next", left);
        let served = home.serve(&[]);
        assert_works(&served, &token, "credential").await;
        assert_eq!(home.key(), key);
        home.run(&["keys", "rotate"]).ok();
        assert_ne!(home.key(), key);
        assert!(!home.next_key_file().exists());
        served.stop();
        assert_works(&home.serve(&[]), &token, "credential").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_the_store_took_is_put_in_its_place() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = home.serve(&[]);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        let old = home.key();
        home.run(&["keys", "rotate"]).ok();
        let new = home.key();
        let cut_off = || {
            std::fs::rename(home.key_file(), home.next_key_file()).expect("a key");
            home.write("data/master.key", &old);
        };
        // The server that runs, a command, and a fresh start each find their way.
        cut_off();
        let another = make(&home.admin(&served), &vendor, "another").await;
        assert_eq!((home.key(), home.next_key_file().exists()), (new.clone(), false));
        served.stop();
        cut_off();
        assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
        assert_eq!((home.key(), home.next_key_file().exists()), (new.clone(), false));
        cut_off();
        let served = home.serve(&[]);
        assert_eq!((home.key(), home.next_key_file().exists()), (new.clone(), false));
        assert_works(&served, &token, "credential").await;
        assert_works(&served, &another, "another").await;
        cut_off();
        home.run(&["keys", "rotate"]).ok();
        assert!(home.key() != new && home.key() != old);
        assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_killed_at_any_moment_leaves_a_store_that_opens() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = home.serve(&[]);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        let random = Entropy::system();
        for _ in 0..10 {
            let mut command = home.command(&["keys", "rotate"]);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
            let [after] = random.bytes::<1>();
            std::thread::sleep(Duration::from_millis(u64::from(after) / 2));
            child.kill().expect("a child can be killed");
            child.wait().expect("a child ends");
            assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
        }
        assert_works(&served, &token, "credential").await;
        served.stop();
        assert_works(&home.serve(&[]), &token, "credential").await;
    }
}
