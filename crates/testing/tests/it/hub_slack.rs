//! The Slack connector: its requests against a mock made of Slack's own OpenAPI document, and what that document does
//! not say (cursors, `ok: false`) against a stand-in.

use keyway_testing::{Client, TestServer, Vendor};
use serde_json::{Value, json};

use crate::hub_laws::{assert_refused, page};
use crate::hub_objects::lawful_rows;
use crate::setup::{ask_for_instance, instances_kept, prism, provision};
use crate::stand_in::slack::{TOKEN, start};

const HUB: &str = "/hubs/collaboration";

async fn lab() -> (TestServer, Vendor, Client) {
    let (server, slack) = (TestServer::start(), start().await);
    let configuration = json!({ "access.token": TOKEN, "base.url": format!("{}/api", slack.url()) });
    let instance = provision(&server, "slack", &configuration).await;
    let client = server.admin_with_element(&instance.token);
    (server, slack, client)
}

async fn channel(client: &Client, name: &str) -> String {
    let made = client.post(&format!("{HUB}/channels"), json!({ "name": name })).await.ok();
    made["id"].as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_one_that_the_document_of_slack_describes() {
    let (server, slack) = (TestServer::start(), prism("@datafire/slack/openapi.json"));
    let configuration = json!({ "access.token": TOKEN, "base.url": slack.url() });
    let instance = provision(&server, "slack", &configuration).await;
    let client = server.admin_with_element(&instance.token);
    let (channel, message) =
        (format!("{HUB}/channels/C012AB3CD"), format!("{HUB}/channels/C012AB3CD/messages/1401383885.000061"));

    let channels =
        page(&client, &format!("{HUB}/channels"), &[("types", "public_channel"), ("excludeArchived", "true")]).await;
    assert_eq!((channels.rows[0]["name"].as_str(), channels.next.is_some()), (Some("general"), true));
    assert_eq!(client.get(&channel).await.ok()["id"], "C012AB3CD");
    assert!(client.post(&format!("{HUB}/channels"), json!({ "name": "new" })).await.ok()["id"].is_string());
    assert!(client.patch(&channel, json!({ "name": "newer" })).await.ok()["name"].is_string());
    assert_eq!(client.delete(&channel).await.status, 200);

    assert!(!page(&client, &format!("{channel}/messages"), &[("oldest", "1")]).await.rows.is_empty());
    let sent = client.post(&format!("{channel}/messages"), json!({ "text": "hello" })).await.ok();
    assert!(sent["ts"].is_string(), "{sent}");
    let sent = client.post(&format!("{HUB}/messages"), json!({ "channel": "C012AB3CD", "text": "hello" })).await.ok();
    assert!(sent["ts"].is_string(), "{sent}");
    assert!(client.patch(&message, json!({ "text": "changed" })).await.ok()["text"].is_string());
    assert_eq!(client.delete(&message).await.status, 200);

    assert_eq!(page(&client, &format!("{HUB}/users"), &[]).await.rows[0]["name"], "spengler");
    assert_eq!(client.get(&format!("{HUB}/users/W012A3CDE")).await.ok()["real_name"], "Egon Spengler");
    assert_eq!(client.get(&format!("{HUB}/files/F2147483862")).await.status, 200);
    assert_eq!(client.delete(&format!("{HUB}/files/F2147483862")).await.status, 200);
    assert!(client.get(&format!("{HUB}/teams")).await.ok()["domain"].is_string());
    assert!(client.get(&format!("{HUB}/me")).await.ok()["team_id"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_slack_refuses_with_a_200_makes_no_instance() {
    let (server, slack) = (TestServer::start(), start().await);
    let configuration = json!({ "access.token": "xoxb-wrong", "base.url": format!("{}/api", slack.url()) });
    let refusal = ask_for_instance(&server, "slack", &configuration).await;
    assert!((400..500).contains(&refusal.status), "{}", refusal.text);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_ok_is_an_error_in_the_words_of_slack() {
    let (_server, _slack, client) = lab().await;
    channel(&client, "general").await;
    assert_refused(&client.get(&format!("{HUB}/channels/C404")).await, 404, "channel_not_found");
    assert_refused(
        &client.patch(&format!("{HUB}/channels/C404"), json!({ "name": "x" })).await,
        404,
        "channel_not_found",
    );
    assert_refused(&client.delete(&format!("{HUB}/channels/C404")).await, 404, "channel_not_found");
    assert_refused(&client.get(&format!("{HUB}/channels/C404/messages")).await, 404, "channel_not_found");
    assert_refused(&client.post(&format!("{HUB}/channels"), json!({ "name": "general" })).await, 409, "name_taken");
    assert_refused(
        &client.post(&format!("{HUB}/channels"), json!({ "is_private": true })).await,
        400,
        "invalid_name_required",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_keep_the_paging_laws() {
    let (_server, _slack, client) = lab().await;
    let mut last = String::new();
    for number in 0..5 {
        last = channel(&client, &format!("number-{number}")).await;
    }
    let rows = lawful_rows(&client, &format!("{HUB}/channels"), 5).await;
    assert_eq!(rows[4]["id"], last);
    for number in 0..3 {
        client
            .post(&format!("{HUB}/channels/{last}/messages"), json!({ "text": format!("number {number}") }))
            .await
            .ok();
    }
    lawful_rows(&client, &format!("{HUB}/files"), 3).await;
    let messages = lawful_rows(&client, &format!("{HUB}/channels/{last}/messages"), 3).await;
    assert_eq!(messages[0]["text"], "number 2", "the newest first");
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_and_messages_are_changed_and_go() {
    let (_server, _slack, client) = lab().await;
    let id = channel(&client, "a & b = ü").await;
    let path = format!("{HUB}/channels/{id}");
    assert_eq!(client.get(&path).await.ok()["name"], "a & b = ü");
    assert_eq!(client.patch(&path, json!({ "name": "c" })).await.ok()["name"], "c");

    let sent = client.post(&format!("{path}/messages"), json!({ "text": "one & only" })).await.ok();
    let message = format!("{path}/messages/{}", sent["ts"].as_str().expect("a time"));
    client.patch(&message, json!({ "text": "two" })).await.ok();
    assert_eq!(page(&client, &format!("{path}/messages"), &[]).await.rows[0]["text"], "two");
    assert_eq!(client.delete(&message).await.status, 200);
    assert_eq!(page(&client, &format!("{path}/messages"), &[]).await.rows, Vec::<Value>::new());

    assert_eq!(client.delete(&path).await.status, 200);
    assert_eq!(client.get(&path).await.ok()["is_archived"], true);
    assert_eq!(client.get(&format!("{HUB}/teams")).await.ok()["domain"], "wayne");
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_go_as_a_json_text() {
    let (_server, _slack, client) = lab().await;
    let id = channel(&client, "general").await;
    let blocks = json!([{ "type": "section", "text": { "type": "mrkdwn", "text": "*bold* & more" } }]);
    let body = json!({ "text": "bold", "blocks": blocks });
    let sent = client.post(&format!("{HUB}/channels/{id}/messages"), body).await.ok();
    let text = sent["rich"].as_str().expect("what Slack got");
    assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), blocks);
}
