//! The signature base string (RFC 5849 section 3.4.1): what both sides sign.

use http::Uri;

use super::{Content, Message};
use crate::sign::SignError;
use crate::sign::encode::{pairs, strict};

/// Method, URI without its query, and every parameter wherever it stands.
pub(super) fn of(message: &Message<'_>, own: &[(&str, String)]) -> Result<String, SignError> {
    let uri = base_uri(message.uri).ok_or(SignError::RelativeUrl)?;
    let form = match message.content {
        Content::Form(body) => body,
        Content::Other(_) => &[],
    };
    let query = message.uri.query().unwrap_or_default();
    let given = pairs(query.as_bytes()).chain(pairs(form));
    let own = own.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()));
    let parameters = normalized(given.chain(own));
    let method = message.method.as_str().to_ascii_uppercase();
    Ok([method.as_str(), &uri, &parameters].map(|part| strict(part.as_bytes()).to_string()).join("&"))
}

fn base_uri(uri: &Uri) -> Option<String> {
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let host = uri.host()?.to_ascii_lowercase();
    let implied = if scheme == "http" { 80 } else { 443 };
    let port = uri.port_u16().filter(|port| *port != implied).map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{scheme}://{host}{port}{}", uri.path()))
}

/// Encoded, and sorted by what that gives.
fn normalized(parameters: impl Iterator<Item = (Vec<u8>, Vec<u8>)>) -> String {
    let encoded = parameters.map(|(name, value)| (strict(&name).to_string(), strict(&value).to_string()));
    let mut all: Vec<(String, String)> = encoded.collect();
    all.sort_unstable();
    all.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
