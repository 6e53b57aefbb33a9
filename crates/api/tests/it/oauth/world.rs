//! A provider with an authorization server, connectors for it, a server that knows them, and browsers.

use std::collections::BTreeMap;
use std::fs;

use keyway_testing::{Answer, Client, Reply, Seen, Store, TestServer, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixture::text;

/// Where callers reach the server, as links say it.
pub(super) const PUBLIC: &str = "https://keyway.example";
/// Where browsers are sent back to by registrations of these tests.
pub(super) const CALLBACK: &str = "https://app.example/connected";

/// Connectors of one provider; `{url}` is its address.
const CONNECTORS: [(&str, &str); 6] = [
    (
        "acme",
        "configuration: { base.url: { label: Base URL, hidden: true, required: true, default: '{url}' } }
authentication:
  oauth2:
    authorize: { url: '{url}/authorize', pkce: plain }
    scope: read write
    token: '{url}/token'
",
    ),
    (
        "bolt",
        "configuration: { base.url: { label: Base URL, hidden: true, required: true, default: '{url}' } }
authentication:
  oauth2: { authorize: '{url}/authorize', token: '{url}/token' }
",
    ),
    (
        "modern",
        "configuration: { base.url: { label: Base URL, hidden: true, required: true, default: '{url}' } }
authentication:
  oauth2: { grant: authorization_code, issuer: '{url}' }
",
    ),
    (
        "selfhosted",
        "configuration: { base.url: { label: Base URL, required: true } }
authentication:
  oauth2: { authorize: /authorize, token: /token }
",
    ),
    (
        "old",
        "configuration: { base.url: { label: Base URL, hidden: true, required: true, default: '{url}' } }
authentication:
  oauth1:
    sign: { oauth1: {} }
    request_token: '{url}/request_token'
    authorize: '{url}/authorize'
    token: '{url}/access_token'
",
    ),
    (
        "keyed",
        "configuration: { base.url: { label: Base URL, hidden: true, required: true, default: '{url}' }, token: { label: Token, required: true, secret: true } }
authentication: { bearer: { bearer: '${config.token}' } }
",
    ),
];

/// What differs from the usual settings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unusual {
    pub(super) shared_callback: bool,
    pub(super) public_catalogue: bool,
}

/// Everything that these tests need.
pub(super) struct World {
    pub(super) vendor: Vendor,
    pub(super) server: TestServer,
    _folder: TempDir,
}

/// An attempt that has begun.
#[derive(Debug)]
pub(super) struct Begun {
    /// The path of its start page.
    pub(super) start: String,
    pub(super) secret: String,
    pub(super) id: String,
}

/// A browser with its cookies.
pub(super) struct Browser {
    client: Client,
    root: String,
    pub(super) cookies: BTreeMap<String, String>,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Unusual::default()).await
    }

    pub(super) async fn with(unusual: Unusual) -> Self {
        let vendor = Vendor::start(answer).await;
        let folder = TempDir::new().expect("a temporary folder");
        for (key, rest) in CONNECTORS {
            let own = folder.path().join(key);
            fs::create_dir(&own).expect("a folder of its own");
            let name = if key == "acme" { "Acme <CRM>" } else { key };
            let head = format!("key: {key}\nname: '{name}'\nhub: crm\ndescription: For tests.\n");
            fs::write(own.join("connector.yaml"), head + &rest.replace("{url}", &vendor.url()))
                .expect("a definition that is written");
        }
        let server = TestServer::with(Store::Sqlite, |settings| {
            settings.connectors = vec![folder.path().to_owned()];
            PUBLIC.clone_into(&mut settings.public_url);
            settings.shared_callback = unusual.shared_callback;
            settings.public_catalogue = unusual.public_catalogue;
        });
        Self { vendor, server, _folder: folder }
    }

    /// Registers a client of a connector for the organization.
    pub(super) async fn register(&self, connector: &str) -> Value {
        let body = json!({
            "connector": connector, "clientId": format!("{connector}-client"), "secret": format!("{connector}-secret"),
            "callbackUrls": [CALLBACK],
        });
        self.server.admin().post("/registrations", body).await.ok()
    }

    /// Begins an attempt; `query` begins with `?` or is empty.
    pub(super) async fn begin(&self, client: &Client, connector: &str, query: &str) -> Begun {
        let begun = client.get(&format!("/elements/{connector}/oauth/url/default{query}")).await.ok();
        let url = text(&begun, "oauthUrl");
        Begun {
            start: url.strip_prefix(PUBLIC).expect("a page of this server").to_owned(),
            secret: text(&begun["configuration"], "secret").to_owned(),
            id: text(&begun, "attemptId").to_owned(),
        }
    }

    pub(super) fn browser(&self) -> Browser {
        Browser { client: self.server.anonymous(), root: self.server.url(), cookies: BTreeMap::new() }
    }

    /// Makes an instance of what came back.
    pub(super) async fn finish(&self, client: &Client, connector: &str, secret: &str, code: &str) -> Answer {
        client.post("/instances", finishing(connector, secret, code)).await
    }

    /// What an attempt is said to be.
    pub(super) async fn status(&self, connector: &str, begun: &Begun) -> Value {
        self.server.admin().get(&format!("/elements/{connector}/oauth/attempts/{}", begun.id)).await.ok()
    }

    /// The forms that the provider's token endpoint was sent, each by its members.
    pub(super) fn token_requests(&self) -> Vec<BTreeMap<String, String>> {
        let asked = self.vendor.seen().into_iter().filter(|seen| seen.target == "/token");
        asked.map(|seen| pairs(&String::from_utf8_lossy(&seen.body))).collect()
    }
}

