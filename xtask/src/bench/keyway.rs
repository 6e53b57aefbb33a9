//! The Keyway under measurement: its process, its secrets and the instance that calls go through.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::http::Connection;
use super::wrk::Target;
use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::leash::Leash;
use crate::port;

const API: &str = "/elements/api-v2";

#[derive(Debug)]
pub(super) struct Keyway {
    pub(super) port: u16,
    server: Leash,
}

impl Keyway {
    /// Starts the server on the data folder and waits until it is healthy. Its log goes into the folder.
    pub(super) fn start(binary: &Path, data: &Path) -> Result<Self> {
        Self::start_with(binary, data, &[])
    }

    /// The same with settings of one's own, by the names of the environment.
    pub(super) fn start_with(binary: &Path, data: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let port = port::free()?;
        let log_path = data.join("bench.log");
        let log = fs::File::create(&log_path).context(|| format!("cannot write {}", log_path.display()))?;
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).arg("--data").arg(data);
        command.args(["--egress-allow", "127.0.0.0/8"]).envs(settings.iter().copied());
        let output = log.try_clone().context(|| format!("cannot write {}", log_path.display()))?;
        command.stdin(Stdio::null()).stdout(output).stderr(log);
        let mut server = Leash::start(&mut command, "TERM")?;
        server.wait_until(Duration::from_mins(1), || is_healthy(port)).context(|| {
            let log = fs::read_to_string(&log_path).unwrap_or_default();
            format!("keyway serve ({})", log.lines().last().unwrap_or("no log"))
        })?;
        Ok(Self { port, server })
    }

    pub(super) fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// A path of the API, called with nothing but an instance's token.
    pub(super) fn api(&self, token: &str, path: &str) -> Target {
        let url = format!("http://127.0.0.1:{}{API}{path}", self.port);
        Target { url, header: Some(format!("Authorization: Element {token}")) }
    }

    /// A path of the instance's provider, called with nothing but its token.
    pub(super) fn call(&self, token: &str, path: &str) -> Target {
        let url = format!("http://127.0.0.1:{}{}", self.port, proxy_path(path));
        Target { url, header: Some(format!("Authorization: Element {token}")) }
    }
}

fn is_healthy(port: u16) -> bool {
    let answer = Connection::open(port).and_then(|mut connection| connection.get("/healthz", &[]));
    answer.is_ok_and(|answer| answer.status == 200)
}

pub(super) fn proxy_path(path: &str) -> String {
    format!("{API}/proxy{path}")
}

/// What the control API is called with: the local operator's secrets.
pub(super) fn authorization(binary: &Path, data: &Path) -> Result<String> {
    let text = exec::capture(Command::new(binary).arg("secrets").arg("--data").arg(data).arg("--json"))?;
    let secrets: Value = serde_json::from_str(&text).context(|| "cannot read `keyway secrets --json`".into())?;
    let secret = |name: &str| {
        let value = secrets[name].as_str();
        value.ok_or_else(|| Failure::new(format!("`keyway secrets --json` has no {name}")))
    };
    Ok(format!("User {}, Organization {}", secret("userSecret")?, secret("organizationSecret")?))
}

/// Creates an instance of the `http` connector with basic auth; returns its token.
pub(super) fn create_instance(
    connection: &mut Connection,
    authorization: &str,
    name: &str,
    base_url: &str,
) -> Result<String> {
    let configuration = json!({
        "base.url": base_url,
        "authentication.type": "basic",
        "username": "u",
        "password": "p",
    });
    create_instance_of(connection, authorization, ("http", name), &configuration)
}

/// Creates an instance of a connector, by key, under a name; returns its token.
pub(super) fn create_instance_of(
    connection: &mut Connection,
    authorization: &str,
    (connector, name): (&str, &str),
    configuration: &Value,
) -> Result<String> {
    let body = json!({ "name": name, "element": { "key": connector }, "configuration": configuration });
    post_instance(connection, authorization, &body)
}

/// Creates an instance of a whole request body; returns its token.
pub(super) fn post_instance(connection: &mut Connection, authorization: &str, body: &Value) -> Result<String> {
    let headers = [("Authorization", authorization)];
    let answer = connection.post(&format!("{API}/instances"), &headers, &body.to_string())?;
    let text = String::from_utf8_lossy(&answer.body);
    let instance: Value = serde_json::from_str(&text).unwrap_or_default();
    match (answer.status, instance["token"].as_str()) {
        (200, Some(token)) => Ok(token.to_owned()),
        (status, _) => Err(Failure::new(format!("an instance was not created: {status} {text}"))),
    }
}
