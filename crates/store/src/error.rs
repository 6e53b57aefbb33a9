//! What can go wrong in the store, small enough to match.

use thiserror::Error;

/// The result of a store method.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a statement or a connection failed.
#[derive(Debug, Error)]
pub enum Error {
    /// A uniqueness rule of the schema was broken.
    #[error("such a row exists already")]
    Conflict,
    /// The store cannot be reached now; trying again may help.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// The schema was made by a newer version of this program.
    #[error("the store has schema version {found}, newer than this program's version {known}; use the newer program")]
    NewerSchema {
        /// Version in the store.
        found: i64,
        /// Newest version that this program knows.
        known: i64,
    },
    /// A row holds what this program cannot read.
    #[error("table {table}, row {row}: column {column} cannot be read")]
    Inconsistent {
        /// Table of the row.
        table: &'static str,
        /// Column that cannot be read.
        column: &'static str,
        /// Id of the row.
        row: i64,
    },
    /// Everything else the database says.
    #[error("the store failed: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Conflict,
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Database(error),
        }
    }
}
