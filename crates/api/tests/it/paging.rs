//! Lists: pages that neither lose nor repeat a row, tokens that cannot be bent, searches.

use keyway_testing::{Client, TestServer, Vendor, on_both_stores};
use serde_json::{Value, json};

use crate::fixture::basic;

async fn make(client: &Client, vendor: &Vendor, names: &[(&str, &[&str])]) {
    for (name, tags) in names {
        let body = json!({ "name": name, "tags": tags, "element": { "key": "http" }, "configuration": { "base.url": vendor.url() } });
        client.post("/instances", body).await.ok();
    }
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().expect("a list").iter().map(|row| row["name"].as_str().expect("a name")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pages_are_one_double_page() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        make(&admin, &vendor, &[("a", &[]), ("b", &[]), ("c", &[]), ("d", &[]), ("e", &[])]).await;
        let double = admin.get("/instances?pageSize=4").await;
        assert_eq!(double.header("elements-returned-count"), Some("4"));
        let first = admin.get("/instances?pageSize=2").await;
        let token = first.header("elements-next-page-token").unwrap();
        let second = admin.get(&format!("/instances?pageSize=2&nextPage={token}")).await;
        assert_eq!([names(&first.ok()), names(&second.ok())].concat(), names(&double.ok()));
        let token = second.header("elements-next-page-token").unwrap();
        let last = admin.get(&format!("/instances?pageSize=2&nextPage={token}")).await;
        assert_eq!(names(&last.ok()), ["e"]);
        assert_eq!(last.header("elements-next-page-token"), None);
        assert_eq!(admin.get("/instances?pageSize=5").await.header("elements-next-page-token"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn page_sizes_and_tokens_that_do_not_fit_are_named() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        make(&admin, &vendor, &[("a", &["x"]), ("b", &["x"])]).await;
        for size in ["0", "-1", "201", "abc", "", "1.5", "99999999999999999999"] {
            let answer = admin.get(&format!("/instances?pageSize={size}")).await;
            assert_eq!(
                (answer.status, answer.message()),
                (400, "pageSize must be a whole number from 1 to 200".to_owned())
            );
        }
        let token = admin.get("/instances?pageSize=1").await.header("elements-next-page-token").unwrap().to_owned();
        let mut altered = token.clone().into_bytes();
        altered[0] = if altered[0] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        let foreign = [
            format!("/instances?nextPage={altered}"),
            "/instances?nextPage=MQ".to_owned(),
            "/instances?nextPage=".to_owned(),
            format!("/instances?tags[]=x&nextPage={token}"),
            format!("/accounts?nextPage={token}"),
            format!("/elements/http/instances?nextPage={token}"),
        ];
        for path in foreign {
            let answer = admin.get(&path).await;
            assert_eq!(
                (answer.status, answer.message()),
                (400, "nextPage is not a token of this list".to_owned()),
                "{path}"
            );
        }
        let twice = admin.get("/instances?pageSize=1&pageSize=2").await;
        assert_eq!(twice.message(), "pageSize must be sent once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_and_text_combine_and_nothing_found_is_404() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        make(&admin, &vendor, &[("Größe 100%", &["a", "b"]), ("Other", &["a"]), ("größer_x", &["b"])]).await;
        let found = async |query: &str| {
            let answer = admin.get(&format!("/instances?{query}")).await;
            (answer.status == 200).then(|| names(&answer.json()).into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(found("tags[]=a").await.unwrap(), ["Größe 100%", "Other"]);
        assert_eq!(found("tags[]=a&tags[]=b").await.unwrap(), ["Größe 100%"]);
        assert_eq!(found("tags%5B%5D=b&searchText=GR%C3%96SSE").await, None);
        assert_eq!(found("searchText=GR%C3%96%C3%9FE").await.unwrap(), ["Größe 100%", "größer_x"]);
        assert_eq!(found("searchText=100%25").await.unwrap(), ["Größe 100%"]);
        assert_eq!(found("searchText=_").await.unwrap(), ["größer_x"]);
        assert_eq!(found("searchText=http").await.unwrap().len(), 3);
        assert_eq!(found("searchText=nothing").await, None);
        assert_eq!(found("tags[]=c").await, None);
        let answer = admin.get("/instances?searchText=nothing").await;
        assert_eq!((answer.status, answer.message()), (404, "No instances found".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_by_connector() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    basic(&server.admin(), &vendor, "one").await;
    basic(&server.admin(), &vendor, "two").await;
    let count = server.admin().get("/instances/count").await.ok();
    assert_eq!(count["totalInstances"], 2);
    assert_eq!(count["elementInstances"], json!({ "http": 2 }));
    let account = server.admin().get("/accounts").await.ok()[0]["id"].clone();
    let own = server.admin().get("/accounts/instances").await.ok();
    assert_eq!(own, server.admin().get(&format!("/accounts/{account}/instances")).await.ok());
    assert_eq!(own.as_array().unwrap().len(), 2);
}
