//! What keeps the program from starting: one line that says what to do, exit code 1, and nothing changed.

use std::process::Command;

use keyway_testing::free_port;

use crate::database::NEWER_SCHEMA;
use crate::home::{Done, Home, keyway};

const COMMANDS: [&[&str]; 5] =
    [&["secrets"], &["doctor"], &["keys", "status"], &["keys", "rotate"], &["users", "password", "admin@localhost"]];

/// What the server and every command say; all the same.
fn everybody_refuses(home: &Home) -> String {
    let refusal = home.serve_refused(&[]);
    for words in COMMANDS {
        assert_eq!(home.run(words).refusal(), refusal, "{words:?}");
    }
    refusal
}

#[test]
fn a_used_port_is_named() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let refusal = home.serve_refused(&["--metrics-listen", &address]);
    assert!(refusal.contains(&address) && refusal.contains("the port is in use"), "{refusal}");
}

#[test]
fn a_second_server_on_the_port_of_the_first_is_refused() {
    let home = Home::new();
    let served = home.serve(&[]);
    let second = Done::of(&mut home.command(&["serve", "--listen", served.address()])).refusal();
    assert!(second.contains("the port is in use"), "{second}");
}

#[test]
fn a_folder_that_is_no_folder_is_named() {
    let home = Home::new();
    let file = home.write("file", "not a folder");
    for data in [file.clone(), format!("{file}/below")] {
        let server = Done::of(&mut keyway(&["serve", "--listen", "127.0.0.1:0", "--data", &data])).refusal();
        assert!(server.starts_with(&format!("the data folder {data} cannot be used: ")), "{server}");
        for words in COMMANDS {
            let refusal = Done::of(keyway(words).args(["--data", &data])).refusal();
            assert!(refusal.contains(&format!("there is no store in {data};")), "{refusal}");
        }
    }
}

#[test]
fn a_file_that_is_no_database_is_refused_and_kept() {
    let home = Home::new();
    let letter = "This is a letter, not a database. ".repeat(200);
    home.write("data/keyway.db", &letter);
    let refusal = everybody_refuses(&home);
    assert!(refusal.contains("not a database"), "{refusal}");
    assert_eq!(crate::home::read(&home.data().join("keyway.db")), letter);
}

#[test]
fn a_missing_master_key_is_not_replaced() {
    for home in Home::both() {
        home.serve(&[]).stop();
        let key = home.key();
        std::fs::remove_file(home.key_file()).expect("a key");
        let refusal = everybody_refuses(&home);
        assert!(refusal.contains("master.key is missing") && refusal.contains("put the key back"), "{refusal}");
        assert!(!home.key_file().exists());
        home.write("data/master.key", &key);
        home.serve(&[]).stop();
    }
}

#[test]
fn a_wrong_master_key_is_refused() {
    for home in Home::both() {
        home.serve(&[]).stop();
        let other = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        home.write("data/master.key", other);
        let refusal = everybody_refuses(&home);
        assert!(refusal.contains("is not the one that this store is sealed with"), "{refusal}");
        assert!(!refusal.contains(other));
        assert_eq!(home.key(), other);
    }
}

#[test]
fn a_malformed_master_key_is_refused() {
    let home = Home::new();
    home.serve(&[]).stop();
    for text in ["", "\n", "hunter2", "AAAA", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"] {
        home.write("data/master.key", text);
        let refusal = everybody_refuses(&home);
        assert!(refusal.contains("is malformed: a master key is 32 bytes in standard base64"), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}

#[test]
fn a_newer_schema_is_left_to_the_newer_program() {
    for home in Home::both() {
        home.serve(&[]).stop();
        home.sql(NEWER_SCHEMA);
        let refusal = everybody_refuses(&home);
        assert!(refusal.contains("schema version 99") && refusal.contains("use the newer program"), "{refusal}");
    }
}

#[test]
fn a_database_that_is_not_there_is_told_without_its_password() {
    let home = Home::on(keyway_testing::Store::Postgres);
    let url = home.database_url().expect("a database");
    let (server, _) = url.rsplit_once('/').expect("a URL with a database");
    let (scheme, host) = server.split_once("://").expect("a URL");
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let missing = format!("{scheme}://postgres:hunter2@{host}/no_such_database");
    let refusal = Done::of(&mut keyway(&["secrets", "--database-url", &missing])).refusal();
    assert!(refusal.starts_with("the store cannot be reached: "), "{refusal}");
    assert!(!refusal.contains("hunter2"), "{refusal}");
}

#[test]
fn a_certificate_that_cannot_be_used_is_named() {
    let home = Home::new();
    let missing = home.text("cert.pem");
    let refusal = home.serve_refused(&["--tls-cert", &missing, "--tls-key", &missing]);
    assert!(refusal.starts_with(&format!("TLS: {missing} cannot be used: ")), "{refusal}");
    let empty = home.write("empty.pem", "nothing in here\n");
    let refusal = home.serve_refused(&["--tls-cert", &empty, "--tls-key", &empty]);
    assert!(refusal.starts_with(&format!("TLS: {empty} cannot be used: ")), "{refusal}");
    assert!(!home.data().exists());
}

#[test]
fn ranges_and_addresses_that_are_none_are_refused_by_name() {
    let home = Home::new();
    let refused = |words: &[&str]| {
        let mut command: Command = home.command(&["serve"]);
        Done::of(command.args(words)).refusal()
    };
    for (option, setting, value) in [
        ("--egress-allow", "egress_allow", "10.0.0.0/99"),
        ("--trusted-proxy", "trusted_proxy", "proxy.example.com"),
        ("--listen", "listen", "localhost"),
        ("--metrics-listen", "metrics_listen", "9090"),
        ("--workers", "workers", "many"),
        ("--log-level", "log_level", "loud"),
    ] {
        let refusal = refused(&[option, value]);
        assert!(refusal.starts_with("settings: ") && refusal.contains(setting), "{refusal}");
    }
    let port = format!("127.0.0.1:{}", free_port());
    let refusal = refused(&["--listen", &port, "--tls-cert", "cert.pem"]);
    assert!(refusal.contains("tls_cert and tls_key go together"), "{refusal}");
    assert!(!home.data().exists());
}
