//! Methods of authentication, each through the whole server against a program that knows nothing of Keyway.

mod machines;
mod people;
mod plain;

use std::fs;
use std::sync::Arc;

use keyway_model::{Clock, FixedClock, SystemClock};
use keyway_testing::peers::Registered;
use keyway_testing::{Answer, Browser, Page, Store, TestServer};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::setup::Instance;

/// A connector of authorization servers that describe themselves.
const DISCOVERED: &str = "
key: discovered
name: Discovered
hub: general
description: For tests.
configuration:
  base.url: { label: Base URL, required: true }
  token.url: { label: Token URL, for: [certified] }
  tls.authorities: { label: Authorities, multiline: true, for: [certified] }
  tls.certificate: { label: Certificate, multiline: true, for: [certified] }
  tls.key: { label: Key, secret: true, for: [certified] }
authentication:
  person:
    issuer: '${config.base.url}'
    authorize: { query: { prompt: consent } }
    scope: openid offline_access
  pushed:
    issuer: '${config.base.url}'
    authorize: { query: { prompt: consent }, pushed: { POST: /request } }
    scope: openid offline_access
  machine: { grant: client_credentials, issuer: '${config.base.url}' }
  signed: { grant: client_credentials, issuer: '${config.base.url}', token: { POST: /token, client_auth: private_key_jwt } }
  certified:
    grant: client_credentials
    token:
      POST: '${config.token.url}'
      client_auth: certificate
      certificate: { authorities: '${config.tls.authorities}', certificate: '${config.tls.certificate}', key: '${config.tls.key}' }
  device: { grant: device, issuer: '${config.base.url}', scope: openid }
";

/// A connector of servers with the addresses of django-oauth-toolkit.
const DJANGO: &str = "
key: django
name: Django
hub: general
description: For tests.
configuration: { base.url: { label: Base URL, required: true } }
authentication:
  person:
    authorize: /o/authorize/
    token: { POST: /o/token/, client_auth: basic }
    revoke: { POST: /o/revoke_token/, client_auth: basic }
    identity: { GET: /api/me/, subject: body.user }
    scope: read write
  machine: { grant: client_credentials, token: { POST: /o/token/, client_auth: basic }, scope: read }
";

/// A connector of OAuth 1.0a in three steps.
const HANDSHAKE: &str = "
key: handshake
name: Handshake
hub: general
description: For tests.
configuration:
  base.url: { label: Base URL, required: true }
  signature: { label: Signature, options: [HMAC-SHA1, HMAC-SHA256, PLAINTEXT], default: HMAC-SHA1 }
authentication:
  person:
    sign: { oauth1: { method: '${config.signature}' } }
    request_token: /oauth/request-token
    authorize: /oauth/authorize
    token: /oauth/access-token
";

/// A server that knows these connectors, and a clock that begins at the true time and is moved by hand.
struct Lab {
    server: TestServer,
    clock: FixedClock,
    _connectors: TempDir,
}

impl Lab {
    fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        for (key, text) in [("discovered", DISCOVERED), ("django", DJANGO), ("handshake", HANDSHAKE)] {
            let own = folder.path().join(key);
            fs::create_dir(&own).expect("a folder of its own");
            fs::write(own.join("connector.yaml"), text).expect("a definition");
        }
        let clock = FixedClock::at(SystemClock.now());
        let server = TestServer::with_clock(Store::Sqlite, Arc::new(clock.clone()), |settings| {
            settings.connectors = vec![folder.path().to_owned()];
            settings.shared_callback = true;
        });
        Self { server, clock, _connectors: folder }
    }

    /// Where browsers come back to.
    fn callback(&self) -> String {
        format!("{}/oauth/callback", self.server.url())
    }

    /// Calls the provider.
    async fn call(&self, instance: &Instance, path: &str) -> Answer {
        instance.caller(&self.server).call("GET", path).await
    }

    /// How the instance is shown.
    async fn shown(&self, instance: &Instance) -> Value {
        self.server.admin().get(&format!("/instances/{}", instance.id)).await.ok()
    }

    /// Registers a client for everybody of the organization.
    async fn register(&self, connector: &str, client: Registered, provider: &str) {
        let body = json!({
            "connector": connector, "clientId": client.id, "secret": client.secret,
            "configuration": { "base.url": provider },
        });
        self.server.admin().post("/registrations", body).await.ok();
    }

    /// Begins an attempt; what finishes it, and the page where a person begins.
    async fn begin(&self, connector: &str, more: &[(&str, &str)]) -> (String, String) {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(more).finish();
        let begun = self.server.admin().get(&format!("/elements/{connector}/oauth/url/default?{query}")).await.ok();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (text(&begun["configuration"]["secret"]), text(&begun["oauthUrl"]))
    }

    /// What the browser has brought back to the server's own page.
    async fn code(&self, page: &Page) -> String {
        page.wait_for_url(&self.callback()).await;
        page.wait_for("#code").await;
        let html = page.html().await;
        let code = html.split_once("<code id=\"code\">").and_then(|(_, rest)| rest.split_once("</code>"));
        code.unwrap_or_else(|| panic!("no code: {html}")).0.to_owned()
    }

    /// Makes an instance of what an attempt has brought.
    async fn finish(&self, connector: &str, configuration: Value, secret: &str, code: &str) -> Instance {
        let body = json!({
            "name": connector, "element": { "key": connector }, "configuration": configuration,
            "providerData": { "secret": secret, "code": code },
        });
        let made = self.server.admin().post("/instances", body).await.ok();
        let token = made["token"].as_str().expect("a token").to_owned();
        Instance { id: made["id"].as_i64().expect("an id"), token }
    }
}

/// A configuration with a client of its own.
fn with_client(client: Registered, mut configuration: Value) -> Value {
    configuration["oauth.api.key"] = json!(client.id);
    configuration["oauth.api.secret"] = json!(client.secret);
    configuration
}

/// A browser and a page.
async fn browser() -> (Browser, Page) {
    let browser = Browser::start();
    let page = browser.page().await;
    (browser, page)
}

/// One parameter of a URL.
fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).expect("a URL");
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}
