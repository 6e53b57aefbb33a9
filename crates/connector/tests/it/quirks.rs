//! The pages about authentication: every quirk is there once, and every example is a definition.

use std::collections::BTreeSet;
use std::path::Path;

use keyway_connector::Connector;

const PAGE: &str = include_str!("../../../../docs/provider-quirks.md");
const FORMAT: &str = include_str!("../../../../docs/connector-format.md");

/// What stands before every example.
const HEAD: &str = "\
key: example
name: Example
hub: crm
";
/// The form of examples that need none of their own.
const CONFIGURATION: &str = "configuration: { base.url: { default: \"https://api.example.com\" } }\n";

/// Title and text of every example of a page that is the authentication of a definition.
fn examples(page: &'static str) -> impl Iterator<Item = (&'static str, String)> {
    page.split("\n### ").flat_map(|section| {
        let title = section.lines().next().unwrap_or_default();
        let blocks = section.split("\n```yaml\n").skip(1).map(|block| block.split("\n```").next().unwrap_or_default());
        let whole = blocks.filter(|text| text.starts_with("configuration:") || text.starts_with("authentication:"));
        whole.map(move |text| (title, format!("{text}\n")))
    })
}

/// What is wrong with an example.
fn mistake(text: &str) -> Option<String> {
    let configuration = if text.starts_with("configuration:") { "" } else { CONFIGURATION };
    let compiled = Connector::compile(Path::new("x.yaml"), &format!("{HEAD}{configuration}{text}"));
    compiled.err().map(|error| error.to_string())
}

fn check(page: &'static str) {
    let wrong = examples(page).filter_map(|(title, text)| Some(format!("{title}: {}\n{text}", mistake(&text)?)));
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_quirk_has_its_place_on_the_page() {
    let titles = PAGE.lines().filter_map(|line| line.strip_prefix("### "));
    let numbers: Vec<u32> = titles.filter_map(|title| title.split('.').next()?.parse().ok()).collect();
    assert_eq!(numbers, (1..=70).collect::<Vec<_>>());
}

#[test]
fn every_example_of_a_quirk_is_a_definition() {
    check(PAGE);
    // 16, 44, 57 and 58 need no words, 67 to 70 have none yet.
    let titles: BTreeSet<&str> = examples(PAGE).map(|(title, _)| title).collect();
    assert_eq!(titles.len(), 62);
}

#[test]
fn every_example_of_authentication_in_the_format_is_a_definition() {
    check(FORMAT);
    assert_eq!(examples(FORMAT).count(), 4);
}
