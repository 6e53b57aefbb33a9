//! Ways in which somebody tried to get at an instance's secrets, or to make the hub API lie.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::bench::{Bench, SECRET, TOKEN, text_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_requests_read_does_not_follow_an_instance_to_another_host() {
    let other = Vendor::echo().await;
    let rest = "resources: { /r: { create: { POST: /r, body: { k: \"${config.secret}\" } } } }\n";
    let on = Bench::echo(rest).await;
    let moved = json!({ "configuration": { "base.url": other.url(), "token": "another" } });
    let refused = on.server.admin().patch(&format!("/instances/{}", on.instance.id), moved).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.message().contains("configuration.secret must be sent again"), "{}", refused.text);
    assert!(text_of(&on.sees_body("POST", "/r", json!({ "a": 1 })).await).contains(SECRET));
    assert!(other.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_credential_does_not_show_the_stored_one() {
    let vendor = Vendor::start(|seen| {
        let shown = seen.headers["authorization"].to_str().expect("a text").to_owned();
        let status = if shown.contains("wrong") { 401 } else { 200 };
        Reply::json(status, &json!({ "message": format!("not {shown} but {SECRET}") }))
    })
    .await;
    let on = Bench::new("verify: GET /me\nresources: { /r: { verbs: [list], vendor: /r } }\n", vendor).await;
    let change = json!({ "configuration": { "token": "wrong-token" } });
    let refused = on.server.admin().patch(&format!("/instances/{}", on.instance.id), change).await;
    assert_eq!(refused.status, 401);
    assert!(!refused.text.contains(SECRET) && !refused.text.contains("wrong-token"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn escaped_secrets_in_refusals_are_found() {
    let escaped = TOKEN.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<Vec<_>>().concat();
    let vendor = Vendor::start(move |_| Reply {
        status: 400,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: format!("{{\"message\":\"bad {escaped}\"}}"),
    })
    .await;
    let on = Bench::new("resources: { /r: { verbs: [read], vendor: /r } }\n", vendor).await;
    let refused = on.client.get("/r").await.json();
    assert_eq!(refused["message"], "bad ********");
    assert_eq!(refused["providerMessage"], "{\"message\":\"bad ********\"}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_holds_no_credential() {
    let vendor = Vendor::start(|seen| {
        let rows: Vec<Value> = vec![json!({ "id": seen.target })];
        Reply::json(200, &json!({ "rows": rows, "next": "?page=2&api_token=tok-5f0a9c1e&b=1" }))
    })
    .await;
    let folder = super::bench::folder_with(
        "key: example\nname: E\nhub: crm\nconfiguration: { base.url: { required: true }, token: { secret: true } }\n\
         authentication: { key: { query: api_token, value: \"${config.token}\" } }\n\
         resources: { /r: { vendor: /deep/r, verbs: [list], items: rows, paging: { link: next, max: 1 } } }\n",
    );
    let server = super::bench::server_with(&folder);
    let configuration = json!({ "base.url": format!("{}/v1", vendor.url()), "token": TOKEN });
    let instance = crate::support::instance_of(&server, "example", configuration).await;
    let client = server.element(&instance.token);
    let first = client.get("/r?pageSize=1").await;
    let token = first.header("elements-next-page-token").expect("a token").to_owned();
    let clear = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &token).expect("base64");
    let clear = String::from_utf8(clear).expect("text");
    assert!(!clear.contains(TOKEN) && clear.contains("b=1"), "{clear}");
    let url = reqwest::Url::parse_with_params("http://x", [("nextPage", &token)]).expect("a URL");
    let second = client.get(&format!("/r?{}", url.query().unwrap_or_default())).await.ok();
    // The query alone belongs to the path that was asked, and the credential is put in anew.
    assert_eq!(second[0]["id"], format!("/v1/deep/r?page=2&b=1&api_token={TOKEN}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_go_to_the_provider_as_they_were_written() {
    let on = Bench::echo("resources: { /r: { vendor: /r, verbs: [create] } }\n").await;
    let body = "{\"big\": 12345678901234567890123, \"small\":1.10, \"huge\":1e400}";
    let request = on.client.request("POST", "/r").header("content-type", "application/json").body(body);
    assert_eq!(text_of(&on.sees_of(request).await), body);
    for empty in ["{}", " { } ", "null", ""] {
        let request = on.client.request("POST", "/r").header("content-type", "application/json").body(empty);
        assert_eq!(on.refuses(request).await.status, 400, "{empty}");
    }
    let form = on.client.request("POST", "/r").header("content-type", "application/x-www-form-urlencoded").body("");
    assert_eq!(on.refuses(form).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_are_about_one_page_and_no_sample() {
    let vendor = Vendor::start(|seen| {
        if seen.headers.contains_key("if-none-match") && seen.target.contains("o=2") {
            return Reply { status: 304, headers: Vec::new(), body: String::new() };
        }
        let more = seen.target.contains("o=0");
        Reply::json(200, &json!({ "rows": [{ "id": 1 }, { "id": 2 }], "more": more }))
            .header("etag", "\"one\"")
            .header("cache-control", "public, max-age=600")
    })
    .await;
    let rest = "resources: { /r: { vendor: /r, verbs: [list], items: rows, paging: { offset: o, size: n, max: 2, more: more } } }\n";
    let on = Bench::new(rest, vendor).await;
    let ask = |path: &str| on.client.request("GET", path).header("if-none-match", "\"one\"");
    let two = on.client.send(ask("/r?pageSize=4")).await;
    assert_eq!((two.status, two.ok().as_array().map(Vec::len)), (200, Some(4)));
    assert_eq!((two.header("etag"), two.header("cache-control")), (None, Some("no-store")));
    let one = on.client.send(ask("/r?pageSize=2")).await;
    assert_eq!(one.header("etag"), Some("\"one\""));
    assert_eq!(on.client.send(ask("/objects/r/metadata")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_behind_the_file_are_refused_and_a_file_cannot_forge_parts() {
    let rest = "resources: { /f: { upload: { POST: /f, multipart: { kind: \"{filetype}\", file: \"{file}\" } } } }\n";
    let on = Bench::echo(rest).await;
    let upload = |parts: &str| {
        let request = on.client.request("POST", "/f").header("content-type", "multipart/form-data; boundary=b-1");
        request.body(format!("{parts}--b-1--\r\n"))
    };
    let file = "--b-1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhello\r\n";
    let boundary = |seen: &keyway_testing::Seen| {
        let kind = seen.headers["content-type"].to_str().expect("a text").to_owned();
        kind.split_once("boundary=").expect("a boundary").1.to_owned()
    };
    let first = boundary(&on.sees_of(upload(file)).await);
    let second = boundary(&on.sees_of(upload(file)).await);
    assert_ne!(first, second, "a boundary that can be foreseen can be written into a file");
    let late = format!("{file}--b-1\r\nContent-Disposition: form-data; name=\"late\"\r\n\r\nx\r\n");
    let refused = on.client.send(upload(&late)).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.message().contains("put the file last"), "{}", refused.text);
    let cut = on.client.request("POST", "/f").header("content-type", "multipart/form-data; boundary=b-1").body(file);
    assert_eq!(on.client.send(cut).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_cannot_show_what_was_secret() {
    let on = Bench::echo("resources: { /r: { verbs: [list], vendor: /r } }\n").await;
    let open = super::bench::HEAD.replace("secret: { secret: true, kept: true }", "secret: { kept: true }");
    super::bench::write(&on.folder, &format!("{open}resources: {{ /r: {{ verbs: [list], vendor: /r }} }}\n"));
    let path = format!("/instances/{}", on.instance.id);
    let mut answer = on.server.admin().patch(&path, json!({ "elementVersion": 2 })).await;
    crate::support::eventually(async || {
        answer = on.server.admin().patch(&path, json!({ "elementVersion": 2 })).await;
        !answer.text.contains("is no version")
    })
    .await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert!(answer.message().contains("configuration.secret must be sent again or unset"), "{}", answer.text);
    assert!(!on.server.admin().get(&path).await.text.contains(SECRET));
    let sent = json!({ "elementVersion": 2, "configuration": { "secret": "told" } });
    assert_eq!(on.server.admin().patch(&path, sent).await.ok()["configuration"]["secret"], "told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_an_operation_cannot_take_apart_is_refused_and_not_lost() {
    let on = Bench::echo("resources: { /r: { create: { POST: /r, body: { kind: x, \"*\": \"{body}\" } } } }\n").await;
    let parts = "--b-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhello\r\n--b-1--\r\n";
    let request =
        on.client.request("POST", "/r").header("content-type", "multipart/form-data; boundary=b-1").body(parts);
    let refused = on.refuses(request).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("must be application/json"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_takes_no_longer_than_one_answer_may() {
    let vendor = Vendor::start(|seen| {
        std::thread::sleep(std::time::Duration::from_millis(300));
        let start: usize = super::bench::parameter(seen, "o").map_or(0, |text| text.parse().expect("a number"));
        Reply::json(200, &json!({ "rows": [{ "id": start }], "more": true }))
    })
    .await;
    let definition = format!(
        "{}resources: {{ /r: {{ vendor: /r, verbs: [list], items: rows, paging: {{ offset: o, size: n, max: 1, more: more }} }} }}\n",
        super::bench::HEAD
    );
    let folder = super::bench::folder_with(&definition);
    let server = keyway_testing::TestServer::with(keyway_testing::Store::Sqlite, |settings| {
        settings.connectors = vec![folder.path().to_owned()];
        settings.first_byte_timeout = 1;
    });
    let instance = crate::support::instance_of(&server, "example", super::bench::configuration(&vendor.url())).await;
    let client = server.element(&instance.token);
    let first = client.get("/r?pageSize=50").await;
    let rows = first.ok().as_array().map_or(0, Vec::len);
    assert!((1..50).contains(&rows), "{rows} rows");
    assert!(first.header("elements-error").expect("a note").contains("cut short"));
    let token = first.header("elements-next-page-token").expect("a token").to_owned();
    let url = reqwest::Url::parse_with_params("http://x", [("nextPage", &token)]).expect("a URL");
    let second = client.get(&format!("/r?{}", url.query().unwrap_or_default())).await.ok();
    assert_eq!(second[0]["id"], rows, "the next page begins where this one ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_refusal_is_called_one() {
    for (status, words) in
        [(401, "refused the credentials"), (404, "could not check the credentials"), (500, "could not")]
    {
        let vendor = Vendor::start(move |seen| {
            let status = if seen.target == "/me" { status } else { 200 };
            Reply::json(status, &json!({ "message": "no" }))
        })
        .await;
        let on = super::bench::folder_with(&format!("{}verify: GET /me\n", super::bench::HEAD));
        let server = super::bench::server_with(&on);
        let body =
            json!({ "element": { "key": "example" }, "configuration": super::bench::configuration(&vendor.url()) });
        let refused = server.admin().post("/instances", body).await;
        assert!(refused.message().contains(words), "{status}: {}", refused.text);
        assert_eq!(refused.status, if status == 500 { 502 } else { status });
    }
}
