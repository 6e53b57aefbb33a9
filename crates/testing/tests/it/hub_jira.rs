//! The Jira connector through the hub API, in front of a stand-in of Jira Cloud.

use keyway_testing::{Client, TestServer, Vendor};
use serde_json::{Value, json};

use crate::hub_laws::{assert_refused, page, pages};
use crate::hub_objects::{lawful_rows, lives_and_goes, with};
use crate::setup::{ask_for_instance, instances_kept, provision};
use crate::stand_in::jira::{EMAIL, TOKEN, start};

fn configuration(jira: &Vendor, token: &str) -> Value {
    json!({ "jira.subdomain": "example", "username": EMAIL, "password": token, "base.url": jira.url() })
}

async fn lab() -> (TestServer, Vendor, Client) {
    let (server, jira) = (TestServer::start(), start().await);
    let instance = provision(&server, "jira", &configuration(&jira, TOKEN)).await;
    let client = server.admin_with_element(&instance.token);
    (server, jira, client)
}

async fn issues(client: &Client, count: usize) -> String {
    let mut last = Value::Null;
    for number in 0..count {
        let labels = if number % 2 == 0 { json!(["even"]) } else { json!([]) };
        let body = json!({ "fields": { "summary": format!("number {number}"), "labels": labels } });
        last = client.post("/hubs/helpdesk/incidents", body).await.ok();
    }
    last["id"].as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_makes_no_instance() {
    let (server, jira) = (TestServer::start(), start().await);
    assert_eq!(ask_for_instance(&server, "jira", &configuration(&jira, "wrong")).await.status, 401);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn issues_live_and_go_and_a_change_answers_with_the_issue() {
    let (_server, jira, client) = lab().await;
    let body = json!({ "fields": { "summary": "Wayne & Söhne", "labels": ["a"] } });
    let change = json!({ "fields": { "summary": "Wayne" } });
    let changed = lives_and_goes(&client, "/hubs/helpdesk/incidents", body, change.clone()).await;
    assert_eq!(changed["fields"]["summary"], "Wayne");
    assert_eq!(changed["fields"]["labels"], json!(["a"]));
    let id = issues(&client, 1).await;
    let answered = client.patch(&format!("/hubs/helpdesk/incidents/{id}"), change).await.ok();
    assert_eq!(answered["fields"]["summary"], "Wayne");
    assert_eq!(jira.last().method, "PUT");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_paging_keeps_the_paging_laws() {
    let (_server, _jira, client) = lab().await;
    let issue = issues(&client, 5).await;
    let rows = lawful_rows(&client, "/hubs/helpdesk/incidents", 5).await;
    assert_eq!(rows[0]["fields"]["summary"], "number 4", "the newest first, with its fields");
    for kind in ["comments", "worklogs"] {
        let list = format!("/hubs/helpdesk/incidents/{issue}/{kind}");
        for number in 0..3 {
            client.post(&list, json!({ "timeSpentSeconds": 60 * number })).await.ok();
        }
        lawful_rows(&client, &list, 3).await;
    }
    lawful_rows(&client, "/hubs/helpdesk/priorities", 4).await;
    lawful_rows(&client, "/hubs/helpdesk/statuses", 3).await;
    lawful_rows(&client, "/hubs/helpdesk/incident-types", 3).await;
    lawful_rows(&client, "/hubs/helpdesk/project-categories", 3).await;
    // Nothing tells where the list of people ends: an empty page may follow the last.
    let people = page(&client, "/hubs/helpdesk/agents", &[]).await.rows;
    assert_eq!((people.len(), pages(&client, "/hubs/helpdesk/agents", "2").await.concat()), (5, people));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let (_server, _jira, client) = lab().await;
    issues(&client, 101).await;
    let whole = page(&client, "/hubs/helpdesk/incidents", &[("pageSize", "150")]).await;
    assert_eq!((whole.rows.len(), whole.next), (101, None));
    assert_eq!(whole.rows[100]["fields"]["summary"], "number 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn issues_are_chosen_in_the_query_language_of_jira() {
    let (_server, _jira, client) = lab().await;
    issues(&client, 5).await;
    let query = [("jql", "labels = even ORDER BY created ASC"), ("fields", "fields.summary")];
    let rows = page(&client, "/hubs/helpdesk/incidents", &query).await.rows;
    let summaries: Vec<&Value> = rows.iter().map(|row| &row["fields"]["summary"]).collect();
    assert_eq!(summaries, ["number 0", "number 2", "number 4"]);
    assert_refused(
        &client.get(&with("/hubs/helpdesk/incidents", &[("jql", "ORDER BY created")])).await,
        400,
        "Unbounded JQL",
    );
    assert_refused(
        &client.get(&with("/hubs/helpdesk/incidents", &[("jql", "nonsense")])).await,
        400,
        "Error in the JQL Query",
    );
    let filtered = client.get(&with("/hubs/helpdesk/incidents", &[("where", "summary = 'x'")])).await;
    assert_eq!(filtered.status, 400, "{}", filtered.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_and_worklogs_live_below_their_issue() {
    let (_server, _jira, client) = lab().await;
    let issue = issues(&client, 1).await;
    for kind in ["comments", "worklogs"] {
        let list = format!("/hubs/helpdesk/incidents/{issue}/{kind}");
        let changed = lives_and_goes(&client, &list, json!({ "a": 1, "b": 1 }), json!({ "b": 2 })).await;
        assert_eq!((&changed["a"], &changed["b"]), (&json!(1), &json!(2)), "{kind}");
        assert_refused(&client.get(&format!("{list}/404")).await, 404, "for the id: 404");
        let foreign = client.get(&format!("/hubs/helpdesk/incidents/404/{kind}")).await;
        assert_refused(&foreign, 404, "Issue does not exist");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_groups_are_known_by_ids_in_the_query() {
    let (_server, _jira, client) = lab().await;
    let people = page(&client, "/hubs/helpdesk/contacts", &[]).await.rows;
    let id = people[2]["accountId"].as_str().expect("an id");
    let one = client.get(&format!("/hubs/helpdesk/agents/{id}")).await.ok();
    assert_eq!(one, people[2]);
    assert_refused(&client.get("/hubs/helpdesk/agents/nobody").await, 404, "Specified user does not exist");

    let made = client.post("/hubs/helpdesk/groups", json!({ "name": "night shift" })).await.ok();
    let group = format!("/hubs/helpdesk/groups/{}", made["groupId"].as_str().expect("an id"));
    assert_eq!(page(&client, "/hubs/helpdesk/groups", &[]).await.rows, [made]);
    assert_eq!(client.delete(&group).await.status, 200);
    assert_refused(&client.delete(&group).await, 404, "The group does not exist.");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_come_whole_are_filtered_and_sorted_here() {
    let (_server, _jira, client) = lab().await;
    let query = [("where", "name LIKE 'B%' OR name = 'Epic'"), ("orderBy", "name desc"), ("fields", "name")];
    let rows = page(&client, "/hubs/helpdesk/incident-types", &query).await.rows;
    assert_eq!(rows, [json!({ "name": "Epic" }), json!({ "name": "Bug" })]);
    let fields = page(&client, "/hubs/helpdesk/fields", &[]).await.rows;
    assert_eq!(fields.iter().map(|row| &row["id"]).collect::<Vec<_>>(), ["summary", "labels"]);
    let projects = page(&client, "/hubs/helpdesk/projects", &[]).await.rows;
    assert_eq!(client.get("/hubs/helpdesk/projects/KEY").await.ok()["id"], projects[0]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_with_the_words_of_jira() {
    let (_server, _jira, client) = lab().await;
    assert_refused(&client.get("/hubs/helpdesk/incidents/404").await, 404, "Issue does not exist");
    assert_refused(
        &client.patch("/hubs/helpdesk/incidents/404", json!({ "fields": {} })).await,
        404,
        "Issue does not exist",
    );
    assert_refused(&client.delete("/hubs/helpdesk/incidents/404").await, 404, "Issue does not exist");
    let incomplete = client.post("/hubs/helpdesk/incidents", json!({ "fields": {} })).await;
    assert_refused(&incomplete, 400, "You must specify a summary");
}
