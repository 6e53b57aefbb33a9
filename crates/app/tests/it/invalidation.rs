//! A change takes effect on the very next call.

use keyway_testing::{Store, TestServer, Vendor};
use serde_json::json;

use crate::support::{bearer, http_instance, key_of, open_instance};

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_configuration_is_used_by_the_next_call() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let instance = http_instance(&server, &vendor.url(), "bearer", json!({ "token": "t-0" })).await;
    let (_, key) = key_of(&server, &instance, json!({})).await;
    let path = format!("/instances/{}", instance.id);
    for number in 1..10 {
        server.admin().patch(&path, json!({ "configuration": { "token": format!("t-{number}") } })).await.ok();
        for client in [server.element(&instance.token), bearer(&server, &key)] {
            client.get("/proxy/x").await.ok();
            assert_eq!(vendor.last().headers["authorization"], format!("Bearer t-{number}").as_str());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_instance_calls_its_new_provider() {
    let server = TestServer::start();
    let (old, new) = (Vendor::echo().await, Vendor::echo().await);
    let instance = open_instance(&server, &old.url()).await;
    let client = server.element(&instance.token);
    client.get("/proxy/x").await.ok();
    let change = json!({ "configuration": { "base.url": new.url() } });
    server.admin().patch(&format!("/instances/{}", instance.id), change).await.ok();
    client.get("/proxy/x").await.ok();
    assert_eq!((old.seen().len(), new.seen().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_stops_at_once_and_others_go_on() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let instance = open_instance(&server, &vendor.url()).await;
    let (number, revoked) = key_of(&server, &instance, json!({})).await;
    let (_, kept) = key_of(&server, &instance, json!({})).await;
    bearer(&server, &revoked).get("/proxy/x").await.ok();
    bearer(&server, &kept).get("/proxy/x").await.ok();
    server.admin().delete(&format!("/instances/{}/keys/{number}", instance.id)).await.ok();
    assert_eq!(bearer(&server, &revoked).get("/proxy/x").await.status, 401);
    bearer(&server, &kept).get("/proxy/x").await.ok();
    server.element(&instance.token).get("/proxy/x").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn first_calls_at_the_same_time_all_learn_of_a_change() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    for _ in 0..12 {
        let instance = open_instance(&server, &vendor.url()).await;
        let mut clients = vec![server.element(&instance.token)];
        for _ in 0..5 {
            clients.push(bearer(&server, &key_of(&server, &instance, json!({})).await.1));
        }
        let calls: Vec<_> = clients
            .iter()
            .cloned()
            .map(|client| tokio::spawn(async move { client.get("/proxy/x").await.status }))
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap(), 200);
        }
        server.admin().delete(&format!("/instances/{}/enabled", instance.id)).await.ok();
        for client in &clients {
            assert_eq!(client.get("/proxy/x").await.status, 403);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_counts_although_more_instances_are_called_than_are_kept_ready() {
    let server = TestServer::with(Store::Sqlite, |settings| settings.cached_instances = 1);
    let vendor = Vendor::echo().await;
    let kept = open_instance(&server, &vendor.url()).await;
    let other = open_instance(&server, &vendor.url()).await;
    // The one is asked for by its token again and again; the other has to be read, and pushes at what is kept of it.
    for _ in 0..6 {
        for _ in 0..20 {
            server.element(&kept.token).get("/proxy/x").await.ok();
        }
        tokio::time::sleep(std::time::Duration::from_millis(350)).await;
        for _ in 0..4 {
            server.element(&other.token).get("/proxy/x").await.ok();
        }
    }
    server.admin().delete(&format!("/instances/{}/enabled", kept.id)).await.ok();
    assert_eq!(server.element(&kept.token).get("/proxy/x").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_during_changes_never_bring_an_old_state_back() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let instance = http_instance(&server, &vendor.url(), "bearer", json!({ "token": "t-0" })).await;
    let client = server.element(&instance.token);
    let busy = {
        let client = client.clone();
        tokio::spawn(async move {
            loop {
                client.get("/proxy/busy").await;
            }
        })
    };
    for number in 1..40 {
        let change = json!({ "configuration": { "token": format!("t-{number}") } });
        server.admin().patch(&format!("/instances/{}", instance.id), change).await.ok();
        let echoed = client.get("/proxy/x").await.ok();
        assert_eq!(echoed["headers"]["authorization"], format!("Bearer t-{number}"));
    }
    busy.abort();
}
