//! Secrets that callers put into a query and nobody told us: known by the parameter's name.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::instances::MASK;

/// Whole names of parameters that carry credentials, in lower case without punctuation.
const WHOLE: [&str; 7] = ["token", "key", "auth", "jwt", "sig", "pwd", "pass"];
/// Parts of such names.
const PARTS: [&str; 13] = [
    "secret",
    "password",
    "passwd",
    "apikey",
    "accesskey",
    "accesstoken",
    "authtoken",
    "refreshtoken",
    "idtoken",
    "sessionid",
    "signature",
    "credential",
    "authorization",
];

/// The URI with the values of such parameters masked.
pub(super) fn mask_query(uri: &str) -> Cow<'_, str> {
    let Some((path, query)) = uri.split_once('?') else { return Cow::Borrowed(uri) };
    if !query.split('&').any(is_credential) {
        return Cow::Borrowed(uri);
    }
    let mut clean = String::with_capacity(uri.len());
    clean.push_str(path);
    for (index, pair) in query.split('&').enumerate() {
        clean.push(if index == 0 { '?' } else { '&' });
        match pair.split_once('=').filter(|_| is_credential(pair)) {
            Some((name, _)) => {
                clean.push_str(name);
                clean.push('=');
                clean.push_str(MASK);
            }
            None => clean.push_str(pair),
        }
    }
    Cow::Owned(clean)
}

fn is_credential(pair: &str) -> bool {
    let Some((name, value)) = pair.split_once('=') else { return false };
    let letters = percent_decode_str(name).filter(u8::is_ascii_alphanumeric);
    let name: String = letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    !value.is_empty() && (WHOLE.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::mask_query;

    #[test]
    fn values_of_credentials_are_masked_by_their_names() {
        let cases = [
            ("/x?access_token=a&limit=1", "/x?access_token=********&limit=1"),
            ("/x?a=1&X-Amz-Signature=b=c&API%5FKEY=d", "/x?a=1&X-Amz-Signature=********&API%5FKEY=********"),
            ("/x?user[password]=e&key=f", "/x?user[password]=********&key=********"),
        ];
        for (uri, clean) in cases {
            assert_eq!(mask_query(uri), clean);
        }
        for uri in ["", "/token=x", "/x?", "/x?page_token=3&keys=http&token&key=&monkey=1", "/x?&&=1"] {
            assert_eq!(mask_query(uri), uri);
        }
    }
}
