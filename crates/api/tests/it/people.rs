//! People: accounts, users, roles, sign-ins and the organization, and who may see and change what.

mod accounts;
mod matrix;
mod organization;
mod others;
mod roles;
mod sign_in;
mod users;

use keyway_testing::{Answer, Client, Store, TestServer};
use serde_json::{Value, json};

/// The password of everybody in these tests.
const PASSWORD: &str = "correct horse";

/// The text of every 401.
const UNAUTHENTICATED: &str = "Invalid Organization or User secret, or invalid Element token provided.";

/// Somebody who can be asked to call the server.
struct Person {
    id: i64,
    account: i64,
    email: String,
    secret: String,
    client: Client,
}

/// Runs a test body on both stores, with more sign-ins than the tests need.
async fn on_both(body: impl AsyncFn(TestServer)) {
    for store in [Store::Sqlite, Store::Postgres] {
        body(TestServer::with(store, |settings| settings.sign_in_failures = 1000)).await;
    }
}

/// Makes an account and says its number.
async fn account(server: &TestServer, external_id: &str) -> i64 {
    number(&server.admin().post("/accounts", json!({ "externalId": external_id })).await.ok(), "id")
}

/// What a complete new user is made of.
fn whole(name: &str) -> Value {
    json!({
        "firstName": name, "lastName": "Person", "email": format!("{name}@example.com"), "password": PASSWORD,
    })
}

/// Makes a user in an account, with a role beyond the default one where given.
async fn person(server: &TestServer, account: i64, name: &str, role: Option<&str>) -> Person {
    let admin = server.admin();
    let made = admin.post(&format!("/accounts/{account}/users"), whole(name)).await.ok();
    let id = number(&made, "id");
    if let Some(role) = role {
        admin.put(&format!("/users/{id}/roles/{role}"), json!({})).await.ok();
    }
    let shown = with_password(&admin, &format!("/users/{id}"), PASSWORD).await.ok();
    let secret = shown["secret"].as_str().expect("a secret").to_owned();
    let client = server.user(&secret);
    Person { id, account, email: format!("{name}@example.com"), secret, client }
}

/// `GET` of a user with its password.
async fn with_password(client: &Client, path: &str, password: &str) -> Answer {
    client.send(client.request("GET", path).header("Elements-User-Password", password)).await
}

/// Makes an instance that calls nobody.
async fn instance(client: &Client, name: &str) -> Value {
    let configuration = json!({ "base.url": "http://127.0.0.1:9" });
    let body = json!({ "name": name, "element": { "key": "http" }, "configuration": configuration });
    client.post("/instances", body).await.ok()
}

/// A member as number.
fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_else(|| panic!("{name} is no number in {value}"))
}

/// A member of every row.
fn column(rows: &Value, name: &str) -> Vec<Value> {
    rows.as_array().expect("a list").iter().map(|row| row[name].clone()).collect()
}

/// The names of the wrong fields of a refused body.
fn wrong_fields(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 400, "{}", answer.text);
    let rows = answer.json()["fields"].clone();
    column(&rows, "field").iter().map(|field| field.as_str().expect("a name").to_owned()).collect()
}
