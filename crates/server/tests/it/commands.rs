//! Every command works while the server runs on the same store.

use keyway_testing::Vendor;
use serde_json::{Value, json};

use crate::home::{Done, Home};
use crate::instances::{assert_works, make};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_works_while_the_server_runs() {
    let vendor = Vendor::echo().await;
    for home in Home::both() {
        let served = home.serve(&[]);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        let secrets = home.json(&["secrets", "--json"]);
        let header = format!(
            "Authorization: User {}, Organization {}\n",
            secrets["userSecret"].as_str().expect("a secret"),
            secrets["organizationSecret"].as_str().expect("a secret")
        );
        assert_eq!(home.run(&["secrets"]).ok(), header);
        // Server's and organization's data key, two secrets, one token and the values of one instance.
        let opened = home.json(&["doctor", "--json"]);
        assert_eq!(opened["problems"], json!([]));
        let count = opened["opened"].as_u64().expect("a number");
        assert!(count >= 8, "{count}");
        assert_eq!(home.run(&["doctor"]).ok(), format!("{count} sealed values open, 0 do not.\n"));
        let before = home.run(&["keys", "status"]).ok();
        let rotated = home.json(&["keys", "rotate", "--json"]);
        assert_eq!(rotated["dataKeys"], json!(2));
        let after = home.run(&["keys", "status"]).ok();
        assert_ne!(before, after);
        assert_eq!(rotated["masterKeyId"], json!(after.trim()));
        let said = home.run(&["keys", "rotate"]).ok();
        let now = home.run(&["keys", "status"]).ok();
        assert_eq!(said, format!("The master key is now {}; 2 data keys were wrapped anew.\n", now.trim()));
        assert_eq!(home.json(&["doctor", "--json"]), opened);
        assert_works(&served, &token, "credential").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_the_operator_sets_opens_the_server() {
    for home in Home::both() {
        let served = home.serve(&[]);
        let anonymous = served.anonymous();
        let sign_in = async |password: &str| {
            let body = json!({ "username": "admin@localhost", "password": password });
            anonymous.post("/authentication", body).await
        };
        let said = home.run(&["users", "password", "Admin@Localhost"]).ok();
        let made = said.trim_end().rsplit(' ').next().expect("a password").to_owned();
        assert_eq!(sign_in(&made).await.status, 200);
        let mut command = home.command(&["users", "password", "admin@localhost", "--stdin"]);
        let said = Done::fed(&mut command, "chosen by a person\n").ok();
        assert_eq!(said, "The password of admin@localhost is set.\n");
        assert_eq!(sign_in(&made).await.status, 401);
        let signed_in = sign_in("chosen by a person").await.ok();
        let bearer = format!("Bearer {}", signed_in["token"].as_str().expect("a token"));
        let client = keyway_testing::Client::new(&served.url, Some(bearer));
        let secrets: Value = client.get("/authentication/secrets").await.ok();
        assert_eq!(secrets, home.json(&["secrets", "--json"]));
    }
}

#[test]
fn a_password_that_cannot_be_set_is_refused_on_one_line() {
    let home = Home::new();
    let served = home.serve(&[]);
    let unknown = home.run(&["users", "password", "nobody@localhost"]).refusal();
    assert_eq!(unknown, "no user has the email nobody@localhost");
    let mut command = home.command(&["users", "password", "admin@localhost", "--stdin"]);
    let short = Done::fed(&mut command, "hunter2\n").refusal();
    assert!(short.contains("password") && !short.contains("hunter2"), "{short}");
    served.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_works_while_no_server_runs() {
    for home in Home::both() {
        home.serve(&[]).stop();
        for words in [&["secrets"][..], &["doctor"], &["keys", "status"], &["keys", "rotate"]] {
            home.run(words).ok();
        }
        home.run(&["users", "password", "admin@localhost"]).ok();
        let served = home.serve(&[]);
        assert_eq!(home.admin(&served).get("/instances").await.status, 200);
    }
}

#[test]
fn commands_make_no_store_where_there_is_none() {
    for home in Home::both() {
        let commands =
            [&["secrets"][..], &["doctor"], &["keys", "status"], &["keys", "rotate"], &["users", "password", "a@b"]];
        for words in commands {
            let refusal = home.run(words).refusal();
            assert!(refusal.contains("there is no store in"), "{refusal}");
            assert!(!home.data().exists());
        }
    }
}
