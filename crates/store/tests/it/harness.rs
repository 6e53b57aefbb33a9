//! Runs one test body on a fresh database of either back-end, and removes the database afterwards.

use std::fmt::{self, Debug, Display};
use std::panic::{self, Location};

use keyway_store::{Error, Store, Tx};

use crate::database::{PostgresServer, RawDatabase};

/// Makes two tests of each function: `sqlite::name` and `postgres::name`. One call for a file.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() -> crate::harness::Outcome {
                    crate::harness::on_sqlite(super::$name).await
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() -> crate::harness::Outcome {
                    crate::harness::on_postgres(super::$name).await
                }
            )+
        }
    };
}

/// What a test body returns, so that it may use `?` on everything that it does not test.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Any error, with the line of the test that gave up on it.
pub(crate) struct Failure(String);

impl<E: Display> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        Self(format!("{}: {error}", Location::caller()))
    }
}

impl Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a test body is given: an open store, and a way to its database past the store.
pub(crate) struct Test {
    pub(crate) store: Store,
    pub(crate) raw: RawDatabase,
}

impl Test {
    /// Begins a transaction that reads.
    pub(crate) async fn read(&self) -> keyway_store::Result<Tx> {
        self.store.read().await
    }

    /// Begins a transaction that writes.
    pub(crate) async fn write(&self) -> keyway_store::Result<Tx> {
        self.store.write().await
    }
}

/// Runs a body on a new file in a folder of its own.
pub(crate) async fn on_sqlite<F>(body: impl FnOnce(Test) -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    let folder = tempfile::tempdir()?;
    let raw = RawDatabase::Sqlite(folder.path().join("keyway.db"));
    run(raw, body).await
}

/// Runs a body on a new database of the server that the test command started.
pub(crate) async fn on_postgres<F>(body: impl FnOnce(Test) -> F + Send + 'static) -> Outcome
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let server = PostgresServer::of_the_test_command();
    let name = server.create_database().await?;
    let raw = RawDatabase::Postgres(server.url_of(&name));
    // In a task of its own: a panic must not keep the database from being dropped.
    let ended = tokio::spawn(run(raw, body)).await;
    server.drop_database(&name).await?;
    match ended {
        Ok(outcome) => outcome,
        Err(panicked) => panic::resume_unwind(panicked.into_panic()),
    }
}

async fn run<F>(raw: RawDatabase, body: impl FnOnce(Test) -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    let store = raw.open().await?;
    let outcome = body(Test { store: store.clone(), raw }).await;
    store.close().await;
    outcome
}

/// Checks that a uniqueness rule was broken.
#[track_caller]
pub(crate) fn assert_conflict<T: Debug>(result: keyway_store::Result<T>) {
    match result {
        Err(Error::Conflict) => {}
        other => panic!("expected a conflict, got {other:?}"),
    }
}
