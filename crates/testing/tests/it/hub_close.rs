//! The Close connector through the hub API, in front of the stand-in of Close's public API.

use keyway_testing::{Client, TestServer};
use serde_json::{Value, json};

use crate::close_service::{API_KEY, CloseService};
use crate::hub_laws::{ask, assert_our_refusal, assert_refused, column, id, keeps_the_laws_of_paging, page};
use crate::setup::provision;

struct Lab {
    _server: TestServer,
    close: CloseService,
    client: Client,
}

impl Lab {
    async fn start() -> Self {
        let (server, close) = (TestServer::start(), CloseService::start().await);
        let configuration = json!({ "username": API_KEY, "base.url": close.url() });
        let instance = provision(&server, "closeio", &configuration).await;
        let client = server.admin_with_element(&instance.token);
        Self { _server: server, close, client }
    }

    async fn make(&self, path: &str, body: Value) -> String {
        id(&self.client.post(path, body).await.ok())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_object_is_made_read_changed_and_deleted() {
    let lab = Lab::start().await;
    let lead = lab.make("/hubs/crm/accounts", json!({ "name": "Wayne & Söhne" })).await;
    let bodies = [
        ("accounts", json!({ "name": "Ünal", "description": "old" })),
        ("contacts", json!({ "name": "Ada", "lead_id": lead, "description": "old" })),
        ("opportunities", json!({ "note": "Ünal", "lead_id": lead, "description": "old" })),
        ("tasks", json!({ "_type": "lead", "text": "Call Ünal", "lead_id": lead, "description": "old" })),
    ];
    for (object, body) in bodies {
        let path = format!("/hubs/crm/{object}");
        let made = lab.client.post(&path, body.clone()).await.ok();
        let one = format!("{path}/{}", id(&made));
        let changed = lab.client.patch(&one, json!({ "description": "new" })).await.ok();
        let put = lab.client.put(&one, json!({ "description": "newer" })).await.ok();
        let read = lab.client.get(&one).await.ok();
        let descriptions = json!([made["description"], changed["description"], put["description"]]);
        assert_eq!(descriptions, json!(["old", "new", "newer"]), "{object}");
        for (name, value) in body.as_object().expect("an object").iter().filter(|(name, _)| *name != "description") {
            assert_eq!(read[name], *value, "{object}");
        }
        assert_eq!(lab.client.delete(&one).await.status, 200);
        assert_refused(&lab.client.get(&one).await, 404, "does not exist");
        assert_refused(&lab.client.patch(&one, json!({ "description": "late" })).await, 404, "does not exist");
        assert_refused(&lab.client.delete(&one).await, 404, "does not exist");
    }
    let users = page(&lab.client, "/hubs/crm/users", &[]).await.rows;
    assert_eq!(column(&users, "email"), json!(["ada@example.com"]));
    let user = lab.client.get(&format!("/hubs/crm/users/{}", id(&users[0]))).await.ok();
    let me = lab.client.get("/hubs/crm/me").await.ok();
    assert_eq!(json!([user["email"], me["email"]]), json!(["ada@example.com", "ada@example.com"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_belong_to_the_account_of_their_path() {
    let lab = Lab::start().await;
    let lead = lab.make("/hubs/crm/accounts", json!({ "name": "Wayne" })).await;
    let other = lab.make("/hubs/crm/accounts", json!({ "name": "Ünal" })).await;
    let path = format!("/hubs/crm/accounts/{lead}/notes");
    lab.make(&format!("/hubs/crm/accounts/{other}/notes"), json!({ "note": "of another" })).await;
    // What the body says of the account does not count.
    let made = lab.client.post(&path, json!({ "note": "a", "lead_id": other })).await.ok();
    assert_eq!(json!([made["note"], made["lead_id"]]), json!(["a", lead]));
    let one = format!("{path}/{}", id(&made));
    assert_eq!(lab.client.patch(&one, json!({ "note": "b" })).await.ok()["note"], "b");
    assert_eq!(lab.client.get(&one).await.ok()["note"], "b");
    assert_eq!(column(&page(&lab.client, &path, &[]).await.rows, "note"), json!(["b"]));
    assert_eq!(lab.client.delete(&one).await.status, 200);
    assert_eq!(page(&lab.client, &path, &[]).await.rows, Vec::<Value>::new());
    assert_refused(&lab.client.get(&one).await, 404, "does not exist");
}

#[tokio::test(flavor = "multi_thread")]
async fn activities_are_of_the_kind_that_the_caller_names() {
    let lab = Lab::start().await;
    let lead = lab.make("/hubs/crm/accounts", json!({ "name": "Wayne" })).await;
    let path = format!("/hubs/crm/accounts/{lead}/activities");
    let email = lab.make(&format!("{path}?activityType=email"), json!({ "subject": "a", "status": "draft" })).await;
    let call = lab.make(&format!("{path}?activityType=call"), json!({ "duration": 3 })).await;
    let one = format!("{path}/{email}?activityType=email");
    assert_eq!(lab.client.patch(&one, json!({ "subject": "b" })).await.ok()["subject"], "b");
    assert_eq!(lab.client.get(&one).await.ok()["status"], "draft");
    assert_eq!(column(&page(&lab.client, &path, &[]).await.rows, "id"), json!([call, email]));
    let emails = page(&lab.client, &path, &[("activityType", "email")]).await.rows;
    assert_eq!(column(&emails, "id"), json!([email]));
    assert_refused(&lab.client.get(&format!("{path}/{email}?activityType=call")).await, 404, "does not exist");
    assert_eq!(lab.client.delete(&one).await.status, 200);
    assert_eq!(column(&page(&lab.client, &path, &[]).await.rows, "id"), json!([call]));

    let calls = lab.close.calls().len();
    let without = lab.client.post(&path, json!({ "note": "a" })).await;
    assert_our_refusal(&without, 400);
    assert!(without.message().contains("activityType"), "{}", without.text);
    for kind in ["nonsense", "../lead", "email%2F.."] {
        let refused = lab.client.post(&format!("{path}?activityType={kind}"), json!({ "note": "a" })).await;
        assert_our_refusal(&refused, 400);
    }
    assert_eq!(lab.close.calls().len(), calls, "the provider is not asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_rows_to_skip() {
    let lab = Lab::start().await;
    let lead = lab.make("/hubs/crm/accounts", json!({ "name": "Wayne" })).await;
    let notes = format!("/hubs/crm/accounts/{lead}/notes");
    for number in 1..=7 {
        lab.make(&notes, json!({ "note": format!("{number}") })).await;
        lab.make("/hubs/crm/contacts", json!({ "name": format!("{number}"), "lead_id": lead })).await;
    }
    keeps_the_laws_of_paging(&lab.client, "/hubs/crm/contacts", 7).await;
    keeps_the_laws_of_paging(&lab.client, &notes, 7).await;
    let three = page(&lab.client, "/hubs/crm/contacts", &[("pageSize", "3"), ("page", "2")]).await;
    assert_eq!((column(&three.rows, "name"), three.total.as_deref()), (json!(["4", "3", "2"]), Some("7")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let lab = Lab::start().await;
    for number in 1..=205 {
        lab.make("/hubs/crm/accounts", json!({ "name": format!("{number}") })).await;
    }
    let path = "/hubs/crm/accounts?orderBy=date_created%20asc";
    let found = page(&lab.client, path, &[("pageSize", "203")]).await;
    let names: Vec<String> = (1..=203).map(|number: u32| number.to_string()).collect();
    assert_eq!(column(&found.rows, "name"), json!(names));
    let token = found.next.expect("two rows are left");
    let rest = page(&lab.client, path, &[("pageSize", "203"), ("nextPage", &token)]).await;
    assert_eq!((column(&rest.rows, "name"), rest.next), (json!(["204", "205"]), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_filtered_ordered_and_cut_by_the_provider() {
    let lab = Lab::start().await;
    for (name, status) in [("Ada", "open"), ("Bo & Co", "open"), ("Cy", "won")] {
        lab.make("/hubs/crm/opportunities", json!({ "note": name, "status_id": status, "lead_id": "lead_x" })).await;
    }
    let query = [("where", "status_id='open'"), ("orderBy", "date_created asc"), ("fields", "note,status_id")];
    let found = page(&lab.client, "/hubs/crm/opportunities", &query).await;
    let expected = json!([{ "note": "Ada", "status_id": "open" }, { "note": "Bo & Co", "status_id": "open" }]);
    assert_eq!(json!(found.rows), expected);
    let found =
        page(&lab.client, "/hubs/crm/opportunities", &[("where", "note = 'Bo & Co' AND status_id='open'")]).await;
    assert_eq!(column(&found.rows, "note"), json!(["Bo & Co"]));

    let calls = lab.close.calls().len();
    for clause in ["status_id=", "status_id='open", "a='1' OR", "status_id>'open'"] {
        assert_our_refusal(&ask(&lab.client, "/hubs/crm/opportunities", &[("where", clause)]).await, 400);
    }
    assert_eq!(lab.close.calls().len(), calls, "the provider is not asked");
    let refused = ask(&lab.client, "/hubs/crm/opportunities", &[("orderBy", "nonsense desc")]).await;
    assert_refused(&refused, 400, "Cannot order by -nonsense.");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_carry_the_words_of_the_provider() {
    let lab = Lab::start().await;
    let wrong = lab.client.post("/hubs/crm/accounts", json!({ "contacts": 1 })).await;
    assert_refused(&wrong, 400, "This field must be a list.");
    assert_refused(&lab.client.post("/hubs/crm/tasks", json!({ "text": "a" })).await, 400, "This field is required.");
    assert_our_refusal(&lab.client.post("/hubs/crm/tasks", json!({})).await, 400);
    let text = lab.client.request("POST", "/hubs/crm/tasks").header("content-type", "application/json").body("{");
    assert_eq!(lab.client.send(text).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn nulls_are_left_out_and_the_hub_of_the_path_does_not_matter() {
    let lab = Lab::start().await;
    let lead = lab.make("/hubs/crm/accounts", json!({ "name": "Wayne", "custom": { "a": null, "b": 1 } })).await;
    let read = lab.client.get(&format!("/hubs/crm/accounts/{lead}")).await.ok();
    assert_eq!((read.get("updated_by"), &read["custom"]), (None, &json!({ "b": 1 })));
    let list = lab.client.get("/hubs/crm/accounts").await.ok();
    assert_eq!(list, json!([read]));
    assert_eq!(lab.client.get("/hubs/crap/accounts").await.ok(), list);
}
