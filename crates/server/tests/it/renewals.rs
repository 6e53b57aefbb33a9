//! Renewals and exchanges by the real program: two processes on one database, and processes that die in the middle of one.

mod deaths;
mod exchanges;
mod kills;
mod storm;

use std::sync::Arc;
use std::time::Duration;

use keyway_testing::{Answer, Authority, Client, Store};
use serde_json::{Value, json};

use crate::home::Home;
use crate::served::Served;

/// How long tokens are good that are to end during a test.
const SHORT: i64 = 1;
const ENDED: Duration = Duration::from_millis(1_050);

const DEFINITION: &str = "
key: rotating
name: Rotating
hub: general
configuration:
  base.url: { required: true }
authentication:
  oauth2: { authorize: /authorize, token: /token }
";

/// A provider, and where servers keep what they know of it.
#[derive(Debug)]
struct Scene {
    home: Home,
    authority: Authority,
}

/// An instance.
#[derive(Clone, Debug)]
struct Instance {
    id: i64,
    token: String,
}

impl Scene {
    async fn new(store: Store) -> Arc<Self> {
        let (home, authority) = (Home::on(store), Authority::start().await);
        home.write("connectors/rotating/connector.yaml", DEFINITION);
        authority.change(|rules| rules.lifetime = SHORT);
        Arc::new(Self { home, authority })
    }

    /// Starts a server, which dies at a step of a renewal if one is named.
    fn serve(&self, fail_at: &str) -> Served {
        let mut command = self.home.serving(&["--connectors", &self.home.text("connectors")]);
        Served::start(command.env("KEYWAY_FAIL_AT", fail_at))
    }

    /// Connects an instance with a token that ends soon.
    async fn connect(&self, admin: &Client, name: &str) -> Instance {
        Instance::of(&admin.post("/instances", self.body(name)).await.ok())
    }

    /// What makes an instance of the code `name`.
    fn body(&self, name: &str) -> Value {
        let configuration = json!({
            "base.url": self.authority.url(),
            "oauth.api.key": Authority::CLIENT,
            "oauth.api.secret": Authority::SECRET,
        });
        json!({ "name": name, "element": { "key": "rotating" }, "configuration": configuration,
            "providerData": { "code": name } })
    }

    /// Tokens are good for an hour from now on.
    fn relax(&self, grace: Duration) {
        self.authority.change(|rules| (rules.lifetime, rules.grace) = (3600, grace));
    }
}

impl Instance {
    fn of(made: &Value) -> Self {
        let id = made["id"].as_i64().expect("an id");
        Self { id, token: made["token"].as_str().expect("a token").to_owned() }
    }
}

/// Calls the provider through an instance.
async fn call(served: &Served, instance: &Instance) -> Answer {
    served.element(&instance.token).get("/proxy/things").await
}

/// The instance as the API shows it.
async fn shown(admin: &Client, instance: &Instance) -> Value {
    admin.get(&format!("/instances/{}", instance.id)).await.ok()
}

/// Whether the tests run with full counts.
fn is_soak() -> bool {
    std::env::vars().any(|(name, value)| name == "KEYWAY_SOAK" && value == "1")
}
