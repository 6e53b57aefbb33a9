//! A way to the databases past the store: to make them, to look into them and to spoil them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use keyway_model::Entropy;
use keyway_store::Store;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};

use crate::harness::Outcome;

/// The database of one test.
#[derive(Clone, Debug)]
pub(crate) enum RawDatabase {
    /// A file.
    Sqlite(PathBuf),
    /// The URL of a database.
    Postgres(String),
}

impl RawDatabase {
    /// Opens it as the server does.
    pub(crate) async fn open(&self) -> keyway_store::Result<Store> {
        match self {
            Self::Sqlite(file) => Store::open_sqlite(file).await,
            Self::Postgres(url) => Store::open_postgres(url).await,
        }
    }

    /// Executes statements.
    pub(crate) async fn execute(&self, sql: &'static str) -> Outcome {
        match self {
            Self::Sqlite(file) => {
                let mut connection = connect(file).await?;
                sqlx::raw_sql(sql).execute(&mut connection).await?;
                connection.close().await?;
            }
            Self::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await?;
                sqlx::raw_sql(sql).execute(&mut connection).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }

    /// Takes SQLite's write lock if it is free now, and gives it back.
    pub(crate) async fn lock_at_once(&self) -> Outcome {
        let Self::Sqlite(file) = self else {
            return Err("only SQLite has one write lock".into());
        };
        let options = SqliteConnectOptions::new().filename(file);
        let mut connection = options.busy_timeout(Duration::ZERO).connect().await?;
        sqlx::raw_sql("begin immediate; rollback").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// The only column of a query's rows, as text.
    pub(crate) async fn texts(&self, sql: &'static str) -> Outcome<Vec<String>> {
        match self {
            Self::Sqlite(file) => {
                let mut connection = connect(file).await?;
                let texts = sqlx::query_scalar(sql).fetch_all(&mut connection).await?;
                connection.close().await?;
                Ok(texts)
            }
            Self::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await?;
                let texts = sqlx::query_scalar(sql).fetch_all(&mut connection).await?;
                connection.close().await?;
                Ok(texts)
            }
        }
    }
}

async fn connect(file: &Path) -> sqlx::Result<SqliteConnection> {
    SqliteConnectOptions::new().filename(file).connect().await
}

/// The server that holds the PostgreSQL databases of the tests.
#[derive(Debug)]
pub(crate) struct PostgresServer {
    url: String,
}

impl PostgresServer {
    /// The one that the environment names.
    #[expect(clippy::disallowed_methods, reason = "the test command says in the environment where its server is")]
    pub(crate) fn of_the_test_command() -> Self {
        let url = std::env::var("KEYWAY_TEST_POSTGRES");
        Self { url: url.expect("KEYWAY_TEST_POSTGRES is not set: run cargo xtask test") }
    }

    /// The URL of one of its databases.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let (server, _) = self.url.rsplit_once('/').expect("the URL of the test server ends with a database");
        format!("{server}/{database}")
    }

    /// Makes an empty database and tells its name.
    pub(crate) async fn create_database(&self) -> sqlx::Result<String> {
        let name = format!("keyway_{}", Entropy::system().uuid().simple());
        self.execute(format!("create database {name}")).await?;
        Ok(name)
    }

    /// Removes a database, even one in use.
    pub(crate) async fn drop_database(&self, name: &str) -> sqlx::Result<()> {
        self.execute(format!("drop database {name} with (force)")).await
    }

    async fn execute(&self, sql: String) -> sqlx::Result<()> {
        let mut connection = PgConnection::connect(&self.url).await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
        connection.close().await
    }
}
