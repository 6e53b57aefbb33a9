//! The two back-ends behind one transaction type.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Postgres, Sqlite, Transaction};

use crate::{Error, Result, schema};

/// Runs the same body on the connection of whichever back-end a transaction is on.
macro_rules! on {
    ($tx:expr, $connection:ident => $body:expr) => {
        match &mut $tx.0 {
            crate::backend::Inner::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            crate::backend::Inner::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}

/// A struct read from a row by column name, on both back-ends.
macro_rules! row {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        struct $name { $($field: $type),* }
        row!(@from sqlx::sqlite::SqliteRow, $name { $($field: $type),* });
        row!(@from sqlx::postgres::PgRow, $name { $($field: $type),* });
    };
    (@from $row:ty, $name:ident { $($field:ident: $type:ty),* }) => {
        impl<'r> sqlx::FromRow<'r, $row> for $name {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?),* })
            }
        }
    };
}

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Which database a store is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded store.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// A database with the current schema.
#[derive(Clone, Debug)]
pub struct Store(Pools);

#[derive(Clone, Debug)]
enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// A transaction. Dropping it without [`Tx::commit`] undoes it.
#[derive(Debug)]
pub struct Tx(pub(crate) Inner);

#[derive(Debug)]
pub(crate) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Opens the embedded store, making the file and the schema where they are missing.
    ///
    /// Every commit is on disk before it returns (WAL with `synchronous=full`), and deleted content is overwritten.
    pub async fn open_sqlite(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .foreign_keys(true)
            .pragma("secure_delete", "on")
            .pragma("cache_size", "-2000")
            .pragma("journal_size_limit", "67108864");
        // One writer: SQLite has one write lock, and waiting for it in a pool is fair while waiting in SQLite is not.
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        schema::migrate_sqlite(&write).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(0)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self(Pools::Sqlite { read, write }))
    }

    /// Opens a PostgreSQL database, making the schema where it is missing.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url).map_err(|error| Error::Unavailable(error.to_string()))?;
        // A pool says only that it timed out; one connection of its own says why there is none.
        let first = tokio::time::timeout(PATIENCE, options.connect()).await;
        let first = first.map_err(|_| Error::Unavailable("the database does not answer".to_owned()))?;
        first.map_err(|error| Error::Unavailable(error.to_string()))?.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        schema::migrate_postgres(&pool).await?;
        Ok(Self(Pools::Postgres(pool)))
    }

    /// Which database this is.
    pub const fn backend(&self) -> Backend {
        match self.0 {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres(_) => Backend::Postgres,
        }
    }

    /// Begins a transaction that only reads: one moment's view of everything.
    pub async fn read(&self) -> Result<Tx> {
        Ok(Tx(match &self.0 {
            Pools::Sqlite { read, .. } => Inner::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => {
                Inner::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?)
            }
        }))
    }

    /// Begins a transaction that writes. On SQLite it holds the write lock from here on.
    pub async fn write(&self) -> Result<Tx> {
        Ok(Tx(match &self.0 {
            Pools::Sqlite { write, .. } => Inner::Sqlite(write.begin_with("begin immediate").await?),
            Pools::Postgres(pool) => Inner::Postgres(pool.begin().await?),
        }))
    }

    /// Closes all connections; what is running finishes first.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes the changes permanent. When this returns, they are on disk.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Inner::Sqlite(transaction) => transaction.commit().await?,
            Inner::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    /// The database that the transaction is on.
    pub(crate) const fn backend(&self) -> Backend {
        match self.0 {
            Inner::Sqlite(_) => Backend::Sqlite,
            Inner::Postgres(_) => Backend::Postgres,
        }
    }

    /// The text for this back-end, for the few statements that cannot be one text.
    pub(crate) const fn dialect(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.0 {
            Inner::Sqlite(_) => sqlite,
            Inner::Postgres(_) => postgres,
        }
    }
}
