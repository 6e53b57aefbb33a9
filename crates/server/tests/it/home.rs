//! Where a server keeps its things, and the program run on it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use keyway_testing::{Client, Database, Store};
use serde_json::Value;
use tempfile::TempDir;

use crate::database;
use crate::served::Served;

/// The program under test, in an environment without settings.
pub(crate) fn keyway(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyway"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KEYWAY_")) {
        command.env_remove(name);
    }
    command.args(words).env_remove("RUST_BACKTRACE").stdin(Stdio::null());
    command
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().expect("the program starts"))
    }

    /// Runs a command that reads its standard input.
    pub(crate) fn fed(command: &mut Command, input: &str) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the program reads");
        Self::from(child.wait_with_output().expect("the program ends"))
    }

    /// What it printed, of a command that must succeed and have nothing to complain about.
    pub(crate) fn ok(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self.out
    }

    /// The one line that a refused command says, after its name.
    pub(crate) fn refusal(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{}", self.err);
        let line = self.err.strip_suffix('\n').expect("a whole line");
        assert!(!line.contains('\n'), "{line}");
        line.strip_prefix("keyway: ").unwrap_or_else(|| panic!("who says so: {line}")).to_owned()
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

/// A data folder, and a database when the store is on PostgreSQL. Gone with this value.
#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
    database: Option<Database>,
}

impl Home {
    /// Both kinds.
    pub(crate) fn both() -> [Self; 2] {
        [Self::on(Store::Sqlite), Self::on(Store::Postgres)]
    }

    /// A folder for the embedded store.
    pub(crate) fn new() -> Self {
        Self::on(Store::Sqlite)
    }

    /// A folder for a store.
    pub(crate) fn on(store: Store) -> Self {
        let database = (store == Store::Postgres).then(Database::create);
        Self { folder: TempDir::new().expect("a temporary folder"), database }
    }

    /// A file or folder beside the data folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same as text.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a file beside the data folder and tells where.
    pub(crate) fn write(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        self.text(name)
    }

    /// The data folder, which the first start makes.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The file of the master key.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.data().join("master.key")
    }

    /// Where an interrupted rotation leaves its key.
    pub(crate) fn next_key_file(&self) -> PathBuf {
        self.data().join("master.key.next")
    }

    /// The text of the master key.
    pub(crate) fn key(&self) -> String {
        read(&self.key_file())
    }

    /// The database, where there is one.
    pub(crate) fn database_url(&self) -> Option<String> {
        self.database.as_ref().map(Database::url)
    }

    /// The program on this store.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = keyway(words);
        command.arg("--data").arg(self.data());
        if let Some(url) = self.database_url() {
            command.args(["--database-url", &url]);
        }
        command
    }

    /// Runs the program on this store.
    pub(crate) fn run(&self, words: &[&str]) -> Done {
        Done::of(&mut self.command(words))
    }

    /// Runs a command that prints JSON.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.run(words).ok()).expect("JSON")
    }

    /// The command that serves on a free port and may call loopback addresses.
    pub(crate) fn serving(&self, words: &[&str]) -> Command {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(words).env("KEYWAY_EGRESS_ALLOW", "127.0.0.0/8").env("KEYWAY_WORKERS", "1");
        command
    }

    /// Starts a server.
    pub(crate) fn serve(&self, words: &[&str]) -> Served {
        Served::start(&mut self.serving(words))
    }

    /// Runs a server that must refuse to start.
    pub(crate) fn serve_refused(&self, words: &[&str]) -> String {
        Done::of(&mut self.serving(words)).refusal()
    }

    /// A client with both secrets of the first administrator.
    pub(crate) fn admin(&self, served: &Served) -> Client {
        let secrets = self.json(&["secrets", "--json"]);
        let secret = |name: &str| secrets[name].as_str().expect("a secret").to_owned();
        let value = format!("User {}, Organization {}", secret("userSecret"), secret("organizationSecret"));
        Client::new(&served.url, Some(value))
    }

    /// The first column of a statement's rows.
    pub(crate) fn sql(&self, statement: &str) -> Vec<String> {
        match self.database_url() {
            Some(url) => database::postgres(&url, statement),
            None => database::sqlite(&self.data().join("keyway.db"), statement),
        }
    }
}

/// The text of a file.
pub(crate) fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
