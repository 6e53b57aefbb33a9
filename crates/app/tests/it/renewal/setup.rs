//! A server, a provider that rotates its tokens, and instances that a person has connected to it.

use std::sync::Arc;

use http::HeaderValue;
use keyway_model::{Clock, FixedClock, SystemClock, Timestamp};
use keyway_testing::{Answer, Authority, Client, Store, TestServer};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::support::Instance;

/// The method of the connector `rotating` where a test has no other.
pub(crate) const PERSON: &str = "
    authorize: /authorize
    token: /token
    revoke: /revoke
    identity: { GET: /me, subject: body.subject }
";

/// The same that asks only for a client.
pub(crate) const MACHINE: &str = "
    grant: client_credentials
    token: /token
";

/// The noon at which clocks of tests begin.
pub(crate) fn noon() -> Timestamp {
    Timestamp::parse("2030-01-01T12:00:00Z").expect("a time")
}

/// A server with a clock that is moved by hand, and a provider.
#[derive(Debug)]
pub(crate) struct Renewing {
    pub(crate) server: TestServer,
    pub(crate) authority: Authority,
    pub(crate) clock: FixedClock,
    folder: TempDir,
}

impl Renewing {
    /// With instances that a person connects.
    pub(crate) async fn new() -> Self {
        Self::with(PERSON).await
    }

    /// With a method of authentication of one's own.
    pub(crate) async fn with(method: &str) -> Self {
        Self::on(Store::Sqlite, method).await
    }

    /// On a store of one's own.
    pub(crate) async fn on(store: Store, method: &str) -> Self {
        let clock = FixedClock::at(noon());
        let (folder, authority) = (folder(method), Authority::start().await);
        let server = TestServer::with_clock(store, Arc::new(clock.clone()), |settings| {
            settings.connectors = vec![folder.path().to_owned()];
            settings.first_byte_timeout = 2;
        });
        // What the provider says of the time would be years off the clock of the test.
        let on = Self { server, authority, clock, folder };
        on.tell_time(0);
        on
    }

    /// Starts a second server on the same database.
    pub(crate) fn beside(&self) -> TestServer {
        let database = self.server.database_url().expect("the first is on PostgreSQL");
        let master = self.server.folder().join("master.key");
        TestServer::with_clock(Store::Sqlite, Arc::new(self.clock.clone()), |settings| {
            settings.database_url = database;
            settings.master_key_file = master;
            settings.connectors = vec![self.folder.path().to_owned()];
        })
    }

    /// Lets the provider's clock be ahead of the server's by seconds.
    pub(crate) fn tell_time(&self, ahead: i64) {
        let now = self.clock.now().plus_seconds(ahead);
        let text = now.to_string();
        let (date, time) = text.trim_end_matches('Z').split_once('T').expect("a time");
        // The day of the week is nobody's concern.
        let day = date.rsplit('-').next().expect("a day");
        self.authority.change(|rules| rules.date = Some(format!("Tue, {day} Jan 2030 {time} GMT")));
    }

    /// Connects an instance with the code `name`.
    pub(crate) async fn connect(&self, name: &str) -> Instance {
        made(&self.post(name, json!({ "code": name })).await)
    }

    /// Makes an instance that needs no person.
    pub(crate) async fn machine(&self) -> Instance {
        let body = json!({ "name": "one", "element": { "key": "rotating" }, "configuration": self.configuration() });
        made(&self.server.admin().post("/instances", body).await)
    }

    /// Posts an instance with what a person brought.
    pub(crate) async fn post(&self, name: &str, data: Value) -> Answer {
        let element = json!({ "key": "rotating" });
        let body =
            json!({ "name": name, "element": element, "configuration": self.configuration(), "providerData": data });
        self.server.admin().post("/instances", body).await
    }

    /// The configuration of an instance.
    pub(crate) fn configuration(&self) -> Value {
        json!({
            "base.url": self.authority.url(),
            "oauth.api.key": Authority::CLIENT,
            "oauth.api.secret": Authority::SECRET,
            "oauth.callback.url": "https://app.example/callback",
        })
    }

    /// Calls the provider through an instance.
    pub(crate) async fn call(&self, instance: &Instance) -> Answer {
        self.client(instance).get("/proxy/things").await
    }

    /// A client with an instance's token.
    pub(crate) fn client(&self, instance: &Instance) -> Client {
        self.server.element(&instance.token)
    }

    /// The instance as the API shows it.
    pub(crate) async fn shown(&self, instance: &Instance) -> Value {
        self.server.admin().get(&format!("/instances/{}", instance.id)).await.ok()
    }

    /// Why an instance works badly.
    pub(crate) async fn trouble(&self, instance: &Instance) -> String {
        let shown = self.shown(instance).await;
        shown["trouble"]["reason"].as_str().unwrap_or_else(|| panic!("no trouble: {shown}")).to_owned()
    }

    /// Moves the clock beyond the end of a token of an hour.
    pub(crate) fn pass_an_hour(&self) {
        self.clock.advance(3601);
        self.tell_time(0);
    }
}

/// The instance that an answer made.
pub(crate) fn made(answer: &Answer) -> Instance {
    let made = answer.ok();
    let id = made["id"].as_i64().expect("an id");
    Instance { id, token: made["token"].as_str().expect("a token").to_owned() }
}

/// Members by which an answer differs.
pub(crate) fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        other => panic!("no object: {other}"),
    }
}

/// The folder of the connector `rotating`.
pub(crate) fn folder(method: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let connector = folder.path().join("rotating");
    std::fs::create_dir_all(&connector).expect("a folder");
    let definition = format!(
        "key: rotating\nname: Rotating\nhub: general\nconfiguration:\n  base.url: {{ required: true }}\n  \
         tenant: {{ kept: true }}\nauthentication:\n  oauth2:{method}resources:\n  /things: {{ vendor: /things, verbs: [read, create] }}\n"
    );
    std::fs::write(connector.join("connector.yaml"), definition).expect("a file");
    folder
}

/// The token that the provider saw last.
pub(crate) fn last_token(authority: &Authority) -> String {
    let seen = authority.calls().pop().expect("the provider was called");
    seen.headers.get("authorization").map(HeaderValue::to_str).expect("a header").expect("text").to_owned()
}

/// A clock that is not moved by hand.
pub(crate) fn true_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}
