//! The catalogue of connectors, the answers that every client counts on, and the table of routes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keyway_api::{DATA_ROUTES, ROUTES};
use keyway_testing::{Answer, Store, TestServer, on_both_stores};
use serde_json::{Value, json};

const PATHS: [&str; 6] = [
    "/elements",
    "/elements/keys",
    "/elements/http",
    "/elements/http/configuration",
    "/elements/http/authentication-types",
    "/elements/http/authentication-types/basic/configurations",
];

fn column<'a>(rows: &'a Value, name: &str) -> Vec<&'a Value> {
    rows.as_array().expect("a list").iter().map(|row| &row[name]).collect()
}

/// A row of the catalogue and what stands below it are the same by key, by number and as `/connectors`.
async fn is_the_same_by_every_name(server: &TestServer, row: &Value) {
    let admin = server.admin();
    let (key, id) = (row["key"].as_str().expect("a key"), &row["id"]);
    for rest in ["", "/configuration", "/authentication-types", "/instances"] {
        let by_key = admin.get(&format!("/elements/{key}{rest}")).await;
        by_key.ok();
        for path in [format!("/elements/{id}"), format!("/connectors/{key}"), format!("/connectors/{id}")] {
            let same = admin.get(&format!("{path}{rest}")).await;
            assert_eq!((same.status, &same.text), (200, &by_key.text), "{path}{rest}");
        }
    }
    let whole = admin.get(&format!("/elements/{key}")).await.ok();
    for (member, value) in row.as_object().expect("an object") {
        assert_eq!(&whole[member], value, "{key} {member}");
    }
    assert_eq!(whole["configuration"], admin.get(&format!("/elements/{key}/configuration")).await.ok());
}

