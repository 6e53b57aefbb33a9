//! The call log: rows, filters, pages, who sees what, and sums by time.

use std::time::Duration;

use keyway_testing::{Client, TestServer, Vendor, on_both_stores};
use serde_json::{Value, json};

use crate::fixture::{outsider, text};

/// Makes an instance of the connector `http` whose provider answers with the status that the path ends with.
async fn instance(client: &Client, vendor: &Vendor, name: &str, tags: &[&str]) -> Value {
    let configuration = json!({ "base.url": vendor.url(), "authentication.type": "none" });
    let body = json!({ "name": name, "tags": tags, "element": { "key": "http" }, "configuration": configuration });
    client.post("/instances", body).await.ok()
}

async fn by_status() -> Vendor {
    Vendor::start(|seen| {
        let path = seen.target.split('?').next().unwrap_or_default();
        let status = path.rsplit('/').next().and_then(|last| last.parse().ok()).unwrap_or(200);
        keyway_testing::Reply::json(status, &json!({}))
    })
    .await
}

/// Calls through an instance, one after the other, and waits until all rows can be read. Returns their request ids.
async fn calls(server: &TestServer, instance: &Value, paths: &[&str]) -> Vec<String> {
    let client = server.element(text(instance, "token"));
    let mut ids = Vec::new();
    for path in paths {
        let answer = client.get(&format!("/proxy{path}")).await;
        ids.push(answer.header("elements-request-id").expect("a request id").to_owned());
    }
    for id in &ids {
        readable(&server.admin(), id).await;
    }
    ids
}

/// Waits for a row; a hang becomes a failure.
async fn readable(admin: &Client, id: &str) {
    let read = async {
        while admin.get(&format!("/usage/{id}")).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), read).await.expect("the row is written at all");
}

