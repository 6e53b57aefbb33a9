//! What credentials put on requests.

use std::path::Path;

use http::{HeaderMap, Method};
use keyway_connector::{Connector, Moment};
use keyway_model::{Configuration, Secret};

use super::{Authorizer, Outgoing};
use crate::BaseUrl;
use crate::engine::{Client, Party};

const HTTP: &str = include_str!("../../../../connectors/http/connector.yaml");

const HEAD: &str = "key: x\nname: X\nhub: general\nconfiguration:\n  base.url: { default: \"https://x\" }\n  a: { secret: true }\n  b: { secret: true, kept: true }\nauthentication:\n";

fn configuration(pairs: &[(&str, &str)]) -> Configuration {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), Secret::from(*value))).collect()
}

fn prepare_of(definition: &str, method: &str, pairs: &[(&str, &str)]) -> Result<Authorizer, String> {
    let connector = Connector::compile(Path::new("x.yaml"), definition).unwrap();
    let party = Party {
        connector: &connector,
        method: connector.method(Some(method)).unwrap(),
        settings: &configuration(pairs),
        base: &BaseUrl::parse("https://x").unwrap(),
        client: &Client::default(),
    };
    Authorizer::prepare(party, None).map_err(|problems| problems.to_string())
}

fn prepare(method: &str, pairs: &[(&str, &str)]) -> Result<Authorizer, String> {
    prepare_of(HTTP, method, pairs)
}

fn header(authorizer: &Authorizer, name: &str) -> String {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Bearer of-the-caller".parse().unwrap());
    authorizer.apply_headers(&mut headers);
    String::from_utf8(headers[name].as_bytes().to_vec()).unwrap()
}

fn authorised(authorizer: &Authorizer, kind: &str, body: &str) -> (String, HeaderMap, String) {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", kind.parse().unwrap());
    let method = Method::POST;
    let call =
        Outgoing { method: &method, uri: "https://x/p?q=1".to_owned(), headers, body: Some(body.to_owned().into()) };
    let call = authorizer.authorise(call, Moment::default()).unwrap();
    (call.uri, call.headers, String::from_utf8(call.body.unwrap().to_vec()).unwrap())
}

#[test]
fn basic_packs_empty_parts_colons_spaces_and_utf8() {
    // RFC 7617 section 2.1 gives "test" and "123£" in UTF-8.
    let authorizer = prepare("basic", &[("username", "test"), ("password", "123£")]).unwrap();
    assert_eq!(header(&authorizer, "authorization"), "Basic dGVzdDoxMjPCow==");
    let authorizer = prepare("basic", &[("username", "key")]).unwrap();
    assert_eq!(header(&authorizer, "authorization"), "Basic a2V5Og==");
    let authorizer = prepare("basic", &[("username", ""), ("password", "a:b c")]).unwrap();
    assert_eq!(header(&authorizer, "authorization"), "Basic OmE6YiBj");
    let error = prepare("basic", &[("username", "a:b")]).unwrap_err();
    assert!(error.starts_with("configuration.username must not hold a colon"), "{error}");
}

#[test]
fn an_api_key_goes_where_the_instance_says() {
    let pairs = [("api.key.header", "X-Token"), ("api.key.prefix", "Key "), ("api.key", "k1")];
    assert_eq!(header(&prepare("apiKey", &pairs).unwrap(), "x-token"), "Key k1");
    let authorizer = prepare("apiKeyQuery", &[("api.key.parameter", "api_key"), ("api.key", "k&=1 é")]).unwrap();
    assert_eq!(authorizer.apply_query(None).unwrap(), "api_key=k%26%3D1%20%C3%A9");
    assert_eq!(
        authorizer.apply_query(Some("a=1&api%5Fkey=mine&b".to_owned())).unwrap(),
        "a=1&b&api_key=k%26%3D1%20%C3%A9"
    );
}

#[test]
fn several_secrets_go_to_several_places() {
    let method = "  m: { headers: { X-A: \"${config.a}\", X-B: \"B ${config.b}\" }, cookies: { c: \"${config.a}\" }, query: { k: \"${config.b}\" } }\n";
    let authorizer = prepare_of(&format!("{HEAD}{method}"), "m", &[("a", "1"), ("b", "2")]).unwrap();
    assert_eq!(header(&authorizer, "x-a"), "1");
    assert_eq!(header(&authorizer, "x-b"), "B 2");
    assert_eq!(header(&authorizer, "cookie"), "c=1");
    assert_eq!(authorizer.apply_query(Some("k=mine".to_owned())).unwrap(), "k=2");
}

#[test]
fn a_secret_in_a_body_is_put_into_objects_and_forms() {
    let method = "  m: { body: { key: \"${config.a}\" } }\n";
    let authorizer = prepare_of(&format!("{HEAD}{method}"), "m", &[("a", "s&1"), ("b", "2")]).unwrap();
    assert!(authorizer.reads_body());
    let (_, _, body) = authorised(&authorizer, "application/json", r#"{"key":"mine","n":1}"#);
    assert_eq!(body, r#"{"key":"s&1","n":1}"#);
    let (_, _, body) = authorised(&authorizer, "application/x-www-form-urlencoded", "key=mine&n=1");
    assert_eq!(body, "n=1&key=s%261");
}

#[test]
fn a_signature_over_the_call_is_made_by_expressions() {
    let method = "  m: { headers: { X-S: \"${hmacSha256Hex(request.method + request.path + request.query + request.body, config.a)}\" } }\n";
    let authorizer = prepare_of(&format!("{HEAD}{method}"), "m", &[("a", "k"), ("b", "2")]).unwrap();
    let (_, headers, _) = authorised(&authorizer, "text/plain", "hello");
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"k");
    let expected = aws_lc_rs::hmac::sign(&key, b"POST/pq=1hello");
    assert_eq!(headers["x-s"], crate::sign::Hex(expected.as_ref()).to_string());
}

#[test]
fn a_value_that_would_split_a_header_is_refused_by_name() {
    let error = prepare("bearer", &[("token", "a\r\nX: y")]).unwrap_err();
    assert!(error.starts_with("configuration.token must not hold line breaks"), "{error}");
    let error = prepare("apiKey", &[("api.key.header", "Transfer-Encoding"), ("api.key", "x")]).unwrap_err();
    assert!(error.starts_with("configuration.api.key.header"), "{error}");
}
