//! A way to the databases past the program: to look into them and to spoil them. The statements are in `sql/`.

use std::path::Path;
use std::process::Command;

pub(crate) const ALTER_DATA_KEY: &str = include_str!("sql/alter_data_key.sql");
pub(crate) const ALTER_ORGANIZATION: &str = include_str!("sql/alter_organization.sql");
pub(crate) const ALTER_TOKEN: &str = include_str!("sql/alter_token.sql");
pub(crate) const ALTER_USER: &str = include_str!("sql/alter_user.sql");
pub(crate) const ALTER_VALUE: &str = include_str!("sql/alter_value.sql");
pub(crate) const CALLS: &str = include_str!("sql/calls.sql");
pub(crate) const MOVE_VALUE: &str = include_str!("sql/move_value.sql");
pub(crate) const NEWER_SCHEMA: &str = include_str!("sql/newer_schema.sql");
pub(crate) const SEALED: &str = include_str!("sql/sealed.sql");
/// Moves everything from the log beside the file into the file. For the embedded store only.
pub(crate) const CHECKPOINT: &str = "pragma wal_checkpoint(truncate)";

/// Runs a statement with the functions of PostgreSQL that the statements use.
const SQLITE: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=15, isolation_level=None)
database.create_function('get_byte', 2, lambda data, at: data[at])
database.create_function('set_byte', 3, lambda data, at, byte: data[:at] + bytes([byte]) + data[at + 1:])
database.create_function('encode', 2, lambda data, form: data.hex())
for row in database.execute(sys.argv[2]):
    print(row[0])
";

/// The first column of a statement's rows, on the embedded store.
pub(crate) fn sqlite(file: &Path, statement: &str) -> Vec<String> {
    lines(Command::new("python3").args(["-c", SQLITE]).arg(file).arg(statement))
}

/// The first column of a statement's rows, on PostgreSQL.
pub(crate) fn postgres(url: &str, statement: &str) -> Vec<String> {
    lines(Command::new("psql").args([url, "-qAtc", statement]))
}

/// Everything that a PostgreSQL database holds, as text.
pub(crate) fn dump(url: &str) -> Vec<u8> {
    output(Command::new("pg_dump").arg(url))
}

fn lines(command: &mut Command) -> Vec<String> {
    String::from_utf8_lossy(&output(command)).lines().map(str::to_owned).collect()
}

fn output(command: &mut Command) -> Vec<u8> {
    let done = command.output().expect("the tool is installed");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}
