//! The one spelling of a request that both sides sign.

use std::collections::BTreeMap;

use http::header::{self, HeaderMap, HeaderName};
use http::{HeaderValue, Uri};
use percent_encoding::{AsciiSet, percent_decode, percent_encode};

use super::Signable;
use crate::sign::SignError;
use crate::sign::encode::{self, STRICT};

const PATH: &AsciiSet = &STRICT.remove(b'/');

/// Headers that are not signed: the signature's own place, and those that clients and proxies change on the way.
const LEFT_OUT: [&str; 8] = [
    "authorization",
    "connection",
    "content-length",
    "expect",
    "te",
    "transfer-encoding",
    "user-agent",
    "x-amzn-trace-id",
];

/// A request in its canonical parts.
pub(super) struct CanonicalRequest<'a> {
    method: &'a str,
    path: String,
    query: String,
    headers: BTreeMap<&'a str, Vec<u8>>,
}

impl<'a> CanonicalRequest<'a> {
    /// The canonical form of a request to which `own` headers will be added.
    pub(super) fn of(request: &Signable<'a>, own: &'a HeaderMap, is_s3: bool) -> Result<Self, SignError> {
        let host = host(request.uri).ok_or(SignError::RelativeUrl)?;
        let mut headers = BTreeMap::from([(header::HOST.as_str(), host.into_bytes())]);
        let theirs = request.headers.keys().filter(|name| !LEFT_OUT.contains(&name.as_str()));
        headers.extend(theirs.map(|name| (name.as_str(), joined(request.headers, name))));
        headers.extend(own.keys().map(|name| (name.as_str(), joined(own, name))));
        let path = request.uri.path();
        Ok(Self {
            method: request.method.as_str(),
            path: if is_s3 { kept_path(path) } else { normal_path(path) },
            query: query(request.uri.query().unwrap_or_default()),
            headers,
        })
    }

    /// The names of the headers that the signature covers.
    pub(super) fn signed_headers(&self) -> String {
        self.headers.keys().copied().collect::<Vec<_>>().join(";")
    }

    /// What is hashed.
    pub(super) fn text(&self, payload: &str) -> Vec<u8> {
        let mut text = format!("{}\n{}\n{}\n", self.method, self.path, self.query).into_bytes();
        for (name, value) in &self.headers {
            text.extend([name.as_bytes(), b":", value, b"\n"].concat());
        }
        text.extend(format!("\n{}\n{payload}", self.signed_headers()).into_bytes());
        text
    }
}

/// The host as HTTP clients write it: without the port that the scheme implies.
fn host(uri: &Uri) -> Option<String> {
    let host = uri.host()?;
    let implied = if uri.scheme_str()? == "http" { 80 } else { 443 };
    let port = uri.port_u16().filter(|port| *port != implied);
    Some(port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// All values of a header, each with single spaces and none at its ends.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Vec<u8> {
    let tidy = |value: &HeaderValue| {
        let words = value.as_bytes().split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(&b' ')
    };
    headers.get_all(name).iter().map(tidy).collect::<Vec<_>>().join(&b',')
}

/// For most services a path is resolved first and then encoded once more, what is encoded already included.
fn normal_path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let end = if is_folder && !kept.is_empty() { "/" } else { "" };
    percent_encode(format!("/{}{end}", kept.join("/")).as_bytes(), PATH).to_string()
}

/// For S3 a path names an object, dots and slashes included: every character is encoded once, and an encoded slash stays one.
fn kept_path(path: &str) -> String {
    let encoded_once = |part: &str| {
        let decoded: Vec<u8> = percent_decode(part.as_bytes()).collect();
        percent_encode(&decoded, PATH).to_string()
    };
    path.replace("%2f", "%2F").split("%2F").map(encoded_once).collect::<Vec<_>>().join("%2F")
}

/// Every name and value encoded strictly, in the order of what comes out.
fn query(query: &str) -> String {
    let encoded =
        |(name, value): (Vec<u8>, Vec<u8>)| (encode::strict(&name).to_string(), encode::strict(&value).to_string());
    let mut pairs: Vec<(String, String)> = encode::pairs(query.as_bytes()).map(encoded).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
