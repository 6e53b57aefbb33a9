//! What every list of the hub API keeps (section 6), and short words for the tests of connectors.

use keyway_testing::{Answer, Client};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Value>,
    /// The token of the page that follows.
    pub(crate) next: Option<String>,
    /// How many rows there are in all, where the provider says so.
    pub(crate) total: Option<String>,
}

/// A list with query parameters, whatever the answer.
pub(crate) async fn ask(client: &Client, path: &str, query: &[(&str, &str)]) -> Answer {
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    let sign = if path.contains('?') { '&' } else { '?' };
    client.get(&format!("{path}{sign}{query}")).await
}

/// A page of a list, which must be an array of as many rows as the header says.
pub(crate) async fn page(client: &Client, path: &str, query: &[(&str, &str)]) -> Page {
    let answer = ask(client, path, query).await;
    let rows = answer.ok().as_array().expect("a list").clone();
    assert_eq!(answer.header("elements-returned-count"), Some(rows.len().to_string().as_str()), "{path} {query:?}");
    let header = |name| answer.header(name).map(str::to_owned);
    Page { rows, next: header("elements-next-page-token"), total: header("elements-total-count") }
}

/// All pages of a list, of so many rows each.
pub(crate) async fn pages(client: &Client, path: &str, size: &str) -> Vec<Vec<Value>> {
    let mut next = String::new();
    let mut pages = Vec::new();
    loop {
        let sized = [("pageSize", size), ("nextPage", next.as_str())];
        let query = if next.is_empty() { &sized[..1] } else { &sized[..] };
        let found = page(client, path, query).await;
        pages.push(found.rows);
        let Some(token) = found.next else {
            return pages;
        };
        assert!(pages.len() < 1000 && token != next, "{path} never ends");
        next = token;
    }
}

/// The laws of paging, over a list of exactly `count` rows (three or more, and not a multiple of two).
pub(crate) async fn keeps_the_laws_of_paging(client: &Client, path: &str, count: usize) {
    let whole = page(client, path, &[("pageSize", "4000")]).await;
    assert_eq!((whole.rows.len(), &whole.next), (count, &None), "{path}");

    let one = page(client, path, &[("pageSize", "2")]).await;
    let token = one.next.expect("there is a second page");
    let two = page(client, path, &[("pageSize", "2"), ("nextPage", &token), ("page", "2")]).await;
    let double = page(client, path, &[("pageSize", "4")]).await;
    assert_eq!([one.rows, two.rows].concat(), double.rows, "{path}: two pages are the page of twice the size");

    let single = pages(client, path, "1").await;
    let lengths: Vec<usize> = single.iter().map(Vec::len).collect();
    assert_eq!((lengths, single.concat()), (vec![1; count], whole.rows.clone()), "{path}: pages of one row");

    let pairs = pages(client, path, "2").await;
    assert_eq!((pairs.len(), pairs.concat()), (count.div_ceil(2), whole.rows), "{path}: the last page is short");
}

/// A refusal of the provider: its status, its words, and its whole answer in `providerMessage`.
pub(crate) fn assert_refused(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let whole = answer.json()["providerMessage"].as_str().expect("the provider's answer").to_owned();
    assert!(answer.message().contains(words) || whole.contains(words), "{words} in {}", answer.text);
}

/// A refusal of Keyway itself: the provider was not asked and has no words in it.
pub(crate) fn assert_our_refusal(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(!answer.message().is_empty());
    assert_eq!(answer.json().get("providerMessage"), None, "{}", answer.text);
}

/// One member of every row.
pub(crate) fn column(rows: &[Value], member: &str) -> Value {
    rows.iter().map(|row| row[member].clone()).collect()
}

/// The names of a row's members.
pub(crate) fn members(row: &Value) -> Value {
    let mut names: Vec<&String> = row.as_object().expect("an object").keys().collect();
    names.sort_unstable();
    json!(names)
}

/// An object's id as text.
pub(crate) fn id(object: &Value) -> String {
    let id = &object["id"];
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
