//! Input that is wrong: the same clear answer on both stores, the field named, nothing changed.

use keyway_testing::{Vendor, on_both_stores};
use serde_json::{Value, json};

use crate::fixture::{at, basic};

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_plain_json_change_nothing() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &vendor, "untouched").await;
        let deep = format!("{{\"name\":{}1{}}}", "[".repeat(80), "]".repeat(80));
        let cases: [(&[u8], &str); 8] = [
            (b"{\"name\":\"a\\u0000b\"}", "name must not hold NUL"),
            (b"{\"name\":\"\xff\"}", "body must be UTF-8"),
            (b"{\"name\":\"a\",\"name\":\"b\"}", "name stands there twice"),
            (b"{\"configuration\":{\"x\":1,\"x\":2}}", "configuration.x stands there twice"),
            (deep.as_bytes(), "name is nested deeper than 64 levels"),
            (b"[1]", "body must be a JSON object"),
            (b"{\"name\":7,\"tags\":\"x\"}", "name must be a string; tags must be a list of strings"),
            (b"{\"tags\":[\"a\\u0000\"]}", "tags must not hold NUL"),
        ];
        for (body, message) in cases {
            let request =
                admin.request("PATCH", &at(&made)).header("content-type", "application/json").body(body.to_vec());
            let answer = admin.send(request).await;
            assert_eq!((answer.status, answer.message()), (400, message.to_owned()));
        }
        let broken = admin.request("PATCH", &at(&made)).header("content-type", "application/json").body("{");
        assert!(admin.send(broken).await.message().starts_with("body is not JSON"));
        let form = admin
            .request("PATCH", &at(&made))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("name=x");
        assert_eq!(admin.send(form).await.status, 415);
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(8 * 1024 * 1024));
        let large = admin.request("PATCH", &at(&made)).header("content-type", "application/json").body(large);
        let answer = admin.send(large).await;
        assert_eq!((answer.status, &answer.json()["fields"][0]["field"]), (400, &json!("body")));
        assert_eq!(admin.get(&at(&made)).await.ok(), made);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_no_numbers_name_nothing() {
    on_both_stores(async |server| {
        let admin = server.admin();
        for id in [
            "x",
            "1x",
            "-1",
            "+1",
            "1.0",
            "9223372036854775808",
            "99999999999999999999999",
            "%00",
            "0",
            "%31%00",
            "1%20",
        ] {
            for path in ["/instances/", "/accounts/", "/elements/http/instances/"] {
                let answer = admin.get(&format!("{path}{id}")).await;
                assert_eq!(answer.status, 404, "{path}{id}: {}", answer.text);
                answer.message();
            }
        }
        assert_eq!(
            admin.get("/instances/9223372036854775808").await.message(),
            "No instance found with ID 9223372036854775808"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_with_nul_or_broken_utf8_are_named() {
    on_both_stores(async |server| {
        let admin = server.admin();
        assert_eq!(admin.get("/instances?searchText=a%00").await.message(), "searchText must not hold NUL");
        assert_eq!(admin.get("/instances?searchText=%ff").await.message(), "searchText must be UTF-8");
        assert_eq!(admin.get("/instances?tags[]=%00").await.message(), "tags[] must not hold NUL");
        let long = "x".repeat(256);
        assert_eq!(admin.get(&format!("/instances?searchText={long}")).await.status, 400);
        assert_eq!(admin.get("/instances?hydrate=perhaps").await.message(), "hydrate must be true or false");
        assert_eq!(admin.get("/instances?where=name%3D'x'").await.message(), "where is not supported on this list");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn base_urls_that_are_more_than_a_root_are_refused() {
    on_both_stores(async |server| {
        let make = async |url: &str| {
            let body = json!({ "element": { "key": "http" }, "configuration": { "base.url": url } });
            server.admin().post("/instances", body).await
        };
        let cases = [
            ("http://user@example.com", "must not hold a user name or password"),
            ("http://user:pw@example.com", "must not hold a user name or password"),
            ("http://example.com/#x", "must not hold a fragment"),
            ("http://example.com/?x=1", "must not hold a query"),
            ("ftp://example.com", "must begin with http:// or https://"),
            ("file:///etc/passwd", "must begin with http:// or https://"),
            ("example.com", "is not a URL of the form https://host/path"),
            ("http://exa mple.com", "is not a URL of the form https://host/path"),
        ];
        for (url, message) in cases {
            let answer = make(url).await;
            assert_eq!((answer.status, answer.message()), (400, format!("configuration.base.url {message}")), "{url}");
        }
        assert_eq!(server.admin().get("/instances").await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_would_split_a_header_are_refused() {
    on_both_stores(async |server| {
        let make = async |configuration: Value| {
            let mut body =
                json!({ "element": { "key": "http" }, "configuration": { "base.url": "http://127.0.0.1:1" } });
            for (key, value) in configuration.as_object().unwrap() {
                body["configuration"][key] = value.clone();
            }
            server.admin().post("/instances", body).await
        };
        let cases = [
            (json!({ "authentication.type": "bearer", "token": "a\r\nX: y" }), "configuration.token"),
            (json!({ "authentication.type": "apiKey", "api.key": "a\nb" }), "configuration.api.key"),
            (
                json!({ "authentication.type": "apiKey", "api.key": "k", "api.key.header": "Bad Name" }),
                "configuration.api.key.header",
            ),
            (
                json!({ "authentication.type": "apiKey", "api.key": "k", "api.key.header": "Host" }),
                "configuration.api.key.header",
            ),
            (json!({ "authentication.type": "basic", "username": "a:b" }), "configuration.username"),
            (json!({ "authentication.type": "nosuch" }), "configuration.authentication.type"),
        ];
        for (configuration, field) in cases {
            let answer = make(configuration).await;
            assert_eq!((answer.status, &answer.json()["fields"][0]["field"]), (400, &json!(field)), "{}", answer.text);
        }
    })
    .await;
}