fn ids(rows: &Value) -> Vec<&str> {
    rows.as_array().expect("a list").iter().map(|row| text(row, "request_id")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_tells_the_whole_story_of_a_call() {
    let vendor = by_status().await;
    on_both_stores(async |server| {
        let made = instance(&server.admin(), &vendor, "Mine", &["b", "a"]).await;
        let id = calls(&server, &made, &["/v1/things/404?q=1"]).await.remove(0);
        let admin = server.admin();
        let row = admin.get(&format!("/usage/{id}")).await.ok();
        let (organization, user) = (admin.get("/organizations/me").await.ok(), &made["user"]);
        let expected = json!({
            "traffic_id": id,
            "request_id": id,
            "traffic_date": row["traffic_date"],
            "process_time": row["process_time"],
            "request_status": "FAILED",
            "status_code": 404,
            "request_ip": "127.0.0.1",
            "request_method": "GET",
            "request_uri": "/elements/api-v2/proxy/v1/things/404?q=1",
            "element_api": "GET /proxy/v1/things/404",
            "element_key": "http",
            "element_name": made["element"]["name"],
            "instance_id": made["id"],
            "instance_name": "Mine",
            "tags": ["b", "a"],
            "user_id": user["id"],
            "account_id": row["account_id"],
            "company_id": organization["id"],
            "company_external_id": "",
            "company_external_name": organization["name"],
            "attempts": 1,
            "error_message": null,
            "detail_dropped": false,
        });
        assert_eq!(row, expected);
        assert!(row["process_time"].as_i64().is_some_and(|millis| millis >= 0));
        assert!(text(&row, "traffic_date").ends_with('Z') && row["account_id"].is_i64());
        assert_eq!(admin.get("/usage").await.ok(), json!([row]));
        assert_eq!(admin.get(&format!("/usage/{}", id.to_uppercase())).await.ok(), row);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pages_are_one_double_page_and_tokens_cannot_be_bent() {
    let vendor = by_status().await;
    on_both_stores(async |server| {
        let made = instance(&server.admin(), &vendor, "one", &[]).await;
        calls(&server, &made, &["/a", "/b", "/c", "/d", "/e"]).await;
        let admin = server.admin();
        let double = admin.get("/usage?pageSize=4").await;
        assert_eq!(double.header("elements-returned-count"), Some("4"));
        let double = double.ok();
        let first = admin.get("/usage?pageSize=2").await;
        let token = first.header("elements-next-page-token").expect("another page").to_owned();
        let second = admin.get(&format!("/usage?pageSize=2&nextPage={token}")).await;
        assert_eq!([ids(&first.ok()), ids(&second.ok())].concat(), ids(&double));
        assert_eq!(text(&double[0], "element_api"), "GET /proxy/e");
        let last = second.header("elements-next-page-token").expect("another page");
        let last = admin.get(&format!("/usage?pageSize=2&nextPage={last}")).await;
        assert_eq!((ids(&last.ok()).len(), last.header("elements-next-page-token")), (1, None));
        assert_eq!(ids(&admin.get("/usage?pageOffset=1&pageSize=3").await.ok()), ids(&double)[1..]);
        // What was left out before the first page is not left out again.
        let skipped = admin.get("/usage?pageOffset=1&pageSize=1").await;
        let rest = skipped.header("elements-next-page-token").expect("another page");
        let rest = admin.get(&format!("/usage?pageOffset=1&pageSize=2&nextPage={rest}")).await.ok();
        assert_eq!(ids(&rest), ids(&double)[2..4]);

        for path in [
            format!("/usage?status=FAILED&nextPage={token}"),
            format!("/usage?keys=http&nextPage={token}"),
            format!("/instances?nextPage={token}"),
            "/usage?nextPage=MQ".to_owned(),
        ] {
            let answer = admin.get(&path).await;
            let expected = (400, "nextPage is not a token of this list".to_owned());
            assert_eq!((answer.status, answer.message()), expected, "{path}");
        }
        let somebody = outsider(&server, "somebody").await;
        assert_eq!(somebody.get(&format!("/usage?nextPage={token}")).await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_combine_in_every_spelling() {
    let vendor = by_status().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let one = instance(&admin, &vendor, "Größe", &["x", "y"]).await;
        let two = instance(&admin, &vendor, "two", &["x"]).await;
        let first = calls(&server, &one, &["/fine?a=1", "/bad/500"]).await;
        let second = calls(&server, &two, &["/fine?b=2"]).await;
        let (fine, bad, other) = (first[0].as_str(), first[1].as_str(), second[0].as_str());
        let account = admin.get(&format!("/usage/{fine}")).await.ok()["account_id"].clone();
        let cases: Vec<(String, Vec<&str>)> = vec![
            ("status=failed".into(), vec![bad]),
            ("status=Success".into(), vec![other, fine]),
            ("tags[]=x&tags[]=y".into(), vec![bad, fine]),
            ("tags%5B%5D=y&status=SUCCESS".into(), vec![fine]),
            ("tags=x,y".into(), vec![bad, fine]),
            ("keys[]=http,closeio".into(), vec![other, bad, fine]),
            ("keys=closeio".into(), vec![]),
            (format!("accountIds[]={account}&searchText=B%3D2"), vec![other]),
            (format!("accountIds={account}&searchText=b=2"), vec![other]),
            ("searchText=b=3".into(), vec![]),
            ("accountIds=999999".into(), vec![]),
            ("hub=general".into(), vec![other, bad, fine]),
            ("hub=crm".into(), vec![]),
            ("searchText=GR%C3%B6%C3%9Fe".into(), vec![bad, fine]),
            (format!("searchText={}", &bad[8..]), vec![bad]),
            ("searchText=%25".into(), vec![]),
            ("from=2001-01-01&to=2001-01-02T00:00:00Z".into(), vec![]),
            ("from=2001-01-01T00:00:00+02:00".into(), vec![other, bad, fine]),
            ("from=0&to=9999999999999".into(), vec![other, bad, fine]),
        ];
        for (query, expected) in cases {
            let found = admin.get(&format!("/usage?{query}")).await.ok();
            let mut found = ids(&found);
            // The order within a second of two instances is tested elsewhere.
            let mut expected = expected;
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{query}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_named() {
    on_both_stores(async |server| {
        let cases = [
            ("from=yesterday", "from must be a date-time such as 2030-01-31T00:00:00Z, or milliseconds since 1970"),
            ("to=", "to must be a date-time such as 2030-01-31T00:00:00Z, or milliseconds since 1970"),
            ("from=2001-01-02&to=2001-01-01", "from must not be later than to"),
            ("status=BROKEN", "status must be SUCCESS or FAILED"),
            ("accountIds[]=one", "accountIds must be numbers"),
            ("pageOffset=-1", "pageOffset must be a whole number from 0 to 100000"),
            ("pageOffset=1.5", "pageOffset must be a whole number from 0 to 100000"),
            ("pageSize=201", "pageSize must be a whole number from 1 to 200"),
            ("pageSize=0", "pageSize must be a whole number from 1 to 200"),
            ("hub=a&hub=b", "hub must be sent once"),
        ];
        for (query, message) in cases {
            let answer = server.admin().get(&format!("/usage?{query}")).await;
            assert_eq!((answer.status, answer.message()), (400, message.to_owned()), "{query}");
        }
        for (query, field) in [("hub", "hub"), ("searchText", "searchText"), ("tags[]", "tags"), ("keys", "keys")] {
            let answer = server.admin().get(&format!("/usage?{query}={}", "x".repeat(256))).await;
            assert_eq!((answer.status, answer.message()), (400, format!("{field} must have 255 characters at most")));
        }
        let many = vec!["1"; 101].join(",");
        let answer = server.admin().get(&format!("/usage?accountIds={many}")).await;
        assert_eq!(answer.message(), "accountIds must have 100 values at most");
        for (query, message) in [
            ("interval=year", "interval must be minute, hour, day or week"),
            ("interval=minute&from=2001-01-01", "interval must be longer: from and to hold more than 11000 of them"),
            ("to=x", "to must be a date-time such as 2030-01-31T00:00:00Z, or milliseconds since 1970"),
        ] {
            let answer = server.admin().get(&format!("/usage/analytics/times?{query}")).await;
            assert_eq!((answer.status, answer.message()), (400, message.to_owned()), "{query}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_future_has_no_usage() {
    let server = TestServer::start();
    for path in ["", "/analytics/statuses", "/analytics/times", "/analytics/activity"] {
        let answer = server.admin().get(&format!("/usage{path}?from=9999-01-01&to=9999-01-02")).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.message(), "No usage found: the range of time is in the future");
        assert_eq!(server.admin().get(&format!("/usage{path}")).await.ok(), json!([]), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_what_their_role_shows_them_and_nothing_else() {
    let vendor = by_status().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let own = instance(&admin, &vendor, "of the admin", &[]).await;
        let somebody = outsider(&server, "somebody").await;
        let theirs = instance(&somebody, &vendor, "of somebody", &[]).await;
        let of_admin = calls(&server, &own, &["/admin"]).await.remove(0);
        let of_somebody = calls(&server, &theirs, &["/somebody"]).await.remove(0);
        assert_eq!(ids(&admin.get("/usage").await.ok()).len(), 2);
        assert_eq!(ids(&somebody.get("/usage").await.ok()), [of_somebody.as_str()]);
        let account = admin.get(&format!("/usage/{of_admin}")).await.ok()["account_id"].clone();
        assert_eq!(somebody.get(&format!("/usage?accountIds={account}")).await.ok(), json!([]));
        assert_eq!(somebody.get("/usage/analytics/activity").await.ok()[0]["count"], 1);
        somebody.get(&format!("/usage/{of_somebody}")).await.ok();

        let unknown = "6553f1000000000000000000";
        for (client, id) in [(&somebody, of_admin.as_str()), (&admin, unknown), (&admin, "12"), (&admin, "x%2Fy")] {
            let answer = client.get(&format!("/usage/{id}")).await;
            let message = format!("No usage found with ID {}", id.replace("%2F", "/"));
            assert_eq!((answer.status, answer.message()), (404, message));
        }
        for path in ["/usage".to_owned(), format!("/usage/{of_admin}"), "/usage/analytics/times".to_owned()] {
            assert_eq!(server.element(text(&own, "token")).get(&path).await.status, 401, "{path}");
            assert_eq!(server.anonymous().get(&path).await.status, 401, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_summed_up_by_time() {
    let vendor = by_status().await;
    on_both_stores(async |server| {
        let made = instance(&server.admin(), &vendor, "one", &[]).await;
        let ids = calls(&server, &made, &["/a", "/b/404", "/c/399"]).await;
        let admin = server.admin();
        let total = async |path: &str, member: &str| {
            let rows = admin.get(&format!("/usage/analytics/{path}")).await.ok();
            // The calls may lie on both sides of midnight.
            rows.as_array().expect("a list").iter().filter_map(|row| row[member].as_i64()).sum::<i64>()
        };
        assert_eq!(total("statuses", "count").await, 3);
        assert_eq!(total("statuses?interval=MINUTE", "success").await, 2);
        assert_eq!(total("statuses?interval=hour", "failed").await, 1);
        assert_eq!(total("activity?interval=week", "count").await, 3);
        assert_eq!(total("times?accountIds[]=999999", "count").await, 0);
        let times = admin.get("/usage/analytics/times?interval=week").await.ok();
        let of = |member: &str| times[0][member].as_i64().expect("milliseconds");
        assert!(0 <= of("min") && of("min") <= of("avg") && of("avg") <= of("max"), "{times}");
        let row = admin.get(&format!("/usage/{}", ids[0])).await.ok();
        let minutes = admin.get("/usage/analytics/activity?interval=minute").await.ok();
        let minute = text(&minutes[0], "timestamp");
        assert!(minute.ends_with(":00Z") && minute <= text(&row, "traffic_date"), "{minute}");
    })
    .await;
}
