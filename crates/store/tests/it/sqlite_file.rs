//! The embedded store's file: who may open it, and what does not stay in it.

use std::fs;
use std::path::Path;

use keyway_model::KeyPolicy;
use keyway_store::{Error, NewInstanceKey, Store, StoredToken};
use tokio::task::JoinSet;

use crate::database::RawDatabase;
use crate::fixture::{Draft, all_versions, at, sealed_value};
use crate::harness::{Outcome, Test, on_sqlite};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_stores_that_make_one_file_at_once_agree() -> Outcome {
    let folder = tempfile::tempdir()?;
    let raw = RawDatabase::Sqlite(folder.path().join("new.db"));
    let mut stores: JoinSet<keyway_store::Result<Store>> = (0..8)
        .map(|_| {
            let raw = raw.clone();
            async move { raw.open().await }
        })
        .collect();
    while let Some(store) = stores.join_next().await {
        store??.close().await;
    }
    assert_eq!(raw.texts("select cast(version as text) from schema_version order by version").await?, all_versions());
    Ok(())
}

#[tokio::test]
async fn a_file_in_no_folder_is_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let refused = Store::open_sqlite(&folder.path().join("no such folder").join("keyway.db")).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_kept() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("keyway.db");
    let text = "This is a letter, not a database. ".repeat(200);
    fs::write(&file, &text)?;
    let refused = Store::open_sqlite(&file).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    assert_eq!(fs::read_to_string(&file)?, text);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_on_one_file_write_by_turns() -> Outcome {
    on_sqlite(write_through_two_stores).await
}

async fn write_through_two_stores(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let second = t.raw.open().await?;
    let mut tasks = JoinSet::new();
    // Few of them: SQLite does not queue, so the one store may have to wait until the other is through.
    for number in 0..4 {
        let store = if number % 2 == 0 { t.store.clone() } else { second.clone() };
        tasks.spawn(async move {
            for _ in 0..2 {
                let mut tx = store.write().await?;
                Draft::named("new").insert(&mut tx, &acme).await?;
                tx.commit().await?;
            }
            keyway_store::Result::Ok(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    second.close().await;
    assert_eq!(t.raw.texts("select cast(count(*) as text) from instance").await?, ["8"]);
    Ok(())
}

#[tokio::test]
async fn a_writing_transaction_holds_the_write_lock_from_its_beginning() -> Outcome {
    on_sqlite(|t| async move {
        let tx = t.write().await?;
        let refused = t.raw.lock_at_once().await;
        assert!(refused.is_err());
        tx.commit().await?;
        t.raw.lock_at_once().await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_instance_leaves_nothing_sealed_in_the_file() -> Outcome {
    on_sqlite(delete_among_many).await
}

async fn delete_among_many(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut kept = Vec::new();
    for number in 0..40 {
        let mut tx = t.write().await?;
        let id = secretive(number).insert(&mut tx, &acme).await?;
        let (hash, policy) = (mark("key", number), KeyPolicy::default());
        let new = NewInstanceKey { instance: id, name: "key", hash: &hash, policy: &policy, created_at: at(0) };
        tx.insert_instance_key(&new).await?;
        tx.commit().await?;
        kept.push(id);
    }
    let content = checkpointed(&t).await?;
    assert_eq!(remains(&content, 0..40), marks(0..40));

    // Neighbours in the middle, and the first and the last.
    for number in [0, 17, 18, 19, 20, 39] {
        let mut tx = t.write().await?;
        assert!(tx.delete_instance(kept[number], at(1)).await?);
        tx.commit().await?;
    }
    let content = checkpointed(&t).await?;
    assert!(remains(&content, [0, 17, 18, 19, 20, 39]).is_empty());
    assert_eq!(remains(&content, 1..17), marks(1..17));
    assert_eq!(remains(&content, 21..39), marks(21..39));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_secret_leaves_nothing_in_the_file() -> Outcome {
    on_sqlite(replace_secrets).await
}

async fn replace_secrets(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &secretive(1)).await?;
    let mut tx = t.write().await?;
    tx.set_user_secret(acme.user, &mark("user", 1), b"hash").await?;
    tx.set_organization_secret(acme.organization, &mark("organization", 1), b"hash").await?;
    tx.commit().await?;
    let written = [mark("value", 1), mark("long", 1), mark("token", 1), mark("user", 1), mark("organization", 1)];
    let content = checkpointed(&t).await?;
    assert!(written.iter().all(|mark| contains(&content, mark)));

    let mut tx = t.write().await?;
    tx.set_value(id, &sealed_value("value", b"short")).await?;
    tx.delete_value(id, "long").await?;
    tx.reseal_token(id, b"short").await?;
    tx.set_user_secret(acme.user, b"short", b"another hash").await?;
    tx.set_organization_secret(acme.organization, b"short", b"another hash").await?;
    tx.commit().await?;
    let content = checkpointed(&t).await?;
    let left: Vec<_> = written.iter().filter(|mark| contains(&content, mark)).collect();
    assert!(left.is_empty(), "{left:?}");
    Ok(())
}

const KINDS: [&str; 5] = ["token", "token hash", "value", "long", "key"];

/// Bytes that are in the file once, and can be told from all others.
fn mark(kind: &str, number: i32) -> Vec<u8> {
    format!("<<sealed {kind} of {number}>>").into_bytes()
}

/// An instance all of whose sealed parts are marks; one of them is longer than a page.
fn secretive(number: i32) -> Draft {
    let token = StoredToken { sealed: mark("token", number), hash: mark("token hash", number) };
    let long = mark("long", number).repeat(400);
    let draft = Draft::named("secretive").with_value("value", &mark("value", number)).with_value("long", &long);
    Draft { token, ..draft }
}

fn marks(numbers: impl IntoIterator<Item = i32>) -> Vec<(&'static str, i32)> {
    numbers.into_iter().flat_map(|number| KINDS.map(|kind| (kind, number))).collect()
}

/// Those marks of some instances that are in the file.
fn remains(content: &[u8], numbers: impl IntoIterator<Item = i32>) -> Vec<(&'static str, i32)> {
    let mut marks = marks(numbers);
    marks.retain(|(kind, number)| contains(content, &mark(kind, *number)));
    marks
}

fn contains(content: &[u8], wanted: &[u8]) -> bool {
    content.windows(wanted.len()).any(|window| window == wanted)
}

/// The file and its log, after everything in the log has been moved into the file.
async fn checkpointed(t: &Test) -> Outcome<Vec<u8>> {
    let RawDatabase::Sqlite(file) = &t.raw else {
        return Err("only SQLite has a file".into());
    };
    t.raw.execute("pragma wal_checkpoint(truncate)").await?;
    let log = file.with_extension("db-wal");
    assert_eq!(length(&log)?, 0, "something kept the checkpoint from its end");
    Ok(fs::read(file)?)
}

fn length(file: &Path) -> Outcome<u64> {
    Ok(if file.exists() { fs::metadata(file)?.len() } else { 0 })
}
