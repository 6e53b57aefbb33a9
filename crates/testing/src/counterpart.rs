//! Real third-party servers, started for a test on a free port.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The folder with the installed counterparts.
///
/// # Panics
/// When `KEYWAY_TEST_COUNTERPARTS` is not set: these tests are never skipped.
#[expect(clippy::disallowed_methods, reason = "the test command hands the folder over in the environment")]
pub fn counterparts() -> PathBuf {
    let folder = std::env::var("KEYWAY_TEST_COUNTERPARTS");
    folder.expect("KEYWAY_TEST_COUNTERPARTS is not set: run cargo xtask test").into()
}

/// A port that is free now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// A running server of somebody else. It is killed with this value.
#[derive(Debug)]
pub struct Counterpart {
    child: Child,
    /// The port that it listens on.
    pub port: u16,
}

impl Counterpart {
    /// Starts a program in a folder and waits until it takes connections on its port.
    ///
    /// # Panics
    /// When it ends, or does not listen within 60 seconds.
    pub fn start(program: &Path, arguments: &[&str], folder: &Path, port: u16) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        Self::run(command, port)
    }

    /// Runs a command that starts a program, and waits until it takes connections on its port.
    ///
    /// # Panics
    /// When it ends, or does not listen within 60 seconds.
    pub fn run(mut command: Command, port: u16) -> Self {
        let program = PathBuf::from(command.get_program());
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
        let mut counterpart = Self { child, port };
        let patience = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = counterpart.child.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "{} ended at once: {ended:?}", program.display());
            assert!(Instant::now() < patience, "{} does not listen on port {port}", program.display());
            std::thread::sleep(Duration::from_millis(50));
        }
        counterpart
    }

    /// `http://127.0.0.1:port`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Counterpart {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
