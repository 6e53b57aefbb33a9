//! Two servers on one PostgreSQL database: what one changes, the other soon knows.

use keyway_testing::{Store, TestServer, Vendor};
use serde_json::json;

use crate::support::{bearer, eventually, http_instance, key_of, open_instance};

/// A second server on the database of the first.
fn second(first: &TestServer) -> TestServer {
    let database = first.database_url().expect("the first is on PostgreSQL");
    let master = first.folder().join("master.key");
    TestServer::with(Store::Sqlite, |settings| {
        settings.database_url = database;
        settings.master_key_file = master;
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_made_on_one_node_works_on_the_other_at_once() {
    let (first, vendor) = (TestServer::with(Store::Postgres, |_| {}), Vendor::echo().await);
    let other = second(&first);
    let instance = open_instance(&first, &vendor.url()).await;
    other.element(&instance.token).get("/proxy/x").await.ok();
    let (_, key) = key_of(&other, &instance, json!({})).await;
    bearer(&first, &key).get("/proxy/x").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_one_node_reach_the_other() {
    let (first, vendor) = (TestServer::with(Store::Postgres, |_| {}), Vendor::echo().await);
    let other = second(&first);
    let instance = http_instance(&first, &vendor.url(), "bearer", json!({ "token": "t-0" })).await;
    let (number, key) = key_of(&first, &instance, json!({})).await;
    let (by_token, by_key) = (other.element(&instance.token), bearer(&other, &key));
    by_token.get("/proxy/x").await.ok();
    by_key.get("/proxy/x").await.ok();
    let path = format!("/instances/{}", instance.id);

    first.admin().patch(&path, json!({ "configuration": { "token": "t-1" } })).await.ok();
    eventually(async || by_token.get("/proxy/x").await.ok()["headers"]["authorization"] == "Bearer t-1").await;

    first.admin().delete(&format!("{path}/keys/{number}")).await.ok();
    eventually(async || by_key.get("/proxy/x").await.status == 401).await;

    first.admin().delete(&format!("{path}/enabled")).await.ok();
    eventually(async || by_token.get("/proxy/x").await.status == 403).await;
    first.admin().put(&format!("{path}/enabled"), json!({})).await.ok();
    eventually(async || by_token.get("/proxy/x").await.status == 200).await;

    first.admin().delete(&path).await.ok();
    eventually(async || by_token.get("/proxy/x").await.status == 401).await;
    assert_eq!(first.element(&instance.token).get("/proxy/x").await.status, 401);
}