/// The answer has a request id of 24 hexadecimal digits, and an error has the same in its body.
fn has_request_id(answer: &Answer) {
    let id = answer.header("elements-request-id").expect("a request id");
    assert!(id.len() == 24 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    if answer.status >= 400 {
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json()["requestId"], id);
        assert!(!answer.message().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_for_users_unless_it_is_public() {
    let closed = TestServer::start();
    let open = TestServer::with(Store::Sqlite, |settings| settings.public_catalogue = true);
    for path in PATHS {
        for prefix in ["/elements", "/connectors"] {
            let path = path.replacen("/elements", prefix, 1);
            let refused = closed.anonymous().get(&path).await;
            assert_eq!(refused.status, 401, "{path}");
            let expected = "Invalid Organization or User secret, or invalid Element token provided.";
            assert_eq!(refused.message(), expected);
            assert_eq!(closed.user("nothing").get(&path).await.status, 401, "{path}");
            assert_eq!(open.anonymous().get(&path).await.ok(), closed.admin().get(&path).await.ok(), "{path}");
        }
    }
    for path in ["/elements/http/instances", "/instances", "/users"] {
        assert_eq!(open.anonymous().get(path).await.status, 401, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connectors_are_found_by_key_and_by_number_under_both_names() {
    on_both_stores(async |server| {
        let admin = server.admin();
        let listed = admin.get("/elements").await.ok();
        let keys: Vec<&str> = column(&listed, "key").into_iter().filter_map(Value::as_str).collect();
        assert!(keys.is_sorted() && ["closeio", "http", "stripe"].iter().all(|key| keys.contains(key)), "{keys:?}");
        assert_eq!(admin.get("/elements/keys").await.ok(), json!(keys));
        let ids: BTreeSet<String> = column(&listed, "id").iter().map(ToString::to_string).collect();
        assert_eq!(ids.len(), keys.len());
        for row in listed.as_array().unwrap() {
            is_the_same_by_every_name(&server, row).await;
        }
        for path in ["/elements", "/elements/keys"] {
            let alias = admin.get(&path.replacen("/elements", "/connectors", 1)).await;
            assert_eq!(alias.text, admin.get(path).await.text);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_keeps_its_number_over_a_restart() {
    for store in [Store::Sqlite, Store::Postgres] {
        let mut server = TestServer::with(store, |_| {});
        let before = server.admin().get("/elements").await.ok();
        server.restart();
        assert_eq!(server.admin().get("/elements").await.ok(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_says_what_to_fill_in_for_each_method() {
    let server = TestServer::start();
    let admin = server.admin();
    let form = admin.get("/elements/http/configuration").await.ok();
    let entry = |key: &str| form.as_array().unwrap().iter().find(|entry| entry["key"] == key).unwrap().clone();
    assert_eq!((&entry("base.url")["required"], &entry("base.url")["name"]), (&json!(true), &json!("Base URL")));
    assert_eq!(entry("password")["type"], "PASSWORD");
    assert_eq!(entry("username")["groupName"], "basic,oauth2Password");
    assert_eq!(entry("authentication.type")["groupControl"], true);
    let types = admin.get("/elements/http/authentication-types").await.ok();
    let names: BTreeSet<_> = column(&types["options"], "value").into_iter().map(ToString::to_string).collect();
    for expected in ["\"none\"", "\"basic\"", "\"apiKey\"", "\"apiKeyQuery\"", "\"bearer\"", "\"oauth2\""] {
        assert!(names.contains(expected), "{expected}");
    }
    assert!(names.contains(&types["defaultValue"].to_string()));
    let mut ids: Vec<_> = column(&form, "id").into_iter().map(ToString::to_string).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), form.as_array().unwrap().len());
    for (method, has, lacks) in [
        ("basic", vec!["base.url", "username", "password"], vec!["token", "api.key"]),
        ("apiKey", vec!["base.url", "api.key", "api.key.header"], vec!["username", "api.key.parameter"]),
        ("bearer", vec!["base.url", "token"], vec!["username", "api.key"]),
        ("none", vec!["base.url"], vec!["username", "api.key", "token"]),
    ] {
        let path = format!("/elements/http/authentication-types/{method}/configurations");
        let rows = admin.get(&path).await.ok();
        let keys = column(&rows, "key");
        assert!(has.iter().all(|key| keys.iter().any(|found| *found == key)), "{method} {keys:?}");
        assert!(lacks.iter().all(|key| keys.iter().all(|found| *found != key)), "{method} {keys:?}");
        assert!(rows.as_array().unwrap().iter().all(|row| form.as_array().unwrap().contains(row)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_or_method_that_is_unknown_is_named_in_the_answer() {
    let server = TestServer::start();
    let admin = server.admin();
    for name in ["nosuch", "0", "-1", "123456", "99999999999999999999", "HTTP "] {
        let coded = name.replace(' ', "%20");
        for rest in
            ["", "/configuration", "/authentication-types", "/authentication-types/basic/configurations", "/instances"]
        {
            for prefix in ["/elements", "/connectors"] {
                let answer = admin.get(&format!("{prefix}/{coded}{rest}")).await;
                assert_eq!((answer.status, answer.message()), (404, format!("No element found with key '{name}'")));
            }
        }
        let made = admin.post(&format!("/elements/{coded}/instances"), json!({ "name": "x" })).await;
        assert_eq!(made.status, 404, "{}", made.text);
    }
    let answer = admin.get("/elements/http/authentication-types/oauth9/configurations").await;
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (404, "No authentication type 'oauth9' found for element 'http'")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_version_are_for_everybody() {
    on_both_stores(async |server| {
        let anyone = server.anonymous();
        let version = json!({ "name": "keyway", "version": env!("CARGO_PKG_VERSION") });
        let expected =
            [("/healthz", json!({ "status": "ok" })), ("/readyz", json!({ "status": "ready" })), ("/version", version)];
        for (path, body) in expected {
            assert_eq!(anyone.get(path).await.ok(), body);
            let plain = anyone.send(anyone.raw("GET", &format!("{}{path}", server.url()))).await;
            assert_eq!(plain.ok(), body);
            has_request_id(&plain);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_a_request_id_of_its_own() {
    let server = TestServer::start();
    let (admin, anyone) = (server.admin(), server.anonymous());
    let answers = [
        admin.get("/elements").await,
        admin.get("/instances/1").await,
        admin.post("/accounts", json!({})).await,
        admin.delete("/healthz").await,
        admin.get("/nowhere").await,
        anyone.get("/users").await,
        anyone.get("/proxy/x").await,
        server.element("nothing").get("/proxy/x").await,
        admin.get("/instances?pageSize=0").await,
    ];
    let mut ids = BTreeSet::new();
    for answer in &answers {
        has_request_id(answer);
        ids.insert(answer.header("elements-request-id"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert_eq!(ids.len(), answers.len());
    let statuses = answers.map(|answer| answer.status);
    assert_eq!(statuses, [200, 404, 400, 405, 404, 401, 401, 401, 400]);
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_of_other_origins_are_told_which_headers_they_may_read() {
    let server = TestServer::start();
    let admin = server.admin();
    let name = "access-control-expose-headers";
    for path in ["/elements", "/nowhere", "/instances/1", "/proxy/x"] {
        let answer = admin.send(admin.request("GET", path).header("Origin", "https://app.example.com")).await;
        let expected = "Elements-Returned-Count, Elements-Total-Count, Elements-Request-Id, Elements-Next-Page-Token, \
                        Elements-Trace-Id, Elements-Error, Content-Disposition";
        assert_eq!(answer.header(name), Some(expected), "{path}");
        assert_eq!(admin.get(path).await.header(name), None, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_what_is_not_allowed_are_json_errors() {
    let server = TestServer::start();
    let admin = server.admin();
    for path in ["/nowhere", "/", "/elements/http/nothing", "/users/1/roles/org/more", "/instances/1/2/3/4"] {
        for client in [&admin, &server.anonymous()] {
            let answer = client.get(path).await;
            has_request_id(&answer);
            assert_eq!((answer.status, answer.message().as_str()), (404, "there is nothing at this path"), "{path}");
        }
    }
    for (method, path) in [
        ("DELETE", "/healthz"),
        ("PATCH", "/accounts"),
        ("POST", "/elements"),
        ("PUT", "/users/1"),
        ("DELETE", "/connectors/http"),
    ] {
        let answer = admin.send(admin.request(method, path)).await;
        has_request_id(&answer);
        assert_eq!(answer.status, 405, "{method} {path}");
    }
}

#[test]
fn every_route_is_documented_and_there_once() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ARCHITECTURE.md");
    let text = fs::read_to_string(file).expect("ARCHITECTURE.md");
    let mut seen = BTreeSet::new();
    for (method, path, what) in ROUTES.iter().chain(DATA_ROUTES) {
        let method = method.to_uppercase();
        assert!(text.contains(&format!("| {method} | `{path}` | {what} |")), "{method} {path} is not documented");
        assert!(seen.insert((method.clone(), *path)), "{method} {path} occurs twice");
    }
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | `"));
    let documented = rows.filter(|(method, _)| method.bytes().all(|byte| byte.is_ascii_uppercase())).count();
    assert_eq!(documented, seen.len(), "ARCHITECTURE.md has a route that is not there");
}
