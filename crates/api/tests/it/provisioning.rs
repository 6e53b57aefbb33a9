//! Making instances: what comes back, what is refused, and that a refusal keeps nothing.

use keyway_testing::{TestServer, Vendor, on_both_stores};
use serde_json::{Value, json};

use crate::fixture::{at, basic, demanding, text};

/// `key:` in base64.
const GOOD: &str = "Basic Z29vZDo=";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_instance_answers_with_every_field_of_the_dialect() {
    let vendor = demanding(GOOD).await;
    on_both_stores(async |server| {
        let body = json!({
            "name": "Test", "element": { "key": "closeio" }, "tags": ["b", "a"],
            "configuration": { "username": "good", "base.url": vendor.url() },
        });
        let made = server.admin().post("/instances", body).await.ok();
        assert_eq!(made["name"], "Test");
        assert_eq!(text(&made, "token").len(), 44);
        assert_eq!(made["element"], made["connector"]);
        assert_eq!(made["element"]["key"], "closeio");
        assert_eq!(made["element"]["id"], made["elementId"]);
        assert_eq!(made["element"]["authentication"]["type"], "basic");
        assert_eq!(made["element"]["hub"], "crm");
        assert_eq!(made["element"]["parameters"], json!([]));
        assert_eq!(made["tags"], json!(["b", "a"]));
        for (name, value) in [
            ("provisionInteractions", json!([])),
            ("valid", json!(true)),
            ("disabled", json!(false)),
            ("maxCacheSize", json!(0)),
            ("cacheTimeToLive", json!(0)),
            ("cachingEnabled", json!(false)),
            ("eventsEnabled", json!(false)),
            ("traceLoggingEnabled", json!(false)),
            ("externalAuthentication", json!("none")),
        ] {
            assert_eq!(made[name], value, "{name}");
        }
        let configuration = &made["configuration"];
        assert_eq!(configuration["username"], "good");
        assert_eq!(configuration["pagination.offset"], "true");
        assert_eq!(configuration["pagination.max"], "100");
        assert_eq!(made["user"]["emailAddress"], "admin@localhost");
        let shown = server.admin().get(&at(&made)).await.ok();
        assert_eq!(shown, made);
        assert_eq!(vendor.last().target, "/me/");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connector_and_element_are_both_taken_by_key_and_by_id() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let admin = server.admin();
    let id = admin.get("/elements/http").await.ok()["id"].clone();
    let configuration = json!({ "base.url": vendor.url() });
    for named in [
        json!({ "element": { "key": "http" } }),
        json!({ "connector": { "key": "http" } }),
        json!({ "element": { "id": id } }),
        json!({ "connector": { "id": id }, "element": { "id": id } }),
    ] {
        let mut body = named.clone();
        body["configuration"] = configuration.clone();
        let made = admin.post("/instances", body).await.ok();
        assert_eq!(made["connector"]["key"], "http", "{named}");
        assert_eq!(made["name"], "HTTP");
    }
    let both = json!({ "element": { "key": "http" }, "connector": { "key": "stripe" } });
    assert_eq!(admin.post("/instances", both).await.status, 400);
    let made = admin.post("/connectors/http/instances", json!({ "configuration": configuration })).await.ok();
    let below = admin.get(&format!("/elements/{id}/instances/{}", made["id"])).await.ok();
    assert_eq!(below, made);
    assert_eq!(admin.get(&format!("/elements/stripe/instances/{}", made["id"])).await.status, 404);
    let rows = admin.get("/elements/http/instances").await.ok();
    assert!(
        rows.as_array().unwrap().iter().all(|row| row["createdDate"].is_string() && row.get("configuration").is_none())
    );
    assert_eq!(
        admin.get("/elements/http/instances?hydrate=true").await.ok()[0]["configuration"]["base.url"],
        vendor.url()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_entry_is_named() {
    on_both_stores(async |server| {
        let admin = server.admin();
        let missing = async |configuration: Value| {
            let answer =
                admin.post("/instances", json!({ "element": { "key": "http" }, "configuration": configuration })).await;
            assert_eq!(answer.status, 400);
            answer.message()
        };
        let all = missing(json!({ "authentication.type": "basic", "base.url": "" })).await;
        assert_eq!(all, "Missing required configuration: base.url, username");
        let key = missing(json!({ "authentication.type": "apiKey" })).await;
        assert_eq!(key, "Missing required configuration: base.url, api.key");
        let closeio = admin.post("/instances", json!({ "element": { "key": "closeio" } })).await;
        assert_eq!(closeio.message(), "Missing required configuration: username");
        let nothing = admin.post("/instances", json!({})).await;
        assert_eq!(nothing.message(), "element.key is required (element.id will do)");
        let unknown = admin.post("/instances", json!({ "element": { "key": "nosuch" } })).await;
        assert_eq!((unknown.status, unknown.message()), (404, "No element found with key 'nosuch'".to_owned()));
        assert_eq!(admin.get("/instances").await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credentials_leave_nothing_behind() {
    let vendor = demanding(GOOD).await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let body = json!({ "element": { "key": "closeio" }, "configuration": { "username": "bad", "base.url": vendor.url() } });
        let answer = admin.post("/instances", body).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.message(), "Close refused the credentials");
        assert!(answer.json()["providerMessage"].as_str().unwrap().contains("Your key is not one of ours"));
        assert_eq!(admin.get("/instances").await.ok(), json!([]));
        assert_eq!(admin.get("/instances/count").await.ok()["totalInstances"], 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_or_broken_is_a_gateway_error() {
    let server = TestServer::start();
    let make = async |url: &str| {
        let body = json!({ "element": { "key": "closeio" }, "configuration": { "username": "k", "base.url": url } });
        server.admin().post("/instances", body).await
    };
    let gone = format!("http://127.0.0.1:{}", keyway_testing::free_port());
    assert_eq!(make(&gone).await.status, 502);
    let broken = Vendor::start(|_| keyway_testing::Reply::json(500, &json!({ "oops": true }))).await;
    let answer = make(&broken.url()).await;
    assert_eq!((answer.status, answer.message()), (502, "Close could not check the credentials".to_owned()));
    assert_eq!(make("http://no-such-host.invalid").await.status, 502);
    assert_eq!(make("http://10.1.2.3").await.message().split(" cannot be used").next(), Some("configuration.base.url"));
    assert_eq!(server.admin().get("/instances").await.ok(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_is_taken_out_of_names_and_tags() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let admin = server.admin();
    let made = basic(&admin, &vendor, "<a href=\"x\">My</a> CRM").await;
    assert_eq!(made["name"], "My CRM");
    let put = admin.put(&at(&made), json!({ "name": "<b>Put</b>", "tags": ["<i>x</i>", "<br>", "y"] })).await.ok();
    assert_eq!((&put["name"], &put["tags"]), (&json!("Put"), &json!(["x", "y"])));
    let patched = admin.patch(&at(&made), json!({ "name": "<script>alert(1)</script>" })).await.ok();
    assert_eq!(patched["name"], "alert(1)");
    assert_eq!(
        admin.patch(&at(&made), json!({ "name": "n".repeat(256) })).await.message(),
        "name must have 255 characters at most"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_strings_and_unknown_ones_never_in_clear() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let body = json!({
        "element": { "key": "http" },
        "configuration": {
            "base.url": vendor.url(), "filter.response.nulls": false, "event.notification.enabled": true,
            "some.secret": "do-not-show", "a.number": 7, "an.object": { "x": 1 },
        },
    });
    let answer = server.admin().post("/instances", body).await;
    let made = answer.ok();
    assert_eq!(made["configuration"]["filter.response.nulls"], "false");
    assert_eq!(made["configuration"]["event.notification.enabled"], "true");
    assert_eq!(made["eventsEnabled"], true);
    for unknown in ["some.secret", "a.number", "an.object"] {
        assert_eq!(made["configuration"][unknown], "********");
    }
    assert!(!answer.text.contains("do-not-show"));
    assert!(answer.header("elements-error").is_some(), "events are not delivered yet, and the answer says so");
}
