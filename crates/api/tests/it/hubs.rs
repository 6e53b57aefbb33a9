//! Hubs, the list of connectors, and how an Element token reaches both.

use keyway_testing::{Store, TestServer, Vendor};
use serde_json::{Value, json};

use crate::fixture::{basic, text};

fn column(rows: &Value, name: &str) -> Vec<String> {
    rows.as_array().expect("a list").iter().map(|row| text(row, name).to_owned()).collect()
}

/// A condition as a query.
fn condition(text: &str) -> String {
    let coded =
        |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(coded).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hubs_are_the_kinds_of_the_connectors_that_are_there() {
    let server = TestServer::start();
    let admin = server.admin();
    let hubs = admin.get("/hubs").await.ok();
    let keys = column(&hubs, "key");
    assert_eq!(admin.get("/hubs/keys").await.ok(), json!(keys));
    let mut known: Vec<String> = column(&admin.get("/elements").await.ok(), "hub");
    known.sort();
    known.dedup();
    assert_eq!(keys, known);
    for row in hubs.as_array().unwrap() {
        let key = text(row, "key");
        assert_eq!(admin.get(&format!("/hubs/{key}")).await.ok(), *row);
        let below = admin.get(&format!("/hubs/{key}/elements")).await.ok();
        assert!(column(&below, "hub").iter().all(|hub| hub == key) && !column(&below, "key").is_empty(), "{key}");
    }
    let crm = hubs.as_array().unwrap().iter().find(|row| row["key"] == "crm").unwrap();
    assert_eq!((&crm["id"], &crm["name"]), (&json!(2), &json!("CRM")));
    assert!(column(&admin.get("/hubs/crm/elements").await.ok(), "key").contains(&"closeio".to_owned()));
    for path in ["/hubs/nosuch", "/hubs/nosuch/elements"] {
        let answer = admin.get(path).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, "No hub found with key 'nosuch'"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hubs_are_for_readers_of_the_catalogue() {
    let closed = TestServer::start();
    let open = TestServer::with(Store::Sqlite, |settings| settings.public_catalogue = true);
    for path in ["/hubs", "/hubs/keys", "/hubs/crm", "/hubs/crm/elements"] {
        assert_eq!(closed.anonymous().get(path).await.status, 401, "{path}");
        assert_eq!(open.anonymous().get(path).await.ok(), closed.admin().get(path).await.ok(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_element_token_beside_both_secrets_does_not_hide_the_hubs() {
    let server = TestServer::start();
    let vendor = Vendor::echo().await;
    let made = basic(&server.admin(), &vendor, "one").await;
    let both = server.admin_with_element(text(&made, "token"));
    for path in ["/hubs", "/hubs/keys", "/hubs/crm"] {
        assert_eq!(both.get(path).await.ok(), server.admin().get(path).await.ok(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connectors_are_found_by_a_condition_on_their_members() {
    let server = TestServer::start();
    let admin = server.admin();
    let find =
        async |wanted: &str| column(&admin.get(&format!("/elements?where={}", condition(wanted))).await.ok(), "key");
    let all = column(&admin.get("/elements").await.ok(), "key");
    assert_eq!(find("key in ('stripe','closeio')").await, ["closeio", "stripe"]);
    assert_eq!(find("private='true'").await, [""; 0]);
    assert_eq!(find("private='false' AND abridged='true' AND key in ('http')").await, ["http"]);
    assert_eq!(find("abridged='true'").await, all);
    assert_eq!(find("abridged='false'").await, all);
    assert_eq!(find("extended = true").await, [""; 0]);
    assert_eq!(find("hub = 'crm' AND name LIKE 'Clo%'").await, ["closeio"]);
    assert_eq!(find("authentication.type = 'basic' AND key = 'stripe'").await, ["stripe"]);
    let unknown = admin.get("/elements?where=colour%3D'red'").await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.message().starts_with("where names 'colour'"), "{}", unknown.message());
    assert_eq!(admin.get("/elements?where=key%3D").await.status, 400);
    assert_eq!(admin.get("/elements/keys?where=key%3D'x'").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_connectors_are_the_list_in_pieces() {
    let server = TestServer::start();
    let admin = server.admin();
    for path in ["/elements", "/elements/keys"] {
        let all = admin.get(path).await;
        assert_eq!(all.header("elements-next-page-token"), None, "{path}");
        let mut found = Vec::new();
        let mut next = String::new();
        loop {
            let page = admin.get(&format!("{path}?pageSize=1{next}")).await;
            let rows = page.ok();
            assert_eq!(rows.as_array().unwrap().len(), 1, "{path}");
            found.extend(rows.as_array().unwrap().clone());
            let Some(token) = page.header("elements-next-page-token") else { break };
            next = format!("&nextPage={token}");
        }
        assert_eq!(Value::from(found), all.ok(), "{path}");
        for wrong in ["pageSize=0", "pageSize=201", "nextPage=x"] {
            assert_eq!(admin.get(&format!("{path}?{wrong}")).await.status, 400, "{path} {wrong}");
        }
    }
    let token = admin.get("/elements?pageSize=1").await.header("elements-next-page-token").unwrap().to_owned();
    assert_eq!(admin.get(&format!("/elements/keys?nextPage={token}")).await.status, 400);
    assert_eq!(admin.get(&format!("/elements?where=private%3Dfalse&nextPage={token}")).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_shows_what_becomes_of_each_call() {
    let server = TestServer::start();
    let element = server.admin().get("/elements/closeio").await.ok();
    let rows = element["resources"].as_array().unwrap();
    let list = rows.iter().find(|row| row["method"] == "GET" && row["path"] == "/hubs/crm/accounts").unwrap();
    assert_eq!((&list["vendorMethod"], &list["vendorPath"]), (&json!("GET"), &json!("/lead/")));
    assert_eq!((&list["type"], &list["kind"], &list["rootKey"]), (&json!("api"), &json!("eb"), &json!("|data")));
    assert_eq!(list["paginationType"], "VENDOR_SUPPORTED");
    let one = rows.iter().find(|row| row["method"] == "GET" && row["path"] == "/hubs/crm/accounts/{id}").unwrap();
    assert_eq!((&one["parameters"][0]["type"], &one["parameters"][0]["vendorType"]), (&json!("path"), &json!("path")));
    let ids: std::collections::BTreeSet<String> = rows.iter().map(|row| row["id"].to_string()).collect();
    assert_eq!(ids.len(), rows.len());
}
