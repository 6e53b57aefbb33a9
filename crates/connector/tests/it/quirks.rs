//! The page of providers' quirks: every number is there once, and every example is a definition.

use std::collections::BTreeSet;
use std::path::Path;

use keyway_connector::Connector;

const PAGE: &str = include_str!("../../../../docs/provider-quirks.md");

/// What stands before every example.
const HEAD: &str = "\
key: example
name: Example
hub: crm
";
/// The form of examples that need none of their own.
const CONFIGURATION: &str = "configuration: { base.url: { default: \"https://api.example.com\" } }\n";

/// Number of the quirk and text of every example.
fn examples() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for section in PAGE.split("\n### ").skip(1) {
        let number = section.split('.').next().unwrap_or_default();
        for block in section.split("\n```yaml\n").skip(1) {
            let text = block.split("\n```").next().unwrap_or_default();
            found.push((number.to_owned(), format!("{text}\n")));
        }
    }
    found
}

#[test]
fn every_quirk_has_its_place_on_the_page() {
    let titles = PAGE.lines().filter_map(|line| line.strip_prefix("### "));
    let numbers: Vec<u32> = titles.filter_map(|title| title.split('.').next()?.parse().ok()).collect();
    assert_eq!(numbers, (1..=70).collect::<Vec<_>>());
}

#[test]
fn every_example_of_a_quirk_is_a_definition() {
    let mut wrong = Vec::new();
    let mut covered = BTreeSet::new();
    for (number, text) in examples() {
        let configuration = if text.starts_with("configuration:") { "" } else { CONFIGURATION };
        if let Err(error) = Connector::compile(Path::new("x.yaml"), &format!("{HEAD}{configuration}{text}")) {
            wrong.push(format!("{number}: {error}\n{text}"));
        }
        covered.insert(number);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // 16, 44, 57 and 58 need no words, 67 to 70 have none yet.
    assert_eq!(covered.len(), 62);
}
