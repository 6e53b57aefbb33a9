//! The Zendesk connector through the hub API, in front of a stand-in of Zendesk.

use keyway_testing::{Client, TestServer, Vendor};
use serde_json::{Value, json};

use crate::hub_laws::{assert_refused, page};
use crate::hub_objects::{lawful_rows, lives_and_goes, with};
use crate::setup::{ask_for_instance, instances_kept, provision};
use crate::stand_in::zendesk::{EMAIL, TOKEN, start};

fn configuration(zendesk: &Vendor, token: &str) -> Value {
    let base = format!("{}/api/v2", zendesk.url());
    json!({ "zendesk.subdomain": "example", "username": EMAIL, "password": token, "base.url": base })
}

async fn lab() -> (TestServer, Vendor, Client) {
    let (server, zendesk) = (TestServer::start(), start().await);
    let instance = provision(&server, "zendesk", &configuration(&zendesk, TOKEN)).await;
    let client = server.admin_with_element(&instance.token);
    (server, zendesk, client)
}

async fn tickets(client: &Client, count: usize) {
    for number in 0..count {
        let body = json!({ "subject": format!("number {number}"), "comment": { "body": "help" } });
        client.post("/hubs/helpdesk/incidents", body).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_makes_no_instance() {
    let (server, zendesk) = (TestServer::start(), start().await);
    assert_eq!(ask_for_instance(&server, "zendesk", &configuration(&zendesk, "wrong")).await.status, 401);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_live_and_go_in_their_wrapping() {
    let (_server, zendesk, client) = lab().await;
    let kinds = [
        ("incidents", "ticket", "subject"),
        ("contacts", "user", "name"),
        ("agents", "user", "name"),
        ("users", "user", "name"),
        ("organizations", "organization", "name"),
        ("groups", "group", "name"),
        ("fields", "ticket_field", "title"),
        ("brands", "brand", "name"),
    ];
    for (kind, wrapping, member) in kinds {
        let body = json!({ member: "Wayne & Söhne", "description": "a" });
        let changed =
            lives_and_goes(&client, &format!("/hubs/helpdesk/{kind}"), body, json!({ member: "Wayne" })).await;
        assert_eq!((&changed[member], &changed["description"]), (&json!("Wayne"), &json!("a")), "{kind}");
        let change = zendesk.seen().into_iter().rfind(|seen| seen.method == "PUT").expect("a change");
        let sent: Value = serde_json::from_slice(&change.body).expect("JSON");
        assert_eq!(sent, json!({ wrapping: { member: "Wayne" } }), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_keep_the_paging_laws() {
    let (_server, _zendesk, client) = lab().await;
    tickets(&client, 5).await;
    let rows = lawful_rows(&client, "/hubs/helpdesk/incidents", 5).await;
    assert_eq!(rows[4]["subject"], "number 4");
    for _ in 0..2 {
        let path = format!("/hubs/helpdesk/incidents/{}/comments", rows[0]["id"]);
        client.post(&path, json!({ "body": "more", "public": false })).await.ok();
    }
    lawful_rows(&client, &format!("/hubs/helpdesk/incidents/{}/comments", rows[0]["id"]), 3).await;
    lawful_rows(&client, "/hubs/helpdesk/statuses", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let (_server, zendesk, client) = lab().await;
    tickets(&client, 101).await;
    let before = zendesk.seen().len();
    let whole = page(&client, "/hubs/helpdesk/incidents", &[("pageSize", "150")]).await;
    assert_eq!((whole.rows.len(), whole.next), (101, None));
    assert_eq!(whole.rows[100]["subject"], "number 100");
    assert_eq!(zendesk.seen().len() - before, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_changes_the_ticket_and_is_answered_itself() {
    let (_server, zendesk, client) = lab().await;
    tickets(&client, 1).await;
    let ticket = page(&client, "/hubs/helpdesk/incidents", &[]).await.rows[0]["id"].clone();
    let path = format!("/hubs/helpdesk/incidents/{ticket}/comments");
    let comment = client.post(&path, json!({ "body": "done", "public": true })).await.ok();
    assert_eq!((&comment["body"], comment["id"].is_number()), (&json!("done"), true));
    let seen = zendesk.last();
    assert_eq!((seen.method.as_str(), seen.target), ("PUT", format!("/api/v2/tickets/{ticket}")));
    let listed = page(&client, &path, &[]).await.rows;
    assert_eq!(listed.iter().map(|row| &row["body"]).collect::<Vec<_>>(), ["help", "done"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_apart_by_their_role() {
    let (_server, _zendesk, client) = lab().await;
    client.post("/hubs/helpdesk/contacts", json!({ "name": "Wayne", "role": "end-user" })).await.ok();
    let names = async |kind: &str| {
        let rows = page(&client, &format!("/hubs/helpdesk/{kind}"), &[("fields", "name")]).await.rows;
        rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("agents").await, ["Ada", "Grace"]);
    assert_eq!(names("contacts").await, ["Wayne"]);
    assert_eq!(names("users").await, ["Ada", "Grace", "Wayne"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_sorted_by_zendesk_and_a_filter_that_it_would_pass_over_is_refused_here() {
    let (_server, _zendesk, client) = lab().await;
    tickets(&client, 2).await;
    let rows = page(&client, "/hubs/helpdesk/incidents", &[("orderBy", "id desc"), ("fields", "subject")]).await.rows;
    assert_eq!(rows, [json!({ "subject": "number 1" }), json!({ "subject": "number 0" })]);
    assert_refused(&client.get("/hubs/helpdesk/incidents?orderBy=colour").await, 400, "sort is not valid");
    client.post("/hubs/helpdesk/contacts", json!({ "name": "Wayne", "external_id": "w 1" })).await.ok();
    let rows =
        page(&client, "/hubs/helpdesk/users", &[("where", "external_id = 'w 1'"), ("fields", "name")]).await.rows;
    assert_eq!(rows, [json!({ "name": "Wayne" })]);
    let filtered = client.get(&with("/hubs/helpdesk/incidents", &[("where", "subject = 'number 1'")])).await;
    assert_eq!(filtered.status, 400, "{}", filtered.text);
    let rows = page(&client, "/hubs/helpdesk/statuses", &[("where", "status_category = 'open'")]).await.rows;
    assert_eq!(rows.iter().map(|row| &row["agent_label"]).collect::<Vec<_>>(), ["Open"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_is_uploaded_as_it_is() {
    let (_server, zendesk, client) = lab().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let (head, tail) = (
        "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.png\"\r\nContent-Type: image/png\r\n\r\n",
        "\r\n--X--\r\n",
    );
    let body = [head.as_bytes(), &bytes, tail.as_bytes()].concat();
    let request =
        client.request("POST", "/hubs/helpdesk/attachments").header("content-type", "multipart/form-data; boundary=X");
    let upload = client.send(request.body(body)).await.ok();
    assert_eq!(zendesk.last().body.as_ref(), bytes);
    let attachment = &upload["attachment"];
    let seen = (&attachment["file_name"], &attachment["content_type"], &attachment["size"]);
    assert_eq!(seen, (&json!("a b.png"), &json!("image/png"), &json!(70_000)));
    assert!(upload["token"].is_string());
    let read = client.get(&format!("/hubs/helpdesk/attachments/{}", attachment["id"])).await.ok();
    assert_eq!(&read, attachment);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_with_the_words_of_zendesk() {
    let (_server, _zendesk, client) = lab().await;
    assert_refused(&client.get("/hubs/helpdesk/incidents/404").await, 404, "Not found");
    assert_refused(&client.patch("/hubs/helpdesk/incidents/404", json!({ "subject": "x" })).await, 404, "Not found");
    assert_refused(&client.delete("/hubs/helpdesk/groups/404").await, 404, "Not found");
    assert_refused(
        &client.post("/hubs/helpdesk/incidents", json!({ "subject": "x" })).await,
        422,
        "Record validation errors",
    );
}
