//! Pages through HTTP: the laws of section 6, whatever way the provider pages.

use keyway_testing::{Answer, Reply, Seen, Vendor};
use serde_json::{Value, json};

use super::bench::{Bench, json_of, parameter, query_of};

/// Every way of paging, over the same eleven rows.
const WAYS: &str = "resources:
  /page: { vendor: /page, verbs: [list], items: rows, paging: { page: p, size: n, max: 3, total: total } }
  /zero: { vendor: /zero, verbs: [list], items: rows, paging: { page: p, first: 0, max: 3, more: more } }
  /offset: { vendor: /offset, verbs: [list], items: rows, paging: { offset: o, size: n, max: 3, total: header.x-total } }
  /cursor: { vendor: /cursor, verbs: [list], items: rows, paging: { cursor: c, size: n, max: 3, next: next } }
  /last: { vendor: /last, verbs: [list], items: rows, paging: { cursor: c, size: n, max: 3, next: \"rows[-1].id\", more: more } }
  /url: { vendor: /url, verbs: [list], items: rows, paging: { cursor: c, size: n, max: 3, next: \"url?c\" } }
  /body: { list: { POST: /body, body: { q: 1 } }, items: rows, paging: { cursor: \"body:c\", size: \"body:n\", max: 3, next: next } }
  /follow:
    list: { POST: /follow, body: { limit: \"{size}\" } }
    items: rows
    paging: { cursor: true, size: true, max: 3, next: next, continue: { POST: /follow/continue, body: { c: \"{cursor}\" } } }
  /link: { vendor: /link, verbs: [list], items: rows, paging: { link: header.link, size: n, max: 3 } }
  /next: { vendor: /next, verbs: [list], items: rows, paging: { link: next_url, size: n, max: 3 } }
  /whole: { vendor: /whole, verbs: [list], items: rows, paging: none }
";

const NAMES: [&str; 11] =
    ["page", "zero", "offset", "cursor", "last", "url", "body", "follow", "link", "next", "whole"];

const ROWS: usize = 11;

/// A provider that pages in every way.
async fn provider() -> Vendor {
    Vendor::start(answer).await
}

fn answer(seen: &Seen) -> Reply {
    let way = seen.target.split('?').next().unwrap_or_default().trim_start_matches("/v1/").to_owned();
    let given: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
    let text = |name: &str| {
        let in_body = given.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        parameter(seen, name).or(in_body)
    };
    let number = |name: &str| text(name).map(|text| text.parse::<usize>().expect("a number"));
    let size = number("n").or_else(|| number("limit")).unwrap_or(3);
    assert!(size <= 3, "more than the provider's largest page: {}", seen.target);
    let start = match way.as_str() {
        "page" => (number("p").expect("a page") - 1) * size,
        "zero" => number("p").expect("a page") * size,
        "offset" => number("o").expect("an offset"),
        "last" => number("c").map_or(0, |id| id + 1),
        "whole" => 0,
        _ => text("c").map_or(0, |cursor| cursor.trim_start_matches("c=&/").parse().expect("a cursor")),
    };
    let end = if way == "whole" { ROWS } else { (start + size).min(ROWS) };
    let rows: Vec<Value> = (start..end).map(|id| json!({ "id": id })).collect();
    let more = end < ROWS;
    let host = seen.headers["host"].to_str().expect("a host");
    let url = format!("http://{host}/v1/{way}?n={size}&c=c%3D%26%2F{end}");
    let next = more.then(|| format!("c=&/{end}"));
    let body = json!({
        "rows": rows, "more": more, "next": next, "total": ROWS, "url": more.then_some(&url), "next_url": more.then_some(&url)
    });
    let reply = Reply::json(200, &body).header("x-total", &ROWS.to_string());
    if more {
        reply.header("link", &format!("<http://{host}/v1/x>; rel=\"first\", <{url}>; rel=\"next\""))
    } else {
        reply
    }
}

async fn bench() -> Bench {
    let vendor = provider().await;
    let base = format!("{}/v1", vendor.url());
    let on = Bench::new(WAYS, vendor).await;
    let secrets = json!({ "base.url": base, "token": super::bench::TOKEN, "secret": super::bench::SECRET });
    on.configure(secrets).await;
    on
}

fn rows(answer: &Answer) -> Vec<usize> {
    let rows = answer.ok();
    let ids: Vec<usize> = rows
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| usize::try_from(row["id"].as_u64().expect("an id")).expect("a small one"))
        .collect();
    assert_eq!(answer.header("elements-returned-count"), Some(ids.len().to_string().as_str()));
    let more = answer.header("elements-next-page-token").is_some().to_string();
    assert_eq!(answer.header("elements-has-more"), Some(more.as_str()));
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pages_are_one_page_of_twice_the_size() {
    let on = bench().await;
    for name in NAMES {
        for size in [1, 2, 3, 4, 5, 7] {
            let one = on.client.get(&format!("/{name}?pageSize={size}")).await;
            let two = on.client.get(&format!("/{name}?pageSize={size}&page=2")).await;
            let both = on.client.get(&format!("/{name}?pageSize={}", 2 * size)).await;
            assert_eq!([rows(&one), rows(&two)].concat(), rows(&both), "{name} {size}");
            assert_eq!(rows(&both), (0..ROWS.min(2 * size)).collect::<Vec<_>>(), "{name} {size}");
            let token = one.header("elements-next-page-token").expect("a token");
            // Clients of the platform send the number of the page besides; the token's size counts.
            let query = [("nextPage", token), ("page", "2"), ("pageSize", "4")];
            let next = on.ask(&format!("/{name}"), &query).await;
            assert_eq!(rows(&next), rows(&two), "{name} {size}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn following_the_tokens_shows_every_row_once() {
    let on = bench().await;
    for name in NAMES {
        for size in [1, 3, 4, 11, 12] {
            let pages = followed(&on, name, size).await;
            assert_eq!((pages.concat(), pages.len()), ((0..ROWS).collect(), ROWS.div_ceil(size)), "{name} {size}");
        }
    }
}

/// All pages of a list, by their tokens.
async fn followed(on: &Bench, name: &str, size: usize) -> Vec<Vec<usize>> {
    let mut pages = Vec::new();
    let mut answer = on.client.get(&format!("/{name}?pageSize={size}")).await;
    loop {
        pages.push(rows(&answer));
        let Some(token) = answer.header("elements-next-page-token") else { return pages };
        assert!(pages.len() < 20, "{name} {size} never ends");
        answer = on.ask(&format!("/{name}"), &[("nextPage", token)]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_all_rows_is_told_where_the_provider_tells_it() {
    let on = bench().await;
    for (name, total) in
        [("page", Some("11")), ("offset", Some("11")), ("whole", Some("11")), ("zero", None), ("link", None)]
    {
        assert_eq!(on.client.get(&format!("/{name}?pageSize=2")).await.header("elements-total-count"), total, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_asked_as_it_counts() {
    let on = bench().await;
    on.client.get("/page").await.ok();
    let pairs: Vec<(String, String)> = query_of(&on.vendor.seen()[on.vendor.seen().len() - 1]);
    assert!(pairs.contains(&("n".to_owned(), "3".to_owned())), "its largest page by default: {pairs:?}");
    on.client.get("/body?pageSize=2").await.ok();
    assert_eq!(json_of(&on.vendor.last()), json!({ "q": 1, "n": 2 }));
    let before = on.vendor.seen().len();
    on.client.get("/follow?pageSize=5").await.ok();
    let seen = on.vendor.seen();
    let sent: Vec<(String, Value)> = seen[before..].iter().map(|seen| (seen.target.clone(), json_of(seen))).collect();
    let expected =
        [("/v1/follow".to_owned(), json!({ "limit": 3 })), ("/v1/follow/continue".to_owned(), json!({ "c": "c=&/3" }))];
    assert_eq!(sent, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_has_its_own_largest_page() {
    let on = Bench::new(
        WAYS,
        Vendor::start(|seen| Reply::json(200, &json!({ "rows": [], "saw": parameter(seen, "n") }))).await,
    )
    .await;
    on.configure(json!({ "pagination.max": "2" })).await;
    on.client.get("/offset?pageSize=50").await.ok();
    assert_eq!(parameter(&on.vendor.last(), "n").as_deref(), Some("2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_page_is_refused() {
    let on = bench().await;
    let foreign = on.client.get("/cursor?pageSize=2").await;
    let foreign = foreign.header("elements-next-page-token").expect("a token").to_owned();
    let before = on.vendor.seen().len();
    for (name, value) in [
        ("page", "0"),
        ("page", "-1"),
        ("page", "x"),
        ("page", "1.5"),
        ("page", ""),
        ("page", "9223372036854775807"),
        ("pageSize", "0"),
        ("pageSize", "-1"),
        ("pageSize", "ten"),
        ("nextPage", "x"),
        ("nextPage", "e30="),
        ("nextPage", "eyJwYWdlU2l6ZSI6MH0="),
        ("nextPage", "eyJwYWdlU2l6ZSI6MiwicGFnZSI6MiwieCI6MX0="),
        ("nextPage", foreign.as_str()),
    ] {
        let answer = on.ask("/page", &[(name, value)]).await;
        assert_eq!((answer.status, answer.json()["fields"][0]["field"].as_str()), (400, Some(name)), "{name}={value}");
    }
    assert_eq!(on.client.get("/page?page=1&page=2").await.status, 400);
    assert_eq!(on.vendor.seen().len(), before, "the provider is not asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_leads_nowhere_but_below_the_instances_root() {
    use base64::Engine as _;
    let on = bench().await;
    let before = on.vendor.seen().len();
    for link in [
        "http://127.0.0.1:9/x",
        "/../admin",
        "/%2e%2e/admin",
        "@evil/x",
        "/x y",
        "/a\r\nX: 1",
        ".evil.example/x",
        ":1/x",
    ] {
        let token =
            base64::engine::general_purpose::STANDARD.encode(json!({ "pageSize": 2, "link": link }).to_string());
        let answer = on.ask("/next", &[("nextPage", &token)]).await;
        assert_eq!(answer.status, 400, "{link}: {}", answer.text);
    }
    assert_eq!(on.vendor.seen().len(), before, "the provider is not asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_next_page_at_another_place_is_502() {
    for next in
        ["http://127.0.0.1:9/v1/next?c=1", "https://evil.example/x", "//evil.example/x", "/elsewhere", "/v1evil/x"]
    {
        let vendor =
            Vendor::start(move |_| Reply::json(200, &json!({ "rows": [{ "id": 1 }], "next_url": next }))).await;
        let base = format!("{}/v1", vendor.url());
        let on = Bench::new(WAYS, vendor).await;
        let configuration = json!({ "base.url": base, "token": super::bench::TOKEN, "secret": super::bench::SECRET });
        on.configure(configuration).await;
        let answer = on.client.get("/next?pageSize=1").await;
        assert_eq!(answer.status, 502, "{next}: {}", answer.text);
        assert!(answer.message().contains("another place"), "{}", answer.text);
        assert_eq!(on.vendor.seen().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_too_large_is_cut_and_says_so() {
    let vendor = Vendor::start(|seen| {
        let start: usize = parameter(seen, "o").map_or(0, |offset| offset.parse().expect("an offset"));
        Reply::json(200, &json!({ "rows": [{ "id": start }], "more": true }))
    })
    .await;
    let on = Bench::new(
        "resources: { /r: { vendor: /r, verbs: [list], items: rows, paging: { offset: o, size: n, max: 1, more: more } } }\n",
        vendor,
    )
    .await;
    let answer = on.client.get("/r?pageSize=9999").await;
    assert_eq!(rows(&answer), (0..60).collect::<Vec<_>>());
    assert_eq!(on.vendor.seen().len(), 60);
    let told = answer.header("elements-error").expect("a note");
    assert!(told.contains("5000") && told.contains("cut short"), "{told}");
    let token = answer.header("elements-next-page-token").expect("a token").to_owned();
    let next = on.ask("/r", &[("nextPage", &token)]).await;
    assert_eq!(rows(&next)[0], 60, "the next page begins where this one was cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_repeats_itself_does_not_keep_us_forever() {
    let vendor = Vendor::start(|_| Reply::json(200, &json!({ "rows": [], "next": "same", "more": true }))).await;
    let on = Bench::new(WAYS, vendor).await;
    let answer = on.client.get("/cursor?pageSize=3").await;
    assert_eq!(rows(&answer), Vec::<usize>::new());
    assert!(on.vendor.seen().len() <= 60);
}
