//! Node-RED: a login that gives tokens which end without a way to refresh them.

use std::process::Command;

use tempfile::TempDir;

use super::script;
use crate::{Counterpart, counterparts, free_port};

/// A Node-RED with a login.
///
/// `POST /auth/token` takes `client_id=node-red-admin`, `grant_type=password`, `scope=*`, `username` and `password` as a
/// form and answers with `access_token`, which may hold `+`, `/` and `=`, and `expires_in`; a wrong password is a 403.
/// `GET /flows` wants the token; without it, or after its end, the answer is 401 with the text `Unauthorized`.
#[derive(Debug)]
pub struct NodeRed {
    server: Counterpart,
    _folder: TempDir,
}

impl NodeRed {
    /// The only user.
    pub const USER: &str = "admin";
    /// The user's password.
    pub const PASSWORD: &str = "pass: word";

    /// Starts a Node-RED whose tokens live so many seconds.
    pub fn start(session_seconds: u32) -> Self {
        let (port, folder) = (free_port(), TempDir::new().expect("a temporary folder"));
        let node = counterparts().join("node");
        let mut command = Command::new(node.join("node_modules/.bin/node-red"));
        command.arg("--settings").arg(script("node-red.cjs")).arg("--userDir").arg(folder.path());
        command.args(["--port", &port.to_string()]);
        command.args(["-D", &format!("adminAuth.sessionExpiryTime={session_seconds}")]).current_dir(node);
        Self { server: Counterpart::run(command, port), _folder: folder }
    }

    /// The root of all addresses.
    pub fn url(&self) -> String {
        self.server.url()
    }
}
