//! The Pipedrive connector through the hub API, in front of a stand-in of Pipedrive.

use keyway_testing::{Client, TestServer, Vendor};
use serde_json::{Value, json};

use crate::hub_laws::{assert_our_refusal, assert_refused, page};
use crate::hub_objects::{lawful_rows, lives_and_goes};
use crate::setup::{ask_for_instance, instances_kept, provision};
use crate::stand_in::pipedrive::{TOKEN, start};

async fn lab() -> (TestServer, Vendor, Client) {
    let (server, pipedrive) = (TestServer::start(), start().await);
    let configuration = json!({ "api.key": TOKEN, "base.url": pipedrive.url() });
    let instance = provision(&server, "pipedrive", &configuration).await;
    let client = server.admin_with_element(&instance.token);
    (server, pipedrive, client)
}

async fn seed(client: &Client, list: &str, member: &str, count: usize) {
    for number in 0..count {
        client.post(list, json!({ member: format!("number {number}"), "owner_id": number % 2 })).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_makes_no_instance() {
    let (server, pipedrive) = (TestServer::start(), start().await);
    let configuration = json!({ "api.key": "wrong", "base.url": pipedrive.url() });
    assert_eq!(ask_for_instance(&server, "pipedrive", &configuration).await.status, 401);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_live_and_go_in_both_versions_of_the_api() {
    let (_server, _pipedrive, client) = lab().await;
    let kinds = [
        ("accounts", "name"),
        ("contacts", "name"),
        ("products", "name"),
        ("pipelines", "name"),
        ("stages", "name"),
        ("opportunities", "title"),
        ("leads", "title"),
        ("activities", "subject"),
        ("notes", "content"),
    ];
    for (kind, member) in kinds {
        let (body, change) = (json!({ member: "Wayne & Söhne", "kept": 1 }), json!({ member: "Wayne" }));
        let changed = lives_and_goes(&client, &format!("/hubs/crm/{kind}"), body, change).await;
        assert_eq!((&changed[member], &changed["kept"]), (&json!("Wayne"), &json!(1)), "{kind}");
        assert!(changed.get("label").is_none(), "nulls are left out of {changed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_and_skipped_rows_keep_the_same_paging_laws() {
    let (_server, _pipedrive, client) = lab().await;
    for (kind, member) in [("opportunities", "title"), ("leads", "title"), ("notes", "content")] {
        let list = format!("/hubs/crm/{kind}");
        seed(&client, &list, member, 5).await;
        let rows = lawful_rows(&client, &list, 5).await;
        assert_eq!(rows[4][member], "number 4");
    }
    let third = page(&client, "/hubs/crm/leads", &[("page", "3"), ("pageSize", "2")]).await;
    assert_eq!(third.rows.iter().map(|row| &row["title"]).collect::<Vec<_>>(), ["number 4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let (_server, pipedrive, client) = lab().await;
    for (kind, member) in [("accounts", "name"), ("notes", "content")] {
        let list = format!("/hubs/crm/{kind}");
        seed(&client, &list, member, 502).await;
        let before = pipedrive.seen().len();
        let whole = page(&client, &list, &[("pageSize", "600")]).await;
        assert_eq!((whole.rows.len(), whole.next), (502, None), "{kind}");
        assert_eq!(whole.rows[501][member], "number 501");
        assert_eq!(pipedrive.seen().len() - before, 2, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_sorted_by_pipedrive() {
    let (_server, _pipedrive, client) = lab().await;
    seed(&client, "/hubs/crm/accounts", "name", 3).await;
    let names = |rows: Vec<Value>| {
        rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let sorted = page(&client, "/hubs/crm/accounts", &[("orderBy", "id desc")]).await.rows;
    assert_eq!(names(sorted), ["number 2", "number 1", "number 0"]);
    let filtered = page(&client, "/hubs/crm/accounts", &[("where", "owner_id = 1")]).await.rows;
    assert_eq!(names(filtered), ["number 1"]);
    assert_our_refusal(&client.get("/hubs/crm/accounts?where=colour%3D1").await, 400);
    assert_refused(&client.get("/hubs/crm/accounts?orderBy=colour").await, 400, "'sort_by' must be one of");
    assert_our_refusal(&client.get("/hubs/crm/leads?orderBy=id").await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_come_whole_and_are_filtered_and_sorted_here() {
    let (_server, _pipedrive, client) = lab().await;
    let rows =
        page(&client, "/hubs/crm/users", &[("where", "id > 1"), ("orderBy", "name"), ("fields", "name")]).await.rows;
    assert_eq!(rows, [json!({ "name": "Edsger" }), json!({ "name": "Grace" })]);
    lawful_rows(&client, "/hubs/crm/users", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_with_the_words_of_pipedrive() {
    let (_server, _pipedrive, client) = lab().await;
    assert_refused(&client.get("/hubs/crm/accounts/404").await, 404, "organizations not found");
    assert_refused(&client.patch("/hubs/crm/notes/404", json!({ "content": "x" })).await, 404, "notes not found");
    assert_refused(&client.delete("/hubs/crm/leads/404").await, 404, "leads not found");
    let nameless = client.post("/hubs/crm/accounts", json!({ "owner_id": 1 })).await;
    assert_refused(&nameless, 400, "Required field is missing: name");
    assert_our_refusal(&client.post("/hubs/crm/accounts", json!({})).await, 400);
}
