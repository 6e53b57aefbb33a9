//! A PostgreSQL database of one's own, in the server that the test command starts.

use std::process::Command;

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct Database {
    admin: String,
    name: String,
}

impl Database {
    /// Makes a fresh database.
    ///
    /// # Panics
    /// When `KEYWAY_TEST_POSTGRES` is not set: tests of the store are never skipped.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test command hands the server's address over in the environment"
    )]
    pub fn create() -> Self {
        let admin =
            std::env::var("KEYWAY_TEST_POSTGRES").expect("KEYWAY_TEST_POSTGRES is not set: run cargo xtask test");
        let name = format!("keyway_{}", uuid::Uuid::from_u128(rand_u128()).simple());
        let database = Self { admin, name };
        database.psql(&format!("create database {}", database.name));
        database
    }

    /// The URL of the database.
    pub fn url(&self) -> String {
        let (server, _) = self.admin.rsplit_once('/').expect("the URL ends with a database");
        format!("{server}/{}", self.name)
    }

    /// Runs a statement on the server.
    fn psql(&self, statement: &str) {
        let done = Command::new("psql").args([&self.admin, "-qc", statement]).output().expect("psql is installed");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.psql(&format!("drop database if exists {} with (force)", self.name));
    }
}

fn rand_u128() -> u128 {
    let bytes: [u8; 16] = keyway_model::Entropy::system().bytes();
    u128::from_be_bytes(bytes)
}
