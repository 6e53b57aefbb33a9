//! A server with one connector of the test's own, a provider that is played, and an instance between them.

use keyway_testing::{Answer, Client, Seen, Store, TestServer, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Instance, instance_of};

/// The provider's token; long enough to be taken out of texts.
pub(crate) const TOKEN: &str = "tok-5f0a9c1e";
/// Another secret of the instance, which no request shows unless its definition says so.
pub(crate) const SECRET: &str = "sec-77aa31bd";

/// The beginning of the definitions of these tests.
pub(crate) const HEAD: &str = "\
key: example
name: Example
hub: crm
configuration:
  base.url: { required: true }
  token: { secret: true, required: true }
  secret: { secret: true, kept: true }
  team: { kept: true }
authentication: { bearer: { bearer: \"${config.token}\" } }
";

/// Everything that a test of the hub API needs.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) server: TestServer,
    pub(crate) vendor: Vendor,
    pub(crate) instance: Instance,
    pub(crate) client: Client,
    pub(crate) folder: TempDir,
}

/// A folder with one definition.
pub(crate) fn folder_with(definition: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    write(&folder, definition);
    folder
}

/// Writes the definition of the connector `example`.
pub(crate) fn write(folder: &TempDir, definition: &str) {
    let connector = folder.path().join("example");
    std::fs::create_dir_all(&connector).expect("a folder");
    std::fs::write(connector.join("connector.yaml"), definition).expect("a file");
}

/// A server that knows the definitions of a folder.
pub(crate) fn server_with(folder: &TempDir) -> TestServer {
    TestServer::with(Store::Sqlite, |settings| settings.connectors = vec![folder.path().to_owned()])
}

/// The configuration of an instance of such a definition.
pub(crate) fn configuration(base: &str) -> Value {
    json!({ "base.url": base, "token": TOKEN, "secret": SECRET, "team": "red" })
}

impl Bench {
    /// With what follows the head of a definition, and a provider.
    pub(crate) async fn new(rest: &str, vendor: Vendor) -> Self {
        let folder = folder_with(&format!("{HEAD}{rest}"));
        let server = server_with(&folder);
        let instance = instance_of(&server, "example", configuration(&vendor.url())).await;
        let client = server.element(&instance.token);
        Self { server, vendor, instance, client, folder }
    }

    /// With a provider that answers with what it saw.
    pub(crate) async fn echo(rest: &str) -> Self {
        Self::new(rest, Vendor::echo().await).await
    }

    /// Makes a call that must succeed, and returns what the provider saw of it.
    pub(crate) async fn sees(&self, method: &str, path: &str) -> Seen {
        self.sees_of(self.client.request(method, path)).await
    }

    /// The same with a JSON body.
    pub(crate) async fn sees_body(&self, method: &str, path: &str, body: Value) -> Seen {
        self.sees_of(self.client.request(method, path).json(&body)).await
    }

    /// The same for any request.
    pub(crate) async fn sees_of(&self, request: reqwest::RequestBuilder) -> Seen {
        let before = self.vendor.seen().len();
        let answer = self.client.send(request).await;
        assert_eq!((answer.status, self.vendor.seen().len()), (200, before + 1), "{}", answer.text);
        self.vendor.last()
    }

    /// `GET` with query parameters, whatever the answer.
    pub(crate) async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        let url = reqwest::Url::parse_with_params("http://x", query).expect("a URL");
        self.client.get(&format!("{path}?{}", url.query().unwrap_or_default())).await
    }

    /// Makes a call that must be refused before the provider is asked.
    pub(crate) async fn refuses(&self, request: reqwest::RequestBuilder) -> Answer {
        let before = self.vendor.seen().len();
        let answer = self.client.send(request).await;
        assert!(answer.status >= 400, "{}", answer.text);
        assert_eq!(self.vendor.seen().len(), before, "{}", answer.text);
        answer
    }

    /// Changes the instance's configuration.
    pub(crate) async fn configure(&self, configuration: Value) {
        let path = format!("/instances/{}", self.instance.id);
        self.server.admin().patch(&path, json!({ "configuration": configuration })).await.ok();
    }
}

/// The JSON body of a request.
pub(crate) fn json_of(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap_or_else(|error| panic!("{error}: {:?}", seen.body))
}

/// The body of a request as text.
pub(crate) fn text_of(seen: &Seen) -> String {
    String::from_utf8(seen.body.to_vec()).expect("UTF-8")
}

/// The query of a request, decoded.
pub(crate) fn query_of(seen: &Seen) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("http://x{}", seen.target)).expect("a target");
    url.query_pairs().into_owned().collect()
}

/// One parameter of a request's query.
pub(crate) fn parameter(seen: &Seen, name: &str) -> Option<String> {
    query_of(seen).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// A header of a request.
pub(crate) fn header<'a>(seen: &'a Seen, name: &str) -> Option<&'a str> {
    seen.headers.get(name).map(|value| value.to_str().expect("a text"))
}
