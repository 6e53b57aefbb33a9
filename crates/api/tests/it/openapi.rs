//! Keyway's own OpenAPI document: it says what the table of routes says, and a snapshot shows what changes in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use keyway_api::{DATA_ROUTES, ROUTES, openapi_json};
use keyway_testing::TestServer;
use serde_json::{Value, json};

fn document() -> Value {
    serde_json::from_str(&openapi_json()).expect("JSON")
}

/// Every operation by method and path.
fn operations(document: &Value) -> BTreeMap<(String, String), Value> {
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            found.insert((method.clone(), path.clone()), operation.clone());
        }
    }
    found
}

#[test]
fn the_snapshot_is_what_the_code_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let kept = fs::read_to_string(file).unwrap_or_default();
    assert!(kept == openapi_json(), "the API has changed: run `cargo xtask openapi` and read the difference");
}

#[test]
fn every_route_is_in_the_document_and_nothing_else() {
    let described: BTreeSet<_> = operations(&document()).into_keys().collect();
    let routes: BTreeSet<_> =
        ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let missing: Vec<_> = routes.difference(&described).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // The data path takes any method; in the document each has its own operation.
    let data = |path: &str| DATA_ROUTES.iter().any(|(_, known, _)| known.replace('…', "") == path);
    let unknown: Vec<_> = described.difference(&routes).filter(|(_, path)| !data(path)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let mut seen = BTreeSet::new();
    for ((method, path), operation) in operations(&document()) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        assert!(!id.is_empty(), "{method} {path} has no name: write `as aName` behind its handler in routes.rs");
        assert!(seen.insert(id.clone()), "{id} names two operations");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    assert!(document.pointer(&target[1..]).is_some(), "{target} leads nowhere");
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_for_everybody_and_sent_once_to_each() {
    let server = TestServer::start();
    let client = server.anonymous();
    let first = client.get("/openapi.json").await;
    assert_eq!(first.status, 200);
    assert_eq!(first.json(), document());
    let plain = client.send(client.raw("GET", &format!("{}/openapi.json", server.url()))).await;
    assert_eq!(plain.text, first.text);
    let tag = first.headers["etag"].to_str().expect("text");
    for (known, status) in [(tag, 304), (&*format!("\"other\", W/{tag}"), 304), ("*", 304), ("\"other\"", 200)] {
        let again = client.send(client.request("GET", "/openapi.json").header("if-none-match", known)).await;
        assert_eq!(again.status, status, "{known}");
        assert_eq!(again.headers["etag"], tag);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_does_not_have_a_method_says_which_it_has() {
    let server = TestServer::start();
    let admin = server.admin();
    let answer = admin.send(admin.request("DELETE", "/accounts")).await;
    assert_eq!(answer.status, 405);
    let allowed = answer.headers["allow"].to_str().expect("text");
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_of_the_wrong_type_is_named_and_not_overlooked() {
    let server = TestServer::start();
    for (member, problem) in [
        (json!({ "key": 1 }), "connector.key must be a string"),
        (json!({ "id": [] }), "connector.id must be a number"),
    ] {
        let answer = server.admin().post("/instances", json!({ "connector": member })).await;
        assert_eq!((answer.status, answer.message().as_str()), (400, problem));
    }
}
