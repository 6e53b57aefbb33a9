//! The counterparts, instances, keys and scripts that these tests are made of.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use keyway_testing::{Answer, Client, Counterpart, TestServer, counterparts, free_port};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

/// How long a program of somebody else may run.
const PATIENCE: Duration = Duration::from_mins(2);

/// A secret key that `localstripe` takes.
pub(crate) const STRIPE_KEY: &str = "sk_test_of_the_account";

/// An instance of a server.
pub(crate) struct Instance {
    pub(crate) id: i64,
    pub(crate) token: String,
}

/// An instance key.
pub(crate) struct Key {
    pub(crate) id: i64,
    pub(crate) text: String,
}

/// Stripe's API.
pub(crate) fn localstripe() -> Counterpart {
    let port = free_port();
    let program = counterparts().join("venv/bin/localstripe");
    Counterpart::start(&program, &["--port", &port.to_string(), "--from-scratch"], &counterparts(), port)
}

/// Kinto's API, below `/v1`.
pub(crate) fn kinto() -> Counterpart {
    let port = free_port();
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../counterparts/kinto.ini");
    let settings = settings.to_str().expect("a path in UTF-8");
    let program = counterparts().join("venv/bin/kinto");
    Counterpart::start(&program, &["start", "--ini", settings, "--port", &port.to_string()], &counterparts(), port)
}

/// GitHub's API as recorded.
pub(crate) fn fixtures_server() -> Counterpart {
    fixtures_server_with(&[])
}

/// GitHub's API as recorded, started with more options.
pub(crate) fn fixtures_server_with(options: &[&str]) -> Counterpart {
    let port = free_port();
    let folder = counterparts().join("node");
    let program = folder.join("node_modules/.bin/octokit-fixtures-server");
    let port_option = port.to_string();
    let arguments = [&["--port", &port_option, "--log-level", "silent"], options].concat();
    Counterpart::start(&program, &arguments, &folder, port)
}

/// A mock of the OpenAPI document of an installed package: a request that the document does not describe is refused.
pub(crate) fn prism(document: &str) -> Counterpart {
    let (port, folder) = (free_port(), counterparts().join("node"));
    let document = folder.join("node_modules").join(document);
    let document = document.to_str().expect("a path in UTF-8");
    let program = folder.join("node_modules/.bin/prism");
    let port_text = port.to_string();
    let arguments = ["mock", "--host", "127.0.0.1", "--port", &port_text, document];
    Counterpart::start(&program, &arguments, &folder, port)
}

/// Asks for an instance; the answer may be a refusal.
pub(crate) async fn ask_for_instance(server: &TestServer, connector: &str, configuration: &Value) -> Answer {
    let body = json!({ "name": connector, "element": { "key": connector }, "configuration": configuration });
    server.admin().post("/instances", body).await
}

/// Makes an instance.
pub(crate) async fn provision(server: &TestServer, connector: &str, configuration: &Value) -> Instance {
    let made = ask_for_instance(server, connector, configuration).await.ok();
    let token = made["token"].as_str().expect("a token").to_owned();
    Instance { id: made["id"].as_i64().expect("an id"), token }
}

/// How many instances there are, by list and by count.
pub(crate) async fn instances_kept(server: &TestServer) -> (usize, i64) {
    let list = server.admin().get("/instances").await.ok();
    let count = server.admin().get("/instances/count").await.ok();
    (list.as_array().expect("a list").len(), count["totalInstances"].as_i64().expect("a number"))
}

impl Instance {
    /// An instance of `localstripe`.
    pub(crate) async fn of_stripe(server: &TestServer, stripe: &Counterpart) -> Self {
        provision(server, "stripe", &json!({ "username": STRIPE_KEY, "base.url": stripe.url() })).await
    }

    /// Makes a key without limits.
    pub(crate) async fn key(&self, server: &TestServer) -> Key {
        self.limited_key(server, &json!({ "name": "for an SDK" })).await
    }

    /// Makes a key with what a request body says.
    pub(crate) async fn limited_key(&self, server: &TestServer, body: &Value) -> Key {
        let made = server.admin().post(&format!("/instances/{}/keys", self.id), body.clone()).await.ok();
        Key { id: made["id"].as_i64().expect("an id"), text: made["key"].as_str().expect("a key").to_owned() }
    }

    /// A caller with the instance's token.
    pub(crate) fn caller(&self, server: &TestServer) -> Caller {
        Caller { client: server.element(&self.token), root: proxy(server) }
    }
}

/// Somebody who calls the provider through the raw call.
pub(crate) struct Caller {
    pub(crate) client: Client,
    root: String,
}

impl Caller {
    /// A request to a path of the provider.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.raw(method, &format!("{}{path}", self.root))
    }

    /// A request without a body, and its answer.
    pub(crate) async fn call(&self, method: &str, path: &str) -> Answer {
        self.client.send(self.request(method, path)).await
    }

    /// A request with a JSON body, and its answer.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.client.send(self.request(method, path).json(body)).await
    }
}

/// The base URL that an SDK is given.
pub(crate) fn proxy(server: &TestServer) -> String {
    format!("{}/proxy", server.url())
}

/// Runs a Python script of `tests/sdk`; its output is JSON.
pub(crate) async fn python(script: &str, base_url: &str, key: &str) -> Value {
    let mut command = Command::new(counterparts().join("venv/bin/python"));
    command.arg(sdk(script)).args([base_url, key]);
    report(&finish(command).await)
}

/// Runs a Node module of `tests/sdk` as if it stood beside the installed packages; its output is JSON.
pub(crate) async fn node(script: &str, arguments: &[&str]) -> Value {
    let module = std::fs::File::open(sdk(script)).expect("a script");
    let mut command = Command::new("node");
    command.args(["--input-type=module", "-"]).args(arguments);
    command.current_dir(counterparts().join("node")).stdin(Stdio::from(module));
    report(&finish(command).await)
}

/// Runs curl; what it wrote, and its exit code.
pub(crate) async fn curl(arguments: &[&str]) -> (String, i32) {
    let mut command = Command::new("curl");
    command.args(["--silent", "--max-time", "60"]).args(arguments).stdin(Stdio::null());
    let output = finish(command).await;
    (String::from_utf8(output.stdout).expect("text"), output.status.code().expect("an exit code"))
}

/// Runs openssl in a folder.
pub(crate) async fn openssl<I: IntoIterator<Item: AsRef<OsStr>>>(folder: &Path, arguments: I) {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    let output = finish(command).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn sdk(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk").join(script)
}

/// Runs a program of somebody else to its end.
pub(crate) async fn finish(mut command: Command) -> Output {
    // The counterparts are on loopback, whatever proxy this machine uses.
    command.env("NO_PROXY", "*").env("no_proxy", "*").kill_on_drop(true);
    timeout(PATIENCE, command.output()).await.expect("it ends in time").expect("it can be started")
}

fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a script that prints JSON")
}
