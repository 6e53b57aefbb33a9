//! The first start makes what is needed and says where to go; later starts make nothing.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::json;

use crate::home::{Done, Home};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_makes_an_organization_its_account_and_an_administrator() {
    for home in Home::both() {
        let served = home.serve(&[]);
        let admin = home.admin(&served);
        assert_eq!(admin.get("/organizations/me").await.ok()["name"], json!("Default organization"));
        let accounts = admin.get("/accounts").await.ok();
        assert_eq!((accounts[0]["defaultAccount"].clone(), accounts[1].clone()), (json!(true), json!(null)));
        let users = admin.get("/users").await.ok();
        assert_eq!(users[0]["email"], json!("admin@localhost"));
        assert_eq!(users[0]["roles"][0]["key"], json!("org-admin"));
        assert_eq!(users[1], json!(null));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_make_their_first_start_at_once_share_what_one_of_them_made() {
    for home in Home::both() {
        let nodes: Vec<_> = std::thread::scope(|scope| {
            let starting: Vec<_> = (0..4).map(|_| scope.spawn(|| home.serve(&[]))).collect();
            starting.into_iter().map(|node| node.join().expect("every node starts")).collect()
        });
        let organization = home.admin(&nodes[0]).get("/organizations/me").await.ok();
        for node in &nodes {
            assert_eq!(home.admin(node).get("/organizations/me").await.ok(), organization);
        }
        assert_eq!(home.admin(&nodes[0]).get("/users").await.ok()[1], json!(null));
        let drafts = std::fs::read_dir(home.data()).expect("the data folder");
        let names: Vec<_> = drafts.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        assert!(names.iter().all(|name| !name.contains("draft") && !name.contains("next")), "{names:?}");
        assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_says_where_to_go_and_that_is_so() {
    for home in Home::both() {
        let served = home.serve(&[]);
        let catalogue = format!("  The catalogue:    {}/elements/api-v2/elements", served.url);
        let printed = printed_until(&served, &catalogue);
        assert!(printed.contains("administrator admin@localhost were made."), "{printed}");
        assert!(!printed.contains("postgres://"), "a URL may hold a password: {printed}");
        let command = |begin: &str| {
            let line = printed.lines().find_map(|line| line.trim().strip_prefix(begin));
            line.unwrap_or_else(|| panic!("no line {begin}: {printed}")).trim().to_owned()
        };
        let typed = |line: &str| {
            let line = line.replacen("keyway", env!("CARGO_BIN_EXE_keyway"), 1);
            let url = home.database_url().unwrap_or_default();
            Done::of(Command::new("sh").args(["-c", &line]).env("KEYWAY_DATABASE_URL", url)).ok()
        };
        let secrets = typed(&command("Your secrets:"));
        assert!(secrets.starts_with("Authorization: User "), "{secrets}");
        let password = typed(&command("Set a password:"));
        assert!(password.starts_with("The password of admin@localhost is now "), "{password}");
        assert_eq!(home.admin(&served).get("/elements").await.status, 200);
    }
}

fn printed_until(served: &crate::served::Served, last: &str) -> String {
    // The lines follow the one that says that the server is ready.
    loop {
        let printed = served.out();
        if printed.contains(last) {
            return printed;
        }
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_makes_nothing() {
    for home in Home::both() {
        let first = home.serve(&[]);
        let before = (home.json(&["secrets", "--json"]), home.key());
        first.stop();
        let second = home.serve(&["--admin-email", "another@example.com"]);
        assert_eq!((home.json(&["secrets", "--json"]), home.key()), before);
        let users = home.admin(&second).get("/users").await.ok();
        assert_eq!((users[0]["email"].clone(), users[1].clone()), (json!("admin@localhost"), json!(null)));
        assert!(!second.stop().out.contains("were made"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_administrator_has_the_name_that_the_operator_chose() {
    let home = Home::new();
    let served = home.serve(&["--admin-email", "Boss@Example.com"]);
    assert_eq!(home.admin(&served).get("/users").await.ok()[0]["email"], json!("boss@example.com"));
}

#[test]
fn the_master_key_is_for_its_owner_only() {
    let home = Home::new();
    home.serve(&[]).stop();
    let mode = std::fs::metadata(home.key_file()).expect("a key").permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    assert_eq!(home.key().trim_end().len(), 44);
}

#[test]
fn a_port_in_use_leaves_the_folder_alone() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let refusal = Done::of(&mut home.command(&["serve", "--listen", &address])).refusal();
    assert!(refusal.contains(&address) && refusal.contains("in use"), "{refusal}");
    assert!(!home.data().exists());
}
