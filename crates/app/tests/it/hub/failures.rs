//! Refusals and failures of the provider, in the uniform form and without the instance's secrets.

use keyway_testing::{Reply, Vendor};
use serde_json::json;

use super::bench::{Bench, SECRET, TOKEN};

const ONE: &str = "resources: { /s: { vendor: /s, verbs: [list, get, create] } }\n";

fn text(status: u16, kind: &str, body: &str) -> Reply {
    Reply { status, headers: vec![("content-type".to_owned(), kind.to_owned())], body: body.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_4xx_stays_and_everything_worse_is_502() {
    let vendor = Vendor::start(|seen| {
        let status = seen.target.trim_start_matches("/s/").parse().expect("a status");
        Reply::json(status, &json!({ "message": "its words", "code": 7 })).header("location", "http://127.0.0.1:9/x")
    })
    .await;
    let on = Bench::new(ONE, vendor).await;
    for (status, expected) in [
        (400, 400),
        (401, 401),
        (404, 404),
        (409, 409),
        (422, 422),
        (451, 451),
        (500, 502),
        (501, 502),
        (599, 502),
        (301, 502),
        (307, 502),
    ] {
        let before = on.vendor.seen().len();
        let answer = on.client.get(&format!("/s/{status}")).await;
        assert_eq!((answer.status, answer.message().as_str()), (expected, "its words"), "{status}");
        assert_eq!(answer.json()["providerMessage"], "{\"message\":\"its words\",\"code\":7}", "{status}");
        assert_eq!(answer.header("location"), None);
        assert_eq!(on.vendor.seen().len(), before + 1, "{status} is final");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_providers_words_are_exact_but_for_the_instances_secrets() {
    let vendor = Vendor::start(|seen| {
        let shown = seen.headers["authorization"].to_str().expect("a text").to_owned();
        let body =
            format!("{{ \"error\": {{\"message\": \"bad {shown} \\u00fc\"}},\n \"key\":\"{SECRET}\", \"n\": 1.50 }}");
        text(403, "application/json", &body)
    })
    .await;
    let on = Bench::new(ONE, vendor).await;
    for path in ["/s/1", "/s"] {
        let answer = on.client.get(path).await;
        assert_eq!((answer.status, answer.message().as_str()), (403, "bad Bearer ******** ü"));
        let expected =
            "{ \"error\": {\"message\": \"bad Bearer ******** \\u00fc\"},\n \"key\":\"********\", \"n\": 1.50 }";
        assert_eq!(answer.json()["providerMessage"], expected);
        assert!(!answer.text.contains(TOKEN) && !answer.text.contains(SECRET));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_where_the_definition_says_and_statuses_given_by_them() {
    let vendor = Vendor::start(|seen| match seen.target.as_str() {
        "/s/1" => Reply::json(409, &json!({ "problem": ["not_found/.."], "message": "other" })),
        "/s/2" => Reply::json(200, &json!({ "ok": false, "problem": ["invalid_auth"] })),
        "/s/3" => Reply::json(200, &json!({ "ok": false })),
        "/s/4" => Reply::json(200, &json!({ "ok": true, "id": 4 })),
        "/s/5" => Reply::json(200, &json!({ "id": 5 })),
        "/s/6" => Reply::json(500, &json!({ "ok": true, "problem": ["not_found"] })),
        _ => text(200, "text/plain", "ok"),
    })
    .await;
    let on = Bench::new(
        &format!("response: {{ error: \"problem[0]\", success_when: ok, statuses: {{ not_found: 404, invalid_auth: 401 }} }}\n{ONE}"),
        vendor,
    )
    .await;
    for (path, status, message) in [
        ("/s/1", 404, "not_found/.."),
        ("/s/2", 401, "invalid_auth"),
        ("/s/3", 400, "Example answered 200 OK"),
        ("/s/5", 400, "Example answered 200 OK"),
        ("/s/6", 404, "not_found"),
        ("/s/7", 400, "Example answered 200 OK"),
    ] {
        let answer = on.client.get(path).await;
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{path}");
    }
    assert_eq!(on.client.get("/s/4").await.ok(), json!({ "ok": true, "id": 4 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_is_told_and_shown() {
    let vendor = Vendor::start(|seen| match seen.target.as_str() {
        "/s/1" => text(200, "text/html", "<html>down</html>"),
        "/s/2" => text(200, "application/json", "{\"a\":1"),
        "/s/3" => text(503, "text/html", "<h1>busy</h1>").header("retry-after", "3600"),
        _ => text(200, "text/plain", "plain"),
    })
    .await;
    let on = Bench::new(ONE, vendor).await;
    for (path, message, provider) in [
        ("/s/1", "Unable to convert response XML to JSON", "<html>down</html>"),
        ("/s/2", "Unable to convert response text to JSON", "{\"a\":1"),
        ("/s/3", "Example answered 503 Service Unavailable", "<h1>busy</h1>"),
        ("/s", "Unable to convert response text to JSON", "plain"),
    ] {
        let answer = on.client.get(path).await;
        assert_eq!((answer.status, answer.message().as_str()), (502, message), "{path}");
        assert_eq!(answer.json()["providerMessage"], provider, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_not_there_is_502_and_one_that_is_slow_504() {
    let on = Bench::echo(ONE).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let nowhere = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let path = format!("/instances/{}", on.instance.id);
    let secrets = json!({ "configuration": { "base.url": nowhere, "token": TOKEN, "secret": SECRET } });
    on.server.admin().patch(&path, secrets).await.ok();
    for method in ["GET", "POST"] {
        let answer = on.client.send(on.client.request(method, "/s").body("{\"a\":1}")).await;
        assert_eq!(answer.status, 502, "{method}: {}", answer.text);
        assert!(!answer.message().is_empty());
    }
    let slow = keyway_testing::TestServer::with(keyway_testing::Store::Sqlite, |settings| {
        settings.connectors = vec![on.folder.path().to_owned()];
        settings.first_byte_timeout = 1;
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent = format!("http://{}", listener.local_addr().expect("an address"));
    let instance = crate::support::instance_of(&slow, "example", super::bench::configuration(&silent)).await;
    let answer = slow.element(&instance.token).get("/s/1").await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    answer.message();
}
