//! Bodies: JSON, forms, multipart, files, chains, and the names under which they are sent.

use keyway_testing::{Reply, Vendor};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::bench::{Bench, header, json_of, text_of};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test(flavor = "multi_thread")]
async fn a_json_body_goes_as_it_is_and_with_every_method() {
    let on = Bench::echo(
        "resources:
  /raw: { vendor: /raw, verbs: [create, update, delete] }
  /slash: { vendor: /slash/, verbs: [get, update, delete], update: PUT }
  /one: { vendor: /one, verbs: [write, remove], replace: { PUT: \"/two/{id}\" } }
",
    )
    .await;
    let body = json!({ "z": 1, "a": [null, { "b": "ü\n" }], "big": 9_007_199_254_740_993_i64 });
    for (method, path, vendor) in [
        ("POST", "/raw", "POST /raw"),
        ("PATCH", "/raw/7", "PATCH /raw/7"),
        ("PUT", "/raw/7", "PATCH /raw/7"),
        ("PATCH", "/slash/7", "PUT /slash/7/"),
        ("PUT", "/one", "PATCH /one"),
        ("PATCH", "/one", "PATCH /one"),
        ("PUT", "/one/7", "PUT /two/7"),
    ] {
        let seen = on.sees_body(method, path, body.clone()).await;
        assert_eq!(format!("{} {}", seen.method, seen.target), vendor, "{method} {path}");
        assert_eq!(text_of(&seen), body.to_string(), "{method} {path}");
    }
    for (path, vendor) in [("/raw/a%2Fb", "/raw/a%2Fb"), ("/slash/7", "/slash/7/"), ("/one", "/one")] {
        let seen = on.sees("DELETE", path).await;
        assert_eq!((seen.method.as_str(), seen.target.as_str(), seen.body.len()), ("DELETE", vendor, 0));
        assert_eq!(header(&seen, "content-type"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn creating_or_changing_with_nothing_is_refused() {
    let on = Bench::echo("resources: { /raw: { vendor: /raw, verbs: [create, update] } }\n").await;
    for (method, path) in [("POST", "/raw"), ("PATCH", "/raw/7"), ("PUT", "/raw/7")] {
        for body in ["", " ", "{}", "null", "{ \"a\": }", "{\"a\":1} x"] {
            let request = on.client.request(method, path).header(CONTENT_TYPE, "application/json").body(body);
            let refused = on.refuses(request).await;
            assert_eq!(refused.status, 400, "{method} {body}");
            assert_eq!(refused.json()["fields"][0]["field"], "body", "{method} {body}");
        }
    }
    let body = [b"{\"a\":\"".as_slice(), vec![b'x'; 8 * 1024 * 1024].as_slice(), b"\"}"].concat();
    let refused = on.refuses(on.client.request("POST", "/raw").body(body)).await;
    assert_eq!(refused.status, 429);
    refused.message();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_wrapped_and_its_members_get_the_providers_names() {
    let on = Bench::echo(
        "resources:
  /files:
    vendor: /f
    verbs: [create]
    wrap: file
    record: { id: id, name: meta.display_name, directory: { of: kind, is: folder }, fixed: { value: 1 } }
",
    )
    .await;
    let seen = on.sees_body("POST", "/files", json!({ "name": "n", "other": 1, "id": null })).await;
    assert_eq!(json_of(&seen), json!({ "file": { "meta": { "display_name": "n" }, "other": 1, "id": null } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_read_and_written() {
    let on = Bench::echo(
        "resources:
  /form:
    parameters: { a: { in: form }, tags: { in: form, type: array } }
    create: { POST: /form, form: { first: \"{a}\", tags: \"{tags}\", deep: { x: [1, true] } } }
  /json:
    parameters: { a: { in: form, type: integer, required: true } }
    create: { POST: /json, body: { number: \"{a}\" } }
  /turned: { vendor: /turned, verbs: [create] }
",
    )
    .await;
    let form =
        |path: &str, body: &str| on.client.request("POST", path).header(CONTENT_TYPE, FORM).body(body.to_owned());
    let seen = on.sees_of(form("/form", "a=x%26y+z&tags=1&tags[]=2")).await;
    assert_eq!(text_of(&seen), "first=x%26y%20z&tags[0]=1&tags[1]=2&deep[x][0]=1&deep[x][1]=true");
    assert_eq!(header(&seen, "content-type"), Some(FORM));
    assert_eq!(json_of(&on.sees_of(form("/json", "a=5")).await), json!({ "number": 5 }));
    assert_eq!(on.refuses(form("/json", "b=5")).await.status, 400);
    assert_eq!(json_of(&on.sees_of(form("/turned", "a=5&b=%C3%BC")).await), json!({ "a": "5", "b": "ü" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_provider_reads_forms_json_becomes_one() {
    let on = Bench::echo(
        "request: { body: form }
resources:
  /raw: { vendor: /raw, verbs: [create] }
  /own:
    parameters: { a: { in: form } }
    create: { POST: /own, body: { a: \"{a}\", b: { c: 1 } } }
",
    )
    .await;
    let seen = on.sees_body("POST", "/raw", json!({ "a": { "b": [1, "x&y"] }, "n": null })).await;
    assert_eq!(text_of(&seen), "a[b][0]=1&a[b][1]=x%26y&n=");
    assert_eq!(header(&seen, "content-type"), Some(FORM));
    let seen = on.sees_of(on.client.request("POST", "/raw").header(CONTENT_TYPE, FORM).body("b=1&a=%5B&b=2")).await;
    assert_eq!(text_of(&seen), "b=1&a=%5B&b=2");
    let seen = on.sees_of(on.client.request("POST", "/own").header(CONTENT_TYPE, FORM).body("a=1")).await;
    assert_eq!(text_of(&seen), "a=1&b[c]=1");
}

/// A multipart body with a field and a file.
fn multipart(name: &str, content: &str) -> (String, String) {
    let body = format!(
        "--b-1\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello ü\r\n--b-1\r\nContent-Disposition: \
         form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{content}\r\n--b-1--\r\n"
    );
    ("multipart/form-data; boundary=b-1".to_owned(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn multipart_bodies_pass_and_are_made() {
    let on = Bench::echo(
        "resources:
  /raw: { vendor: /raw, verbs: [create] }
  /parts:
    parameters: { kind: query }
    create: { POST: /parts, multipart: { meta: \"{body}\", kind: \"{kind}\", count: 3 } }
",
    )
    .await;
    let (kind, body) = multipart("a.csv", "1,2");
    let seen = on.sees_of(on.client.request("POST", "/raw").header(CONTENT_TYPE, &kind).body(body.clone())).await;
    assert_eq!((text_of(&seen), header(&seen, "content-type")), (body, Some(kind.as_str())));

    let seen = on.sees_body("POST", "/parts?kind=k%0D%0A--x", json!({ "a": 1 })).await;
    let kind = header(&seen, "content-type").expect("a type").to_owned();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
    let part = |name: &str, kind: &str, text: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{kind}\r\n{text}\r\n")
    };
    let parts = [
        part("meta", "Content-Type: application/json\r\n", "{\"a\":1}"),
        part("kind", "", "k\r\n--x"),
        part("count", "", "3"),
        format!("--{boundary}--\r\n"),
    ];
    assert_eq!(text_of(&seen), parts.concat());
}

const FILES: &str = "resources:
  /files:
    parameters: { path: query, note: { in: form } }
    upload: { POST: \"/up/{+path}\", body: \"{file}\", headers: { X-Name: \"{filename}\", X-Type: \"{filetype}\", X-Arg: { path: \"/{path}\", note: \"{note}\" } } }
    download: { GET: \"/down/{+path}\" }
  /attachments: { vendor: /att, upload: { multipart: { file: \"{file}\", title: \"{filename}\" } } }
  /contents: { vendor: /contents, verbs: [upload] }
";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_as_body_or_as_part() {
    let on = Bench::echo(FILES).await;
    let (kind, body) = multipart("ü.csv", "1,2\r\n--b-2");
    let post = |path: &str| on.client.request("POST", path).header(CONTENT_TYPE, &kind).body(body.clone());
    let seen = on.sees_of(post("/files?path=/a%20b/c.csv")).await;
    assert_eq!((seen.target.as_str(), text_of(&seen).as_str()), ("/up/a%20b/c.csv", "1,2\r\n--b-2"));
    assert_eq!(header(&seen, "content-type"), Some("text/csv"));
    assert_eq!(header(&seen, "x-type"), Some("text/csv"));
    let arg = header(&seen, "x-arg").expect("an argument");
    assert_eq!(arg, "{\"path\":\"//a b/c.csv\",\"note\":\"hello \\u00fc\"}");

    let seen = on.sees_of(post("/attachments")).await;
    let text = text_of(&seen);
    assert!(
        text.contains("name=\"file\"; filename=\"ü.csv\"\r\nContent-Type: text/csv\r\n\r\n1,2\r\n--b-2\r\n--"),
        "{text}"
    );
    assert!(text.contains("name=\"title\"\r\n\r\nü.csv\r\n"), "{text}");

    let plain = on.client.request("POST", "/contents").header(CONTENT_TYPE, "image/png").body(vec![0_u8, 255, 1]);
    let seen = on.sees_of(plain).await;
    assert_eq!((seen.body.as_ref(), header(&seen, "content-type")), ([0, 255, 1].as_slice(), Some("image/png")));

    let nothing = on.client.request("POST", "/contents").header(CONTENT_TYPE, &kind).body("--b-1--\r\n");
    assert_eq!(on.refuses(nothing).await.status, 400);
    let unbound = on.client.request("POST", "/contents").header(CONTENT_TYPE, "multipart/form-data").body("x");
    assert_eq!(on.refuses(unbound).await.status, 400);
    let out = on.client.request("POST", "/files?path=a/../../b").header(CONTENT_TYPE, &kind).body(body.clone());
    assert_eq!(on.refuses(out).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_byte_by_byte() {
    let vendor = Vendor::start(|seen| match seen.target.as_str() {
        "/down/x.bin" => Reply { status: 200, headers: Vec::new(), body: "\u{0}<html>".to_owned() }
            .header("content-type", "application/pdf")
            .header("content-disposition", "attachment; filename=x.bin")
            .header("set-cookie", "a=b")
            .header("etag", "\"e\""),
        "/down/part" => {
            Reply { status: 206, headers: Vec::new(), body: "p".to_owned() }.header("content-range", "bytes 0-0/9")
        }
        _ => Reply::json(404, &json!({ "message": "no such file" })),
    })
    .await;
    let on = Bench::new(FILES, vendor).await;
    let answer = on.client.get("/files?path=x.bin").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "\u{0}<html>"));
    assert_eq!(answer.header("content-type"), Some("application/pdf"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=x.bin"));
    assert_eq!((answer.header("etag"), answer.header("set-cookie")), (Some("\"e\""), None));
    let part = on.client.send(on.client.request("GET", "/files?path=part").header("range", "bytes=0-0")).await;
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 0-0/9")));
    assert_eq!(header(&on.vendor.last(), "range"), Some("bytes=0-0"));
    let missing = on.client.get("/files?path=none").await;
    assert_eq!((missing.status, missing.message().as_str()), (404, "no such file"));
    assert_eq!(on.client.get("/files").await.status, 400, "the path is needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_hands_values_on_and_answers_with_the_last() {
    let vendor = Vendor::start(|seen| match seen.target.as_str() {
        "/one?x=1" => {
            Reply::json(201, &json!({ "id": "a/b", "list": [{ "n": 7 }], "text": "{previous.id}${config.secret}" }))
        }
        _ => Reply::json(200, &json!({ "saw": seen.target, "of": seen.method })),
    })
    .await;
    let on = Bench::new(
        "resources:
  /chain:
    create:
      POST: /one
      body: \"{body}\"
      then:
        PATCH: \"/two/{previous.id}\"
        query: { n: \"{previous.list[0].n}\", none: \"{previous.none}\" }
        body: { whole: \"{previous.list}\", t: \"{previous.text}\", given: \"{body}\" }
        then: { GET: \"/three/{previous.of}\" }
",
        vendor,
    )
    .await;
    let answer = on.client.post("/chain?x=1", json!({ "a": 1 })).await.ok();
    assert_eq!(answer, json!({ "saw": "/three/PATCH", "of": "GET" }));
    let seen = on.vendor.seen();
    let lines: Vec<String> = seen.iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect();
    assert_eq!(lines, ["POST /one?x=1", "PATCH /two/a%2Fb?n=7", "GET /three/PATCH"]);
    let expected = json!({ "whole": [{ "n": 7 }], "t": "{previous.id}${config.secret}", "given": { "a": 1 } });
    assert_eq!(json_of(&seen[1]), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_ends_with_its_first_failure_and_what_is_captured_is_used() {
    let vendor = Vendor::start(|seen| match seen.target.as_str() {
        "/login" => Reply::json(200, &json!({ "session": "s-123456" })).header("x-team", "blue"),
        "/who/blue" => Reply::json(200, &json!({ "team": "blue" })),
        "/fail" => Reply::json(409, &json!({ "message": "taken" })),
        other => Reply::json(200, &json!({ "saw": other })),
    })
    .await;
    let on = Bench::new(
        "resources:
  /login: { create: { POST: /login, body: none, capture: { team: header.x-team, secret: body.session } } }
  /who: { read: { GET: \"/who/${config.team}\" } }
  /fail: { create: { POST: /fail, body: none, then: { GET: /never } } }
",
        vendor,
    )
    .await;
    on.client.send(on.client.request("POST", "/login")).await.ok();
    crate::support::eventually(async || on.client.get("/who").await.json() == json!({ "team": "blue" })).await;
    let shown = on.server.admin().get(&format!("/instances/{}", on.instance.id)).await.ok();
    assert_eq!(shown["configuration"]["secret"], "********");
    assert!(!shown.to_string().contains("s-123456"));
    let failed = on.client.send(on.client.request("POST", "/fail")).await;
    assert_eq!((failed.status, failed.message().as_str()), (409, "taken"));
    assert!(on.vendor.seen().iter().all(|seen| seen.target != "/never"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_of_an_answer_without_content() {
    let vendor = Vendor::start(|_| Reply { status: 204, headers: Vec::new(), body: String::new() }).await;
    let on = Bench::new("resources: { /a: { vendor: /a, verbs: [get, list, update, delete] } }\n", vendor).await;
    assert_eq!(on.client.get("/a/1").await.ok(), json!({}));
    assert_eq!(on.client.get("/a").await.ok(), Value::Array(Vec::new()));
    assert_eq!(on.client.patch("/a/1", json!({ "b": 1 })).await.ok(), json!({}));
    let deleted = on.client.delete("/a/1").await;
    assert_eq!((deleted.status, deleted.text.as_str()), (200, ""));
}
