//! `keyway connector check`: good definitions, bad ones with their line, and what the server says to the same.

use crate::home::{Done, Home, keyway};

const GOOD: &str = "key: mine
name: Mine
hub: general
configuration:
  base.url: { label: Base URL, required: true, default: \"https://api.example.com\" }
  token: { label: Token, required: true, secret: true }
authentication:
  bearer: { bearer: \"${config.token}\" }
";

fn check(path: &str) -> Done {
    Done::of(&mut keyway(&["connector", "check", path]))
}

#[test]
fn right_definitions_are_counted() {
    let home = Home::new();
    let file = home.write("all/mine/connector.yaml", GOOD);
    assert_eq!(check(&file).ok(), "1 connector definition is right.\n");
    assert_eq!(check(&home.text("all/mine")).ok(), "1 connector definition is right.\n");
    home.write("all/other/connector.yaml", &GOOD.replace("key: mine", "key: other"));
    assert_eq!(check(&home.text("all")).ok(), "2 connector definitions are right.\n");
}

#[test]
fn the_shipped_definitions_are_right() {
    let said = check(concat!(env!("CARGO_MANIFEST_DIR"), "/../../connectors")).ok();
    assert!(said.ends_with(" connector definitions are right.\n"), "{said}");
}

#[test]
fn a_mistake_is_told_with_its_file_its_line_and_the_nearest_name() {
    let home = Home::new();
    let file = home.write("bad/mine/connector.yaml", &GOOD.replace("config.token", "config.tokn"));
    let wanted = format!("{file}:8: \"config.tokn\" is no configuration entry of \"bearer\"; did you mean \"token\"?");
    assert_eq!(check(&file).refusal(), wanted);
    assert_eq!(check(&home.text("bad/mine")).refusal(), wanted);
    assert_eq!(check(&home.text("bad")).refusal(), wanted);
}

#[test]
fn every_broken_file_of_a_folder_is_told() {
    let home = Home::new();
    let first = home.write("bad/first/connector.yaml", &GOOD.replace("config.token", "config.tokn"));
    home.write("bad/mine/connector.yaml", GOOD);
    let second = home.write("bad/other/connector.yaml", &GOOD.replace("hub:", "hubb:"));
    let done = check(&home.text("bad"));
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    let lines: Vec<&str> = done.err.lines().collect();
    assert_eq!(lines.len(), 2, "{}", done.err);
    assert!(lines[0].starts_with(&format!("keyway: {first}:8: ")), "{}", lines[0]);
    assert!(lines[1].starts_with(&format!("keyway: {second}:3: ")), "{}", lines[1]);
}

#[test]
fn the_schema_of_definitions_is_printed_as_json() {
    let said = Done::of(&mut keyway(&["connector", "schema"])).ok();
    let schema: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(schema["title"], "Keyway connector definition");
    assert!(schema["properties"]["resources"].is_object() && said.contains("\n  \"title\""), "{said}");
}

#[test]
fn an_unknown_field_is_told_with_its_line() {
    let home = Home::new();
    let file = home.write("bad/mine/connector.yaml", &GOOD.replace("hub:", "hubb:"));
    let refusal = check(&file).refusal();
    assert!(refusal.starts_with(&format!("{file}:3: ")) && refusal.contains("hubb"), "{refusal}");
}

#[test]
fn a_folder_without_definitions_is_refused() {
    let home = Home::new();
    home.write("empty/notes.txt", "nothing here");
    let refusal = check(&home.text("empty")).refusal();
    assert!(refusal.starts_with(&home.text("empty")) && refusal.contains("connector.yaml"), "{refusal}");
    assert!(check(&home.text("nowhere")).refusal().starts_with(&home.text("nowhere")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_takes_the_definitions_of_a_folder_and_refuses_wrong_ones() {
    let home = Home::new();
    home.write("all/mine/connector.yaml", GOOD);
    let served = home.serve(&["--connectors", &home.text("all")]);
    assert_eq!(home.admin(&served).get("/elements/mine").await.ok()["name"], "Mine");
    served.stop();
    let file = home.write("all/mine/connector.yaml", &format!("{GOOD}colour: red\n"));
    let refusal = home.serve_refused(&["--connectors", &home.text("all")]);
    assert!(
        refusal.starts_with(&format!("connector definition {file}:9: ")) && refusal.contains("colour"),
        "{refusal}"
    );
}
