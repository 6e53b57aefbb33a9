//! The official Stripe clients: Python below a path prefix, Node by host name. They know a base URL and a key.

use keyway_testing::{Client, Counterpart, Store, TestServer};
use serde_json::{Value, json};

use crate::setup::{Instance, STRIPE_KEY, localstripe, node, proxy, python};

/// What both clients must see of five customers, the first of which is changed and deleted.
fn expected() -> Value {
    json!({
        "retrieved": [true, "Zoë & Söhne = 100 %", "7 / 9 + 1"],
        "page": [["0@example.com", "1@example.com"], true],
        "every": ["0@example.com", "1@example.com", "2@example.com", "3@example.com", "4@example.com"],
        "updated": ["Zoë", "7 / 9 + 1", "yes"],
        "deleted": true,
        "missing": { "kind": "InvalidRequestError", "status": 404, "message": "Not Found" },
        "unknown_parameter": { "kind": "InvalidRequestError", "status": 400, "message": "Unexpected nonsense" },
    })
}

/// The customers that the provider has, asked directly.
async fn customers_at(stripe: &Counterpart) -> Vec<Value> {
    let client = Client::new(&stripe.url(), Some(format!("Bearer {STRIPE_KEY}")));
    let list = client.send(client.raw("GET", &format!("{}/v1/customers", stripe.url()))).await.ok();
    list["data"].as_array().expect("a list").iter().map(|customer| customer["email"].clone()).collect()
}

/// A server that knows instances by host name, and the base URL of one.
fn by_host_name() -> TestServer {
    TestServer::with(Store::Sqlite, |settings| settings.proxy_domain = "proxy.localhost".into())
}

fn host_url(server: &TestServer, instance: &Instance) -> String {
    format!("http://{}.proxy.localhost:{}", instance.id, server.port())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_works_below_a_path_prefix() {
    let (server, stripe) = (TestServer::start(), localstripe());
    let instance = Instance::of_stripe(&server, &stripe).await;
    let key = instance.key(&server).await;
    assert_eq!(python("stripe_customers.py", &proxy(&server), &key.text).await, expected());
    let left: Vec<String> = (1..5).map(|number| format!("{number}@example.com")).collect();
    assert_eq!(json!(customers_at(&stripe).await), json!(left));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_client_works_by_host_name() {
    let (server, stripe) = (by_host_name(), localstripe());
    let instance = Instance::of_stripe(&server, &stripe).await;
    let key = instance.key(&server).await;
    let seen = node("stripe_customers.mjs", &[&host_url(&server, &instance), &key.text]).await;
    assert_eq!(seen, expected());
    let left: Vec<String> = (1..5).map(|number| format!("{number}@example.com")).collect();
    assert_eq!(json!(customers_at(&stripe).await), json!(left));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_no_more_than_its_limits_say() {
    let (server, stripe) = (TestServer::start(), localstripe());
    let instance = Instance::of_stripe(&server, &stripe).await;
    let reading = json!({ "name": "reads", "methods": ["GET"], "pathPrefixes": ["/v1/customers"] });
    let elsewhere = json!({ "name": "elsewhere", "pathPrefixes": ["/v1/charges"] });
    let (reading, elsewhere) =
        (instance.limited_key(&server, &reading).await, instance.limited_key(&server, &elsewhere).await);
    let root = proxy(&server);
    let statuses = json!([
        python("stripe_probe.py", &root, &reading.text).await,
        python("stripe_probe.py", &root, &elsewhere.text).await,
        python("stripe_probe.py", &root, "sk_test_not_a_key_of_this_server").await,
    ]);
    let expected = [(200, 403), (403, 403), (401, 401)];
    assert_eq!(statuses, json!(expected.map(|(list, create)| json!({ "list": list, "create": create }))));
    assert_eq!(customers_at(&stripe).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_opens_nothing_any_more() {
    let (server, stripe) = (TestServer::start(), localstripe());
    let instance = Instance::of_stripe(&server, &stripe).await;
    let key = instance.key(&server).await;
    let before = python("stripe_probe.py", &proxy(&server), &key.text).await;
    server.admin().delete(&format!("/instances/{}/keys/{}", instance.id, key.id)).await.ok();
    let after = python("stripe_probe.py", &proxy(&server), &key.text).await;
    let expected = [json!({ "list": 200, "create": 200 }), json!({ "list": 401, "create": 401 })];
    assert_eq!([before, after], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_only_the_host_name_of_its_own_instance() {
    let (server, stripe) = (by_host_name(), localstripe());
    let (own, other) = (Instance::of_stripe(&server, &stripe).await, Instance::of_stripe(&server, &stripe).await);
    let key = own.key(&server).await;
    let own = node("stripe_probe.mjs", &[&host_url(&server, &own), &key.text]).await;
    let other = node("stripe_probe.mjs", &[&host_url(&server, &other), &key.text]).await;
    assert_eq!(json!([own, other]), json!([200, 401]));
}
