//! What only a server can do wrong: nodes that start together, and a database that is not there.

use keyway_store::{Error, Store};
use tokio::task::JoinSet;

use crate::database::PostgresServer;
use crate::fixture::all_versions;
use crate::harness::{Outcome, Test, on_postgres};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_nodes_that_make_the_schema_at_once_agree() -> Outcome {
    on_postgres(make_the_schema_eight_times).await
}

async fn make_the_schema_eight_times(t: Test) -> Outcome {
    t.raw.execute("drop schema public cascade; create schema public").await?;
    let mut nodes: JoinSet<keyway_store::Result<Store>> = (0..8)
        .map(|_| {
            let raw = t.raw.clone();
            async move { raw.open().await }
        })
        .collect();
    while let Some(node) = nodes.join_next().await {
        node??.close().await;
    }
    assert_eq!(t.raw.texts("select version::text from schema_version order by version").await?, all_versions());
    Ok(())
}

#[tokio::test]
async fn a_missing_database_is_unavailable() {
    let url = PostgresServer::of_the_test_command().url_of("no_such_database");
    let refused = Store::open_postgres(&url).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn an_unreadable_url_is_refused() {
    let refused = Store::open_postgres("not a url").await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
}
