//! Migrations: numbered pairs, one file for each back-end. Each runs in a transaction that also records its number.

use sqlx::{PgPool, SqlitePool};

use crate::{Error, Result};

/// The newest schema version that this program knows.
pub const SCHEMA_VERSION: u32 = 4;

struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
}

/// A pair of files of one name.
macro_rules! migration {
    ($name:literal) => {
        Migration {
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

const MIGRATIONS: [Migration; SCHEMA_VERSION as usize] = [
    migration!("0001_foundation"),
    migration!("0002_call_log_detail"),
    migration!("0003_connector_versions"),
    migration!("0004_grants"),
];

const TABLE: &str = "create table if not exists schema_version (version bigint primary key not null)";
const CURRENT: &str = "select coalesce(max(version), 0) from schema_version";
const RECORD: &str = "insert into schema_version (version) values ($1)";

/// Takes the write lock first, so that two starts cannot migrate at once.
pub(crate) async fn migrate_sqlite(pool: &SqlitePool) -> Result<()> {
    let mut tx = pool.begin_with("begin immediate").await?;
    sqlx::query(TABLE).execute(&mut *tx).await?;
    let current: i64 = sqlx::query_scalar(CURRENT).fetch_one(&mut *tx).await?;
    for (version, migration) in missing(current)? {
        sqlx::raw_sql(migration.sqlite).execute(&mut *tx).await?;
        sqlx::query(RECORD).bind(version).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Locks the version table, so that two nodes cannot migrate at once.
pub(crate) async fn migrate_postgres(pool: &PgPool) -> Result<()> {
    // Two nodes that create the table at the same moment: one of them is told that it exists.
    if let Err(error) = sqlx::query(TABLE).execute(pool).await {
        create_again(pool, error).await?;
    }
    let mut tx = pool.begin().await?;
    sqlx::query("lock table schema_version in access exclusive mode").execute(&mut *tx).await?;
    let current: i64 = sqlx::query_scalar(CURRENT).fetch_one(&mut *tx).await?;
    for (version, migration) in missing(current)? {
        sqlx::raw_sql(migration.postgres).execute(&mut *tx).await?;
        sqlx::query(RECORD).bind(version).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

/// `create table if not exists` can lose a race in PostgreSQL; the second try then sees the table.
async fn create_again(pool: &PgPool, error: sqlx::Error) -> Result<()> {
    match sqlx::query(TABLE).execute(pool).await {
        Ok(_) => Ok(()),
        Err(_) => Err(error.into()),
    }
}

fn missing(current: i64) -> Result<impl Iterator<Item = (i64, &'static Migration)>> {
    if current > i64::from(SCHEMA_VERSION) {
        return Err(Error::NewerSchema { found: current, known: i64::from(SCHEMA_VERSION) });
    }
    Ok((1..).zip(&MIGRATIONS).filter(move |(version, _)| *version > current))
}