/// The body that finishes an attempt.
pub(super) fn finishing(connector: &str, secret: &str, code: &str) -> Value {
    json!({ "name": "x", "element": { "key": connector }, "providerData": { "secret": secret, "code": code } })
}

impl Browser {
    /// Opens a path of this server.
    pub(super) async fn open(&mut self, path: &str) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.raw("GET", &format!("{}{path}", self.root)).header("cookie", cookies.join("; "));
        let answer = self.client.send(request).await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("text");
            let pair = line.split_once(';').map_or(line, |(pair, _)| pair);
            let (name, value) = pair.split_once('=').expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Opens the start page; the provider's URL that it leads to.
    pub(super) async fn start(&mut self, begun: &Begun) -> String {
        let answer = self.open(&begun.start).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.header("location").expect("a location").to_owned()
    }

    /// Comes back from a consent page with parameters in place of the usual ones.
    pub(super) async fn come_back(&mut self, page: &str, parameters: &str) -> Answer {
        let redirect = parameter(page, "redirect_uri");
        let path = redirect.strip_prefix(PUBLIC).expect("a page of this server");
        self.open(&format!("{path}?state={}&{parameters}", parameter(page, "state"))).await
    }

    /// The whole way there and back; the code that finishes the attempt.
    pub(super) async fn consent(&mut self, begun: &Begun, code: &str) -> String {
        let page = self.start(begun).await;
        let answer = self.come_back(&page, &format!("code={code}")).await;
        finish_code(&answer)
    }
}

/// The code that a page shows, or that a redirect carries.
pub(super) fn finish_code(answer: &Answer) -> String {
    if let Some(location) = answer.header("location") {
        return parameter(location, "code");
    }
    let shown = answer.text.split_once("<code id=\"code\">").and_then(|(_, rest)| rest.split_once("</code>"));
    shown.unwrap_or_else(|| panic!("no code: {}", answer.text)).0.to_owned()
}

/// What a page says of the attempt, for programs.
pub(super) fn page_status(answer: &Answer) -> String {
    let told = answer.text.split_once("data-status=\"").and_then(|(_, rest)| rest.split_once('"'));
    told.unwrap_or_else(|| panic!("no page: {}", answer.text)).0.to_owned()
}

/// A parameter of a URL, decoded; empty where it is not there.
pub(super) fn parameter(url: &str, name: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    pairs(query).remove(name).unwrap_or_default()
}

/// The pairs of a query or form.
pub(super) fn pairs(text: &str) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://x/?{text}")).expect("a query");
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The provider: every code is good unless it begins with `bad`.
fn answer(seen: &Seen) -> Reply {
    let host = seen.headers.get("host").map_or("", |host| host.to_str().expect("text"));
    let own = format!("http://{host}");
    match seen.target.as_str() {
        "/.well-known/oauth-authorization-server" => Reply::json(
            200,
            &json!({
                "issuer": own, "authorization_endpoint": format!("{own}/authorize"), "token_endpoint": format!("{own}/token"),
                "authorization_response_iss_parameter_supported": true,
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }),
        ),
        "/token" => {
            let form = pairs(&String::from_utf8_lossy(&seen.body));
            let code = form.get("code").map_or("", String::as_str);
            if code.starts_with("bad") {
                return Reply::json(
                    400,
                    &json!({ "error": "invalid_grant", "error_description": "The code is not good" }),
                );
            }
            let tokens =
                json!({ "access_token": format!("token-of-{code}"), "refresh_token": "again", "expires_in": 3600 });
            Reply::json(200, &tokens)
        }
        "/request_token" => {
            form("oauth_token=temporary&oauth_token_secret=temporary-secret&oauth_callback_confirmed=true")
        }
        "/access_token" => form("oauth_token=token-of-old&oauth_token_secret=token-secret"),
        _ => Reply::json(200, &json!({ "ok": true })),
    }
}

fn form(body: &str) -> Reply {
    let kind = ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned());
    Reply { status: 200, headers: vec![kind], body: body.to_owned() }
}
