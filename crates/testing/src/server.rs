//! A whole server in this process.

use std::sync::Arc;
use std::thread;

use keyway_app::App;
use keyway_config::Settings;
use keyway_model::{Clock, Entropy, SystemClock};
use keyway_server::Running;
use tempfile::TempDir;

use crate::{Client, Database};

/// Which database a server is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// The embedded store.
    Sqlite,
    /// A fresh database in the PostgreSQL server of the test command.
    Postgres,
}

/// A server of one's own. It stops, and its data goes, with this value.
#[derive(Debug)]
pub struct TestServer {
    running: Option<Running>,
    folder: TempDir,
    database: Option<Database>,
    user_secret: String,
    organization_secret: String,
}

impl TestServer {
    /// Starts a server on the embedded store that may call loopback addresses.
    pub fn start() -> Self {
        Self::with(Store::Sqlite, |_| {})
    }

    /// Starts a server on a store, with settings changed.
    pub fn with(store: Store, change: impl FnOnce(&mut Settings)) -> Self {
        Self::with_clock(store, Arc::new(SystemClock), change)
    }

    /// Starts a server whose clock is handed in.
    pub fn with_clock(store: Store, clock: Arc<dyn Clock>, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let database = (store == Store::Postgres).then(Database::create);
        let overrides = vec![
            ("listen", "127.0.0.1:0".to_owned()),
            ("data", folder.path().display().to_string()),
            ("database_url", database.as_ref().map(Database::url).unwrap_or_default()),
            ("egress_allow", "127.0.0.0/8,::1/128".to_owned()),
            ("workers", "1".to_owned()),
            // This program is no server that could be started as a worker.
            ("scripts_in_process", "true".to_owned()),
            ("shutdown_grace", "2".to_owned()),
        ];
        let mut settings = keyway_config::load(None, &overrides).expect("the settings of tests are right");
        change(&mut settings);
        let mut server =
            Self { running: None, folder, database, user_secret: String::new(), organization_secret: String::new() };
        server.launch(settings, clock);
        server
    }

    fn launch(&mut self, settings: Settings, clock: Arc<dyn Clock>) {
        // Servers make runtimes of their own, which must not happen inside the runtime of a test.
        let started = thread::spawn(move || {
            let running = keyway_server::start(settings, clock, Entropy::system()).expect("the server starts");
            let app = running.app.clone();
            let secrets = running.app.control.block_on(async move {
                keyway_app::sign_in::operator_secrets(&app).await.expect("a first start makes secrets")
            });
            (running, secrets)
        });
        let (running, secrets) = started.join().expect("the server starts");
        self.user_secret.clone_from(secrets.user.expose());
        self.organization_secret.clone_from(secrets.organization.expose());
        self.running = Some(running);
    }

    /// Stops the server and starts it again on the same store.
    pub fn restart(&mut self) {
        let settings = self.app().settings.clone();
        let clock = Arc::clone(&self.app().clock);
        self.stop();
        self.launch(settings, clock);
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            thread::spawn(move || running.stop()).join().expect("the server stops");
        }
    }

    /// The application, to look behind the API.
    pub fn app(&self) -> &App {
        &self.running.as_ref().expect("the server runs").app
    }

    /// `http://127.0.0.1:port`
    pub fn url(&self) -> String {
        format!("http://{}", self.running.as_ref().expect("the server runs").address)
    }

    /// The port that the server listens on.
    pub fn port(&self) -> u16 {
        self.running.as_ref().expect("the server runs").address.port()
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The database, when the server is on PostgreSQL.
    pub fn database_url(&self) -> Option<String> {
        self.database.as_ref().map(Database::url)
    }

    /// The first administrator's user secret.
    pub fn user_secret(&self) -> &str {
        &self.user_secret
    }

    /// The first organization's secret.
    pub fn organization_secret(&self) -> &str {
        &self.organization_secret
    }

    /// A client that shows nothing.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url(), None)
    }

    /// A client with both secrets of the first administrator.
    pub fn admin(&self) -> Client {
        let value = format!("User {}, Organization {}", self.user_secret, self.organization_secret);
        Client::new(&self.url(), Some(value))
    }

    /// A client with the secrets of another user of the same organization.
    pub fn user(&self, user_secret: &str) -> Client {
        Client::new(&self.url(), Some(format!("User {user_secret}, Organization {}", self.organization_secret)))
    }

    /// A client with an instance token only.
    pub fn element(&self, token: &str) -> Client {
        Client::new(&self.url(), Some(format!("Element {token}")))
    }

    /// A client with an instance token beside both secrets.
    pub fn admin_with_element(&self, token: &str) -> Client {
        let value = format!("User {}, Organization {}, Element {token}", self.user_secret, self.organization_secret);
        Client::new(&self.url(), Some(value))
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs the same test body on both stores.
pub async fn on_both_stores(body: impl AsyncFn(TestServer)) {
    for store in [Store::Sqlite, Store::Postgres] {
        body(TestServer::with(store, |_| {})).await;
    }
}
