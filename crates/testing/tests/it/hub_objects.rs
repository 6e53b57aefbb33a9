//! What every object of the hub API goes through, and every list, for the tests of connectors in front of stand-ins.

use keyway_testing::Client;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::hub_laws::{id, keeps_the_laws_of_paging, page};

/// A path with query parameters, escaped.
pub(crate) fn with(path: &str, query: &[(&str, &str)]) -> String {
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Checks the laws of paging over a list of exactly `count` rows, and answers with the rows.
pub(crate) async fn lawful_rows(client: &Client, list: &str, count: usize) -> Vec<Value> {
    keeps_the_laws_of_paging(client, list, count).await;
    page(client, list, &[("pageSize", "200")]).await.rows
}

/// Makes an object, reads, changes and deletes it; answers with what it was after the change.
pub(crate) async fn lives_and_goes(client: &Client, list: &str, body: Value, change: Value) -> Value {
    let made = client.post(list, body).await.ok();
    let item = format!("{list}/{}", id(&made));
    client.get(&item).await.ok();
    client.patch(&item, change).await.ok();
    let changed = client.get(&item).await.ok();
    assert_eq!(id(&changed), id(&made));
    let deleted = client.delete(&item).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    changed
}
