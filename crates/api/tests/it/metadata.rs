//! What connectors can do (section 2.4).

use keyway_testing::{Store, TestServer, Vendor, on_both_stores};
use serde_json::json;

use crate::fixture::basic;

#[tokio::test(flavor = "multi_thread")]
async fn metadata_has_the_members_that_clients_of_the_platform_require() {
    let server = TestServer::start();
    let admin = server.admin();
    let all = admin.get("/elements/metadata").await.ok();
    assert_eq!(all.as_array().unwrap().len(), admin.get("/elements/keys").await.ok().as_array().unwrap().len());
    for row in all.as_array().unwrap() {
        let (key, id) = (row["key"].as_str().unwrap(), &row["id"]);
        assert!(row["name"].is_string() && row["description"].is_string() && id.is_i64(), "{row}");
        assert!(row["events"]["supported"].is_boolean() && row["events"]["methods"].is_array(), "{row}");
        assert!(row.get("resources").is_none(), "{key}");
        for path in [
            format!("/elements/{key}/metadata"),
            format!("/elements/{id}/metadata"),
            format!("/connectors/{key}/metadata"),
        ] {
            assert_eq!(admin.get(&path).await.ok(), *row, "{path}");
        }
    }
    let unknown = admin.get("/elements/123456/metadata").await;
    assert_eq!((unknown.status, unknown.message().as_str()), (404, "No element found with key '123456'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn expanded_metadata_names_the_objects_and_their_operations() {
    let server = TestServer::start();
    let whole = server.admin().get("/elements/closeio/metadata?expand=true").await.ok();
    let accounts =
        whole["resources"].as_array().unwrap().iter().find(|row| row["canonicalName"] == "accounts").unwrap();
    let operations = accounts["operations"].as_array().unwrap();
    assert!(operations.contains(&json!({ "method": "GET", "path": "/accounts" })), "{accounts}");
    assert!(operations.contains(&json!({ "method": "DELETE", "path": "/accounts/{id}" })), "{accounts}");
    let wrong = server.admin().get("/elements/closeio/metadata?expand=perhaps").await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_counts_the_instances_that_the_caller_may_see() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let count = async || admin.get("/elements/http/metadata").await.ok()["usage"]["instanceCount"].clone();
        assert_eq!(count().await, json!(0));
        basic(&admin, &vendor, "one").await;
        basic(&admin, &vendor, "two").await;
        assert_eq!(count().await, json!(2));
        assert_eq!(admin.get("/elements/closeio/metadata").await.ok()["usage"]["instanceCount"], json!(0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_how_much_a_connector_is_used() {
    let open = TestServer::with(Store::Sqlite, |settings| settings.public_catalogue = true);
    let shown = open.anonymous().get("/elements/http/metadata").await.ok();
    assert!(shown.get("usage").is_none(), "{shown}");
    assert!(open.admin().get("/elements/http/metadata").await.ok()["usage"].is_object());
    assert_eq!(TestServer::start().anonymous().get("/elements/http/metadata").await.status, 401);
}
