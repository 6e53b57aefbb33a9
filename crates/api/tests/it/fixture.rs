//! What several tests need.

use keyway_testing::{Client, Reply, TestServer, Vendor};
use serde_json::{Value, json};

/// Makes an instance of the `http` connector with basic authentication.
pub(crate) async fn basic(client: &Client, vendor: &Vendor, name: &str) -> Value {
    let body = json!({
        "name": name,
        "element": { "key": "http" },
        "configuration": {
            "base.url": vendor.url(), "authentication.type": "basic", "username": "ada", "password": "first-secret",
        },
    });
    client.post("/instances", body).await.ok()
}

/// The `Authorization` header that the provider saw last, when the instance of a token is called.
pub(crate) async fn credential_of(server: &TestServer, token: &str, vendor: &Vendor) -> String {
    let answer = server.element(token).get("/proxy/x").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    String::from_utf8(vendor.last().headers["authorization"].as_bytes().to_vec()).expect("text")
}

/// A provider that takes one basic credential on every path.
pub(crate) async fn demanding(expected: &'static str) -> Vendor {
    Vendor::start(move |seen| {
        let given = seen.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let fits = given == expected;
        Reply::json(
            if fits { 200 } else { 401 },
            &json!({ "error": if fits { "" } else { "Your key is not one of ours" } }),
        )
    })
    .await
}

/// The path of an instance.
pub(crate) fn at(instance: &Value) -> String {
    format!("/instances/{}", instance["id"])
}

/// A member as text.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {value}"))
}

/// A user of a new account without any role, and a client of them.
pub(crate) async fn outsider(server: &TestServer, name: &str) -> Client {
    let admin = server.admin();
    let account = admin.post("/accounts", json!({ "externalId": name })).await.ok();
    let password = "correct horse";
    let user =
        json!({ "email": format!("{name}@example.com"), "firstName": name, "lastName": name, "password": password });
    let made = admin.post(&format!("/accounts/{}/users", account["id"]), user).await.ok();
    let request = admin.request("GET", &format!("/users/{}", made["id"])).header("Elements-User-Password", password);
    let shown = admin.send(request).await.ok();
    server.user(text(&shown, "secret"))
}
