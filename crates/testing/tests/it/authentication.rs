//! Every method of authentication as a definition writes it, from `POST /instances` to what the provider received, and
//! proof that no secret of it stays behind where it does not belong.

mod exchanges;
mod issuers;
mod keys;
mod logins;
mod made_here;
mod packings;
mod peers_in_detail;
mod persons;
mod quirks;
mod signatures;
mod standard_grants;
mod traces;

use std::fs;
use std::sync::Arc;

use keyway_model::{Clock, FixedClock, SystemClock};
use keyway_testing::{Answer, Seen, Store, TestServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::setup::{Instance, ask_for_instance};

/// The beginning of the definitions of these tests.
const HEAD: &str = "key: example\nname: Example\nhub: general\n";

/// A server that knows one connector, `example`, and a clock that begins at the true time and is moved by hand.
struct Stage {
    server: TestServer,
    clock: FixedClock,
    _connectors: TempDir,
}

impl Stage {
    /// With what follows the head of a definition.
    fn of(rest: &str) -> Self {
        let clock = FixedClock::at(SystemClock.now());
        Self::with_clock(rest, clock.clone(), Arc::new(clock))
    }

    /// The same on the machine's clock, for providers that compare the time.
    fn on_true_time(rest: &str) -> Self {
        Self::with_clock(rest, FixedClock::default(), Arc::new(SystemClock))
    }

    fn with_clock(rest: &str, clock: FixedClock, handed_in: Arc<dyn Clock>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let own = folder.path().join("example");
        fs::create_dir(&own).expect("a folder of its own");
        fs::write(own.join("connector.yaml"), format!("{HEAD}{rest}")).expect("a definition");
        let server = TestServer::with_clock(Store::Sqlite, handed_in, |settings| {
            settings.connectors = vec![folder.path().to_owned()];
        });
        Self { server, clock, _connectors: folder }
    }

    /// Asks for an instance; the answer may be a refusal.
    async fn ask(&self, configuration: &Value) -> Answer {
        ask_for_instance(&self.server, "example", configuration).await
    }

    /// Asks for an instance with what was brought from the provider.
    async fn ask_with(&self, configuration: &Value, brought: &Value) -> Answer {
        let body = json!({
            "name": "example", "element": { "key": "example" }, "configuration": configuration, "providerData": brought,
        });
        self.server.admin().post("/instances", body).await
    }

    /// Makes an instance of one method.
    async fn instance(&self, method: &str, configuration: &Value) -> Instance {
        let mut configuration = configuration.clone();
        configuration["authentication.type"] = json!(method);
        made(&self.ask(&configuration).await)
    }

    /// Calls the provider through the raw call.
    async fn call(&self, instance: &Instance, path: &str) -> Answer {
        instance.caller(&self.server).call("GET", path).await
    }

    /// How the instance is shown.
    async fn shown(&self, instance: &Instance) -> Value {
        self.server.admin().get(&format!("/instances/{}", instance.id)).await.ok()
    }
}

/// The instance of an answer.
fn made(answer: &Answer) -> Instance {
    let body = answer.ok();
    Instance { id: body["id"].as_i64().expect("an id"), token: body["token"].as_str().expect("a token").to_owned() }
}

/// A header of a request.
fn header<'a>(seen: &'a Seen, name: &str) -> Option<&'a str> {
    seen.headers.get(name).map(|value| value.to_str().expect("text"))
}

/// A form that was posted.
fn form(seen: &Seen) -> Vec<(String, String)> {
    assert_eq!(header(seen, "content-type"), Some("application/x-www-form-urlencoded"), "{seen:?}");
    url::form_urlencoded::parse(&seen.body).into_owned().collect()
}

/// One field of a form.
fn field(seen: &Seen, name: &str) -> Option<String> {
    let mut found = form(seen).into_iter().filter(|(known, _)| known == name);
    let value = found.next().map(|(_, value)| value);
    assert!(found.next().is_none(), "{name} is there twice");
    value
}
