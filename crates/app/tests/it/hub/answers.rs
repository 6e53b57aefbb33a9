//! Answers in their uniform form: roots, the unified record, chosen fields, nulls, statuses, headers.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::bench::Bench;

fn text(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: body.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_objects_are_taken_out_of_their_wrapping() {
    let vendor =
        Vendor::start(|seen| match (seen.method.as_str(), seen.target.split('?').next().unwrap_or_default()) {
            ("GET", "/deep") => Reply::json(200, &json!({ "d": { "rows": [[{ "id": 1 }]] } })),
            ("GET", "/own") => Reply::json(200, &json!([{ "id": 2 }])),
            ("GET", "/none") => Reply::json(200, &json!({ "data": { "id": 1 } })),
            ("POST", _) => Reply::json(201, &json!({ "thing": { "id": 3 } })),
            ("PATCH", _) => Reply::json(202, &json!({ "id": 4 })),
            _ => Reply::json(200, &json!({ "data": { "id": 5 } })),
        })
        .await;
    let on = Bench::new(
        "response: { items: data, item: data }
resources:
  /deep: { vendor: /deep, verbs: [list], items: \"d.rows[0]\" }
  /own: { vendor: /own, verbs: [list, get, create, update], items: \".\", create: { item: thing } }
  /none: { vendor: /none, verbs: [list] }
",
        vendor,
    )
    .await;
    assert_eq!(on.client.get("/deep").await.ok(), json!([{ "id": 1 }]));
    assert_eq!(on.client.get("/own").await.ok(), json!([{ "id": 2 }]));
    assert_eq!(on.client.get("/own/5").await.ok(), json!({ "id": 5 }));
    assert_eq!(on.client.post("/own", json!({ "a": 1 })).await.ok(), json!({ "id": 3 }));
    // A provider that leaves its wrapping out is understood.
    assert_eq!(on.client.patch("/own/5", json!({ "a": 1 })).await.ok(), json!({ "id": 4 }));
    let none = on.client.get("/none").await;
    assert_eq!(none.status, 502);
    assert!(none.message().contains("no list"), "{}", none.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_unified_record_has_its_members_and_no_others() {
    let row = json!({ "id": 7, "kind": "folder", "meta": { "title": "x", "n": null }, "secret": 1 });
    let vendor = Vendor::start(move |seen| match seen.target.as_str() {
        target if target.starts_with("/f/7") => Reply::json(200, &row),
        _ => Reply::json(200, &json!([row, { "id": 8 }])),
    })
    .await;
    let on = Bench::new(
        "resources:
  /files:
    vendor: /f
    verbs: [list, get]
    where: query
    order: { sort: \"{minus}{field}\" }
    select: only
    record: { id: id, name: meta.title, directory: { of: kind, is: folder }, n: meta.n, kindOf: { value: file } }
",
        vendor,
    )
    .await;
    on.configure(json!({ "filter.response.nulls": "false" })).await;
    let whole = json!({ "id": 7, "name": "x", "directory": true, "n": null, "kindOf": "file" });
    assert_eq!(on.client.get("/files/7").await.ok(), whole);
    let list = on.client.get("/files").await.ok();
    assert_eq!(list[1], json!({ "id": 8, "name": null, "directory": false, "n": null, "kindOf": "file" }));
    let asked = "/files?fields=name,directory&where=name%3D'x'&orderBy=name%20desc";
    assert_eq!(on.client.get(asked).await.ok()[0], json!({ "name": "x", "directory": true }));
    let mut query = super::bench::query_of(&on.vendor.last());
    query.sort();
    let pairs: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("meta.title", "x"), ("only", "meta.title,directory"), ("sort", "-meta.title")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_chosen_at_every_depth() {
    let row = json!({ "id": 1, "a": { "b": 1, "c": 2 }, "l": [{ "x": 1, "y": 2 }, { "x": 3 }], "z": 4 });
    let vendor = Vendor::start(move |seen| match seen.target.as_str() {
        "/r/1" => Reply::json(200, &row),
        _ => Reply::json(200, &json!([row])),
    })
    .await;
    let on = Bench::new("resources: { /r: { vendor: /r, verbs: [list, get] } }\n", vendor).await;
    let expected = json!({ "id": 1, "a": { "b": 1 }, "l": [{ "x": 1 }, { "x": 3 }] });
    for fields in ["id,a.b,l.x", "%20id%20,%20a.b,l.x,,nothing"] {
        assert_eq!(on.client.get(&format!("/r?fields={fields}")).await.ok(), json!([expected]), "{fields}");
        assert_eq!(on.client.get(&format!("/r/1?fields={fields}")).await.ok(), expected, "{fields}");
        assert!(!on.vendor.last().target.contains("fields"));
    }
    assert_eq!(on.client.get("/r/1?fields=").await.ok()["z"], 4, "no fields are all fields");
    assert_eq!(on.client.get("/r/1?fields=a&fields=b").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn nulls_are_left_out_until_the_instance_says_otherwise_and_at_once() {
    let body = "{\"a\":null,\"b\":{\"c\":null},\"l\":[null,{\"d\":null}],\"n\":1.50,\"big\":12345678901234567890123}";
    let vendor = Vendor::start(move |seen| {
        text(200, &if seen.target == "/r/1" { body.to_owned() } else { format!("[{body}]") })
    })
    .await;
    let on = Bench::new("resources: { /r: { vendor: /r, verbs: [list, get] } }\n", vendor).await;
    let without = "{\"b\":{},\"l\":[null,{}],\"n\":1.50,\"big\":12345678901234567890123}";
    for (setting, expected) in [(Value::Null, without), (json!("false"), body), (json!("true"), without)] {
        if !setting.is_null() {
            on.configure(json!({ "filter.response.nulls": setting })).await;
        }
        let one = on.client.get("/r/1").await;
        assert_eq!((one.status, one.text.as_str()), (200, expected));
        assert_eq!(on.client.get("/r").await.text, format!("[{expected}]"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_success_is_200_and_json() {
    let vendor = Vendor::start(|seen| {
        let status = seen.target.trim_start_matches("/s/").parse().expect("a status");
        let body = if status == 304 { "" } else { "{\"id\":1}" };
        text(status, body)
            .header("etag", "\"v1\"")
            .header("set-cookie", "a=b")
            .header("server", "x")
            .header("x-limit", "9")
    })
    .await;
    let on = Bench::new("resources: { /s: { vendor: /s, verbs: [get] } }\n", vendor).await;
    for status in [200, 201, 202, 203, 206] {
        let answer = on.client.get(&format!("/s/{status}")).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{\"id\":1}"), "{status}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!((answer.header("etag"), answer.header("set-cookie")), (Some("\"v1\""), None));
        assert_eq!((answer.header("server"), answer.header("x-limit")), (None, None));
    }
    let request = on.client.request("GET", "/s/304").header("if-none-match", "\"v1\"");
    let unchanged = on.client.send(request).await;
    assert_eq!((unchanged.status, unchanged.text.as_str(), unchanged.header("etag")), (304, "", Some("\"v1\"")));
    assert_eq!(super::bench::header(&on.vendor.last(), "if-none-match"), Some("\"v1\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_whose_it_is() {
    let vendor = Vendor::start(|seen| match seen.target.as_str() {
        "/r/1" => Reply::json(200, &json!({ "id": 1 })),
        "/r/2" => Reply::json(404, &json!({ "message": "no" })),
        _ => Reply::json(200, &json!([1, 2])),
    })
    .await;
    let on = Bench::new("resources: { /r: { vendor: /r, verbs: [list, get] } }\n", vendor).await;
    let id = on.instance.id.to_string();
    for path in ["/r/1", "/r/2", "/r", "/ping", "/objects", "/r?pageSize=x"] {
        let answer = on.client.send(on.client.request("GET", path).header("origin", "https://a.example")).await;
        assert_eq!(answer.header("elements-element-instance-id"), Some(id.as_str()), "{path}");
        let request = answer.header("elements-request-id").expect("an id");
        assert!(request.len() == 24 && request.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: {request}");
        assert_eq!(
            answer.header("access-control-expose-headers"),
            Some(
                "Elements-Returned-Count, Elements-Total-Count, Elements-Request-Id, Elements-Next-Page-Token, \
                 Elements-Trace-Id, Elements-Error, Content-Disposition"
            ),
            "{path}"
        );
    }
}
