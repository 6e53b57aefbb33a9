//! The HubSpot connector through the hub API, in front of a stand-in of HubSpot.

use keyway_testing::{Client, TestServer, Vendor};
use serde_json::{Value, json};

use crate::hub_laws::{assert_refused, page};
use crate::hub_objects::{lawful_rows, lives_and_goes, with};
use crate::setup::{ask_for_instance, instances_kept, provision};
use crate::stand_in::hubspot::{TOKEN, start};

async fn lab() -> (TestServer, Vendor, Client) {
    let (server, hubspot) = (TestServer::start(), start().await);
    let configuration = json!({ "access.token": TOKEN, "base.url": hubspot.url() });
    let instance = provision(&server, "hubspotcrm", &configuration).await;
    let client = server.admin_with_element(&instance.token);
    (server, hubspot, client)
}

async fn seed(client: &Client, list: &str, count: usize) {
    for number in 0..count {
        let properties = json!({ "name": format!("Wayne {number}"), "email": format!("person{number}@example.com") });
        client.post(list, json!({ "properties": properties })).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_access_token_makes_no_instance() {
    let (server, hubspot) = (TestServer::start(), start().await);
    let configuration = json!({ "access.token": "pat-wrong", "base.url": hubspot.url() });
    assert_eq!(ask_for_instance(&server, "hubspotcrm", &configuration).await.status, 401);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_live_and_go_with_their_properties() {
    let (_server, hubspot, client) = lab().await;
    for kind in ["accounts", "contacts", "leads", "opportunities"] {
        let body = json!({ "properties": { "name": "Wayne & Söhne", "email": "ada@example.com" } });
        let change = json!({ "properties": { "name": "Wayne" } });
        let changed = lives_and_goes(&client, &format!("/hubs/crm/{kind}"), body, change).await;
        assert_eq!(changed["properties"]["name"], "Wayne", "{kind}");
        assert_eq!(changed["properties"]["email"], "ada@example.com", "{kind}");
    }
    let targets: Vec<String> = hubspot.seen().into_iter().map(|seen| seen.target).collect();
    for kind in ["companies", "contacts", "leads", "deals"] {
        assert!(targets.contains(&format!("/crm/v3/objects/{kind}")), "{kind}: {targets:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn activities_are_of_the_kind_that_is_asked_for() {
    let (_server, hubspot, client) = lab().await;
    let note = client.post("/hubs/crm/activities", json!({ "properties": { "hs_note_body": "hello" } })).await.ok();
    assert_eq!(hubspot.last().target, "/crm/v3/objects/notes");
    client.post("/hubs/crm/activities?activityType=calls", json!({ "properties": {} })).await.ok();
    assert_eq!(page(&client, "/hubs/crm/activities", &[]).await.rows[0]["id"], note["id"]);
    let calls = page(&client, "/hubs/crm/activities", &[("activityType", "calls")]).await.rows;
    assert_eq!(calls.len(), 1);
    assert_ne!(calls[0]["id"], note["id"]);
    assert_eq!(client.get("/hubs/crm/activities?activityType=faxes").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_keep_the_paging_laws() {
    let (_server, _hubspot, client) = lab().await;
    seed(&client, "/hubs/crm/accounts", 5).await;
    lawful_rows(&client, "/hubs/crm/accounts", 5).await;
    lawful_rows(&client, "/hubs/crm/owners", 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let (_server, hubspot, client) = lab().await;
    seed(&client, "/hubs/crm/contacts", 103).await;
    let whole = page(&client, "/hubs/crm/contacts", &[("pageSize", "120")]).await;
    let ids: Vec<&str> = whole.rows.iter().map(|row| row["id"].as_str().expect("an id")).collect();
    assert_eq!((ids.len(), ids[0], ids[102], whole.next), (103, "501", "603", None));
    assert!(hubspot.last().target.contains("after=100"), "{}", hubspot.last().target);
}

#[tokio::test(flavor = "multi_thread")]
async fn properties_are_chosen_by_the_caller() {
    let (_server, _hubspot, client) = lab().await;
    let body = json!({ "properties": { "name": "Wayne", "city": "Gotham", "phone": "1" } });
    let id = client.post("/hubs/crm/accounts", body).await.ok()["id"].as_str().expect("an id").to_owned();
    let usual = client.get(&format!("/hubs/crm/accounts/{id}")).await.ok();
    assert_eq!(usual["properties"], json!({ "hs_object_id": id, "name": "Wayne" }));
    let chosen = client.get(&format!("/hubs/crm/accounts/{id}?properties=city,phone")).await.ok();
    assert_eq!(chosen["properties"], json!({ "hs_object_id": id, "city": "Gotham", "phone": "1" }));
    let listed = page(&client, "/hubs/crm/accounts", &[("properties", "city"), ("fields", "properties.city")]).await;
    assert_eq!(listed.rows, [json!({ "properties": { "city": "Gotham" } })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_found_by_a_text() {
    let (_server, _hubspot, client) = lab().await;
    seed(&client, "/hubs/crm/contacts", 12).await;
    let found = lawful_rows(&client, "/hubs/crm/contacts-search?query=person1", 3).await;
    let names: Vec<&Value> = found.iter().map(|contact| &contact["properties"]["email"]).collect();
    assert_eq!(names, ["person1@example.com", "person10@example.com", "person11@example.com"]);
    let counted = client.get("/hubs/crm/contacts-search?query=person1&pageSize=1").await;
    assert_eq!(counted.header("elements-total-count"), Some("3"));
    assert_eq!(client.get("/hubs/crm/contacts-search").await.status, 400, "the text is required");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelines_come_whole_and_are_filtered_and_sorted_here() {
    let (_server, _hubspot, client) = lab().await;
    let named = page(&client, "/hubs/crm/pipelines", &[("where", "label = 'Renewals'")]).await;
    assert_eq!(named.rows.iter().map(|row| &row["id"]).collect::<Vec<_>>(), ["7"]);
    let sorted = page(&client, "/hubs/crm/pipelines", &[("orderBy", "displayOrder desc"), ("fields", "label")]).await;
    assert_eq!(sorted.rows, [json!({ "label": "Renewals" }), json!({ "label": "Sales" })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_goes_to_hubspot_only_where_it_filters() {
    let (_server, hubspot, client) = lab().await;
    let owner = page(&client, "/hubs/crm/owners", &[("where", "email = 'grace@example.com'"), ("fields", "id")]).await;
    assert_eq!(owner.rows, [json!({ "id": "2" })]);
    let before = hubspot.seen().len();
    let refusal = client.get(&with("/hubs/crm/accounts", &[("where", "name = 'x'")])).await;
    assert_eq!((refusal.status, hubspot.seen().len()), (400, before), "{}", refusal.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_with_the_words_of_hubspot() {
    let (_server, _hubspot, client) = lab().await;
    assert_refused(&client.get("/hubs/crm/accounts/404").await, 404, "resource not found");
    let body = json!({ "properties": {} });
    assert_refused(&client.patch("/hubs/crm/accounts/404", body).await, 404, "resource not found");
    let invalid = json!({ "properties": { "email": "nobody" } });
    assert_refused(&client.post("/hubs/crm/contacts", invalid).await, 400, "INVALID_EMAIL");
    assert_eq!(client.post("/hubs/crm/contacts", json!({})).await.status, 400);
}
