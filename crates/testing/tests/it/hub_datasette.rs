//! The Datasette connector through the hub API, against a real Datasette over a database of this test.

use std::path::Path;
use std::process::Command;

use keyway_testing::{Client, Counterpart, TestServer, counterparts, free_port};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::hub_laws::{ask, assert_our_refusal, assert_refused, column, keeps_the_laws_of_paging, members, page};
use crate::setup::{ask_for_instance, instances_kept, provision};

const ROWS: &str = "/hubs/general/tables/items/rows";

/// Makes `shop.db` with so many items.
const SHOP: &str = r#"
import sqlite3, sys
shop = sqlite3.connect(sys.argv[1])
shop.execute("create table items(id integer primary key, name text, price real, kind text)")
shop.execute("create table empty(id integer primary key)")
rows = ((n, f"Größe {n}", n * 1.5, "odd" if n % 2 else None) for n in range(1, int(sys.argv[2]) + 1))
shop.executemany("insert into items values(?, ?, ?, ?)", rows)
shop.commit()
"#;

struct Lab {
    _server: TestServer,
    _datasette: Counterpart,
    _folder: TempDir,
    client: Client,
}

impl Lab {
    async fn start(rows: usize) -> Self {
        let (server, folder) = (TestServer::start(), TempDir::new().expect("a folder"));
        let datasette = datasette(folder.path(), rows);
        let configuration = json!({ "base.url": datasette.url(), "datasette.database": "shop" });
        let instance = provision(&server, "datasette", &configuration).await;
        let client = server.admin_with_element(&instance.token);
        Self { _server: server, _datasette: datasette, _folder: folder, client }
    }
}

fn datasette(folder: &Path, rows: usize) -> Counterpart {
    let database = folder.join("shop.db");
    let made = Command::new(counterparts().join("venv/bin/python"))
        .args(["-c", SHOP])
        .arg(&database)
        .arg(rows.to_string())
        .status();
    assert!(made.expect("Python runs").success());
    let (port, database) = (free_port(), database.to_str().expect("a path in UTF-8"));
    let number = port.to_string();
    let arguments = ["serve", database, "--host", "127.0.0.1", "--port", &number];
    Counterpart::start(&counterparts().join("venv/bin/datasette"), &arguments, folder, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_tables_and_rows_are_read() {
    let lab = Lab::start(5).await;
    let databases = page(&lab.client, "/hubs/general/databases", &[]).await;
    assert_eq!(column(&databases.rows, "name"), json!(["shop"]));
    let tables =
        page(&lab.client, "/hubs/general/tables", &[("orderBy", "count desc"), ("fields", "name,count")]).await;
    assert_eq!(json!(tables.rows), json!([{ "name": "items", "count": 5 }, { "name": "empty", "count": 0 }]));
    let some = page(&lab.client, "/hubs/general/tables", &[("where", "count=0")]).await;
    assert_eq!(column(&some.rows, "name"), json!(["empty"]));

    let three = lab.client.get(&format!("{ROWS}/3")).await.ok();
    assert_eq!(three, json!({ "id": 3, "name": "Größe 3", "price": 4.5, "kind": "odd" }));
    let four = lab.client.get(&format!("{ROWS}/4")).await.ok();
    assert_eq!(members(&four), json!(["id", "name", "price"]), "a null is left out");
    assert_eq!(page(&lab.client, "/hubs/general/tables/empty/rows", &[]).await.rows, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_the_cursor() {
    let lab = Lab::start(7).await;
    keeps_the_laws_of_paging(&lab.client, ROWS, 7).await;
    // A cursor of an ordered table holds the column's value beside the key.
    keeps_the_laws_of_paging(&lab.client, &format!("{ROWS}?orderBy=name%20desc"), 7).await;
    assert_eq!(page(&lab.client, ROWS, &[("pageSize", "2")]).await.total.as_deref(), Some("7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let lab = Lab::start(2345).await;
    let found = page(&lab.client, ROWS, &[("pageSize", "2300")]).await;
    assert_eq!(column(&found.rows, "id"), json!((1..=2300).collect::<Vec<_>>()));
    let token = found.next.expect("45 rows are left");
    let rest = page(&lab.client, ROWS, &[("pageSize", "2300"), ("nextPage", &token)]).await;
    assert_eq!((rest.rows.len(), rest.next), (45, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_filtered_ordered_and_cut_by_the_provider() {
    let lab = Lab::start(6).await;
    let query = [("where", "kind='odd' AND price__gt=2"), ("fields", "id,name"), ("orderBy", "price desc")];
    let found = page(&lab.client, ROWS, &query).await;
    assert_eq!(json!(found.rows), json!([{ "id": 5, "name": "Größe 5" }, { "id": 3, "name": "Größe 3" }]));
    let query = [("sql", "with dear as (select max(price) as highest from items) select highest from dear")];
    assert_eq!(page(&lab.client, "/hubs/general/query", &query).await.rows, [json!({ "highest": 9.0 })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_carry_the_words_of_the_provider() {
    let lab = Lab::start(1).await;
    assert_refused(&lab.client.get(&format!("{ROWS}/30")).await, 404, "Record not found");
    assert_refused(&lab.client.get("/hubs/general/tables/nothing/rows").await, 404, "Table not found");
    let wrong = ask(
        &lab.client,
        "/hubs/general/query",
        &[("sql", "with wrong as (select missing from items) select missing from wrong")],
    )
    .await;
    assert_refused(&wrong, 400, "no such column: missing");
    // The provider says 500 to it.
    assert_refused(&ask(&lab.client, ROWS, &[("orderBy", "nothing")]).await, 400, "Cannot sort table by nothing");

    assert_our_refusal(&lab.client.get("/hubs/general/query").await, 400);
    assert_our_refusal(&lab.client.delete(&format!("{ROWS}/1")).await, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_makes_no_instance() {
    let (server, folder) = (TestServer::start(), TempDir::new().expect("a folder"));
    let datasette = datasette(folder.path(), 1);
    let configuration = json!({ "base.url": datasette.url(), "datasette.database": "nothing" });
    let refused = ask_for_instance(&server, "datasette", &configuration).await;
    assert!(refused.status >= 400, "{}", refused.text);
    assert_eq!(instances_kept(&server).await, (0, 0));
}
