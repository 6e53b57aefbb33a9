//! `where` and `orderBy`: converted for the provider, done here, or refused.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::bench::{Bench, query_of};

const LISTS: &str = "resources:
  /query: { vendor: /query, verbs: [list], order: { sort: \"{field}\", dir: \"{direction}\" } }
  /odata: { vendor: /odata, verbs: [list], where: odata, order: { $orderby: \"{field} {direction}\" } }
  /odata3: { vendor: /odata3, verbs: [list], where: { query: filter, as: odata3, fields: [id, name] }, order: { up: \"{ascending}\", down: \"{descending}\" } }
  /placed: { list: { POST: /placed, body: { q: \"{where}\" } }, where: { as: odata } }
  /local: { vendor: /local, verbs: [list], paging: none, where: local, order: local }
  /none: { vendor: /none, verbs: [list], where: none }
";

async fn bench() -> Bench {
    let vendor = Vendor::start(|seen| match seen.target.as_str() {
        target if target.starts_with("/local") => Reply::json(
            200,
            &json!([
                { "id": 10, "name": "b", "on": true, "at": "2024-01-02", "deep": { "n": 1 } },
                { "id": 9, "name": "A", "on": false, "at": "2024-01-10" },
                { "id": 100, "name": null, "on": true }
            ]),
        ),
        _ => Reply::json(200, &json!([])),
    })
    .await;
    Bench::new(LISTS, vendor).await
}

async fn sent(on: &Bench, path: &str, query: &[(&str, &str)]) -> Vec<(String, String)> {
    on.ask(path, query).await.ok();
    query_of(&on.vendor.last())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn equalities_become_query_parameters() {
    let on = bench().await;
    for (filter, expected) in [
        ("a='1' AND b=2", pairs(&[("a", "1"), ("b", "2")])),
        ("`x.y` = 'it''s &c=d' and ok = true", pairs(&[("x.y", "it's &c=d"), ("ok", "true")])),
        ("(a = '1')", pairs(&[("a", "1")])),
        ("", pairs(&[])),
    ] {
        assert_eq!(sent(&on, "/query", &[("where", filter)]).await, expected, "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_become_odata() {
    let on = bench().await;
    let filter = "name = 'O''Hara' AND (n >= 5 OR on != false)";
    let seen = sent(&on, "/odata", &[("where", filter)]).await;
    assert_eq!(seen, pairs(&[("$filter", "name eq 'O''Hara' and (n ge 5 or on ne false)")]));
    let seen = sent(&on, "/odata3", &[("where", "name LIKE 'a%'")]).await;
    assert_eq!(seen, pairs(&[("filter", "startswith(name,'a')")]));
    on.ask("/placed", &[("where", "a = 1")]).await.ok();
    assert_eq!(super::bench::json_of(&on.vendor.last()), json!({ "q": "a eq 1" }));
    on.ask("/placed", &[]).await.ok();
    assert_eq!(super::bench::json_of(&on.vendor.last()), json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_be_read_is_refused_with_its_position() {
    let on = bench().await;
    let before = on.vendor.seen().len();
    for path in ["/query", "/odata", "/local", "/none"] {
        for filter in ["a=", "a='x", "a=1 AND", "(a=1", "a=1 b=2", "= 1", "a LIKE 5 5", "a IN (1,", "a=1;drop"] {
            let answer = on.ask(path, &[("where", filter)]).await;
            assert_eq!(answer.status, 400, "{path} {filter}: {}", answer.text);
            assert_eq!(answer.json()["fields"][0]["field"], "where", "{filter}");
            assert!(answer.message().contains("position "), "{filter}: {}", answer.text);
        }
    }
    assert_eq!(on.vendor.seen().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_cannot_be_asked_is_refused() {
    let on = bench().await;
    let before = on.vendor.seen().len();
    for (path, name, text) in [
        ("/query", "where", "a='1' OR b='2'"),
        ("/query", "where", "a > 1"),
        ("/query", "where", "a LIKE 'x%'"),
        ("/query", "where", "a IS NULL"),
        ("/odata3", "where", "other = 1"),
        ("/none", "where", "a = 1"),
        ("/none", "orderBy", "a"),
        ("/placed", "orderBy", "a desc"),
        ("/query", "orderBy", "a sideways"),
        ("/query", "orderBy", "a,b"),
        ("/query", "orderBy", "a asc desc"),
    ] {
        let answer = on.ask(path, &[(name, text)]).await;
        assert_eq!(answer.status, 400, "{path} {text}: {}", answer.text);
        assert_eq!(answer.json()["fields"][0]["field"], name, "{path} {text}");
    }
    assert_eq!(on.client.get("/query?where=a%3D1&where=b%3D2").await.status, 400);
    assert_eq!(on.vendor.seen().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_become_query_parameters() {
    let on = bench().await;
    for (path, order, expected) in [
        ("/query", "name", pairs(&[("sort", "name"), ("dir", "asc")])),
        ("/query", "`a.b` DESC", pairs(&[("sort", "a.b"), ("dir", "desc")])),
        ("/odata", " name  desc ", pairs(&[("$orderby", "name desc")])),
        ("/odata3", "name asc", pairs(&[("up", "name")])),
        ("/odata3", "name desc", pairs(&[("down", "name")])),
        ("/odata", "", pairs(&[])),
    ] {
        assert_eq!(sent(&on, path, &[("orderBy", order)]).await, expected, "{path} {order}");
    }
    let evil = sent(&on, "/query", &[("orderBy", "${config.secret}{id}&x=y")]).await;
    assert_eq!(evil[0], ("sort".to_owned(), "${config.secret}{id}&x=y".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_filtered_and_sorted_here_where_the_definition_says_so() {
    let on = bench().await;
    for (filter, order, expected) in [
        ("", "", [10, 9, 100].as_slice()),
        ("", "id", &[9, 10, 100]),
        ("", "id desc", &[100, 10, 9]),
        ("", "name", &[100, 9, 10]),
        ("on = true", "id", &[10, 100]),
        ("id > 9 AND id <= 100", "", &[10, 100]),
        ("name = 'A' OR name = 'b'", "", &[10, 9]),
        ("name IS NULL", "", &[100]),
        ("name IS NOT NULL", "", &[10, 9]),
        ("id IN (9, 100)", "", &[9, 100]),
        ("at >= '2024-01-05'", "", &[9]),
        ("`deep.n` = 1", "", &[10]),
        ("nothing = 'x'", "", &[]),
    ] {
        let answer = on.ask("/local", &[("where", filter), ("orderBy", order), ("fields", "id")]).await;
        let ids: Vec<i64> =
            answer.ok().as_array().expect("a list").iter().map(|row| row["id"].as_i64().expect("an id")).collect();
        assert_eq!(ids, expected, "{filter} / {order}");
        let total = Some(expected.len().to_string());
        assert_eq!(answer.header("elements-total-count").map(str::to_owned), total, "{filter}");
        assert_eq!(query_of(&on.vendor.last()), [], "the provider is asked for everything");
    }
    let first = on.ask("/local", &[("orderBy", "id"), ("pageSize", "2")]).await;
    assert_eq!(
        first.ok(),
        json!([{ "id": 9, "name": "A", "on": false, "at": "2024-01-10" }, { "id": 10, "name": "b", "on": true, "at": "2024-01-02", "deep": { "n": 1 } }])
    );
    let token = first.header("elements-next-page-token").expect("a token");
    let second = on.ask("/local", &[("orderBy", "id"), ("nextPage", token)]).await;
    assert_eq!(second.ok(), json!([{ "id": 100, "on": true }]));
    assert_eq!(on.ask("/local", &[("page", "7")]).await.ok(), Value::Array(Vec::new()));
}
