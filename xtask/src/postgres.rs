//! A throw-away PostgreSQL on a free loopback port: fresh, fast and unsafe, gone when dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::account::Account;
use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::leash::Leash;
use crate::port;
use crate::temporary::TemporaryFolder;

/// Nothing here has to survive, so nothing waits for the disk.
const SETTINGS: [&str; 4] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"];

/// The line of `postmaster.pid` that says how far the start has come.
const STATUS_LINE: usize = 7;

#[derive(Debug)]
pub(crate) struct Postgres {
    port: u16,
    // Dropped in this order: the server stops before its folder goes.
    _server: Leash,
    _folder: TemporaryFolder,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let programs = programs()?;
        let account = Account::unprivileged()?;
        let folder = TemporaryFolder::new("postgres")?;
        folder.give_to(account.as_ref())?;
        let data = folder.path().join("data");
        init(&programs, &data, account.as_ref())?;

        let port = port::free()?;
        let log_path = folder.path().join("postgres.log");
        let log = fs::File::create(&log_path).context(|| format!("cannot write {}", log_path.display()))?;
        let mut command = Command::new(programs.join("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(folder.path()).current_dir(folder.path());
        command.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        // INT is the "fast" shutdown: it does not wait for clients to leave.
        let mut server = Leash::start(Account::apply(account.as_ref(), &mut command), "INT")?;
        server.wait_until(Duration::from_secs(30), || is_ready(&data)).context(|| {
            let log = fs::read_to_string(&log_path).unwrap_or_default();
            format!("postgres on port {port} ({})", log.lines().last().unwrap_or("no log"))
        })?;
        Ok(Self { port, _server: server, _folder: folder })
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

fn init(programs: &Path, data: &Path, account: Option<&Account>) -> Result<()> {
    let mut command = Command::new(programs.join("initdb"));
    command.arg("--pgdata").arg(data).current_dir("/");
    command.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
    command.args(["--no-sync", "--no-instructions"]);
    exec::capture(Account::apply(account, &mut command)).map(drop)
}

/// The server itself keeps this file and writes `ready` into it.
fn is_ready(data: &Path) -> bool {
    let status = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    status.lines().nth(STATUS_LINE).is_some_and(|line| line.trim() == "ready")
}

/// Whether a PostgreSQL server is installed at all.
pub(crate) fn is_installed() -> bool {
    programs().is_ok()
}

/// The folder that holds `initdb` and `postgres`: Debian keeps them out of `PATH`, one folder per version.
fn programs() -> Result<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort_by_key(|folder| version(folder));
    folders.reverse();
    let on_path = exec::find_program("initdb").and_then(|path| path.canonicalize().ok());
    folders.extend(on_path.and_then(|path| path.parent().map(Path::to_owned)));
    let complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    folders.into_iter().find(complete).ok_or_else(|| Failure::new("PostgreSQL is not installed (no initdb found)"))
}

fn version(programs: &Path) -> u32 {
    let folder = programs.parent().and_then(Path::file_name);
    folder.and_then(|name| name.to_str()).and_then(|name| name.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Postgres, is_installed};
    use crate::port;

    #[test]
    fn it_starts_answers_and_is_gone_when_dropped() {
        if !is_installed() {
            return;
        }
        let postgres = Postgres::start().expect("it starts");
        let port = postgres.port;
        assert_eq!(postgres.url(), format!("postgres://postgres@127.0.0.1:{port}/postgres"));
        assert!(port::is_open(port));
        drop(postgres);
        assert!(!port::is_open(port));
    }
}
