//! The providers of [`keyway_testing::peers`] do what their docstrings say, asked directly and through a real browser.

mod django_oauth;
mod moto;
mod mutual_tls;
mod node_red;
mod oauth1;
mod oidc;

use keyway_testing::{Answer, Client, Page, Reply, Vendor};
use reqwest::RequestBuilder;
use serde_json::json;
use url::{Url, form_urlencoded};

/// The verifier and its challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A server of a client, whose only job is to be come back to.
pub(crate) async fn home() -> Vendor {
    Vendor::start(|_| Reply::json(200, &json!({ "came": "back" }))).await
}

/// Where a person is sent back to.
pub(crate) fn callback(home: &Vendor) -> String {
    format!("{}/callback", home.url())
}

/// An address with a query.
fn with_query(url: &str, query: &[(&str, &str)]) -> String {
    Url::parse_with_params(url, query).expect("a URL").into()
}

/// What a person brought back, in the query of the callback.
async fn brought(page: &Page, home: &Vendor) -> Vec<(String, String)> {
    let url = page.wait_for_url(&callback(home)).await;
    Url::parse(&url).expect("a URL").query_pairs().into_owned().collect()
}

/// One parameter of what was brought back.
fn parameter<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

/// A form posted without credentials in a header.
async fn post(url: &str, fields: &[(&str, &str)]) -> Answer {
    let client = Client::new(url, None);
    client.send(form(client.raw("POST", url), fields)).await
}

/// A form posted with basic credentials, encoded first as OAuth wants it.
async fn post_as(client_id: &str, secret: &str, url: &str, fields: &[(&str, &str)]) -> Answer {
    let client = Client::new(url, None);
    let request = client.raw("POST", url).basic_auth(encode(client_id), Some(encode(secret)));
    client.send(form(request, fields)).await
}

/// A page asked for with a bearer token.
pub(crate) async fn get_as(token: &str, url: &str) -> Answer {
    let client = Client::new(url, None);
    client.send(client.raw("GET", url).bearer_auth(token)).await
}

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}
