//! The Stripe connector against `localstripe`: an instance is verified when it is made and when it is changed.

use keyway_testing::{TestServer, free_port};
use serde_json::{Value, json};

use crate::setup::{Instance, STRIPE_KEY, ask_for_instance, instances_kept, localstripe, provision};

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_verified_with_the_provider_when_it_is_made() {
    let (server, stripe) = (TestServer::start(), localstripe());
    let configuration = json!({ "username": STRIPE_KEY, "base.url": stripe.url() });
    let made = ask_for_instance(&server, "stripe", &configuration).await.ok();
    let shown = json!([made["verified"], made["configuration"]["username"], made["element"]["key"]]);
    assert_eq!(shown, json!([true, "********", "stripe"]));
    assert_eq!(instances_kept(&server).await, (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_provider_refuses_makes_no_instance() {
    let (server, stripe) = (TestServer::start(), localstripe());
    let configuration = json!({ "username": "pk_test_no_secret_key", "base.url": stripe.url() });
    let refused = ask_for_instance(&server, "stripe", &configuration).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert_eq!(refused.message(), "Stripe refused the credentials");
    let words: Value = serde_json::from_str(refused.json()["providerMessage"].as_str().expect("words")).expect("JSON");
    assert_eq!(words["error"]["message"], "Unauthorized");
    assert!(!refused.text.contains("pk_test_no_secret_key"), "{}", refused.text);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_cannot_be_reached_makes_no_instance() {
    let server = TestServer::start();
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let refused = ask_for_instance(&server, "stripe", &json!({ "username": STRIPE_KEY, "base.url": nobody })).await;
    assert_eq!(refused.status, 502, "{}", refused.text);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_a_refused_key_leaves_the_old_one_working() {
    let (server, stripe) = (TestServer::start(), localstripe());
    let instance = Instance::of_stripe(&server, &stripe).await;
    let change = json!({ "configuration": { "username": "pk_test_no_secret_key" } });
    let refused = server.admin().patch(&format!("/instances/{}", instance.id), change).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    let list = instance.caller(&server).call("GET", "/v1/customers").await.ok();
    assert_eq!(list["object"], "list");

    let change = json!({ "configuration": { "username": "sk_test_rotated" } });
    let changed = server.admin().patch(&format!("/instances/{}", instance.id), change).await.ok();
    assert_eq!(changed["verified"], true);
    instance.caller(&server).call("GET", "/v1/customers").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_never_mix_their_providers() {
    let (server, first, second) = (TestServer::start(), localstripe(), localstripe());
    let one = Instance::of_stripe(&server, &first).await;
    let other = provision(&server, "stripe", &json!({ "username": "sk_test_other", "base.url": second.url() })).await;
    one.caller(&server).call("POST", "/v1/customers").await.ok();
    let counts = json!([
        one.caller(&server).call("GET", "/v1/customers").await.ok()["total_count"],
        other.caller(&server).call("GET", "/v1/customers").await.ok()["total_count"],
    ]);
    assert_eq!(counts, json!([1, 0]));
}
