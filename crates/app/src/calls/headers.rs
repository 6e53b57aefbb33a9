//! Which headers pass. What is about this connection, this server or the caller stays here.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use keyway_model::Secret;

use crate::instance_keys;

/// Headers by which some providers take another method or path than the request line says.
const OVERRIDES: [HeaderName; 5] = [
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-method-override"),
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-rewrite-url"),
];

/// Headers about one connection (RFC 9110 section 7.6.1), never passed in either direction.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("http2-settings"),
];

/// What keeps browsers from running an answer as a page of this server.
pub(crate) const SANDBOX: [HeaderName; 3] = [
    header::CONTENT_SECURITY_POLICY,
    header::X_CONTENT_TYPE_OPTIONS,
    HeaderName::from_static("cross-origin-resource-policy"),
];

/// Whether a request asks for another method or path than its request line says.
pub(crate) fn overrides(headers: &HeaderMap) -> bool {
    OVERRIDES.iter().any(|name| headers.contains_key(name))
}

/// Takes out of a request what the provider must not see. An upgrade keeps the two headers that ask for it.
pub(crate) fn clean_request(headers: &mut HeaderMap, key: Option<&Secret>, upgrade: bool) {
    let asked = headers.get(header::UPGRADE).cloned().filter(|_| upgrade);
    remove_named_by_connection(headers);
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
    for name in [header::AUTHORIZATION, header::COOKIE, header::HOST, header::FORWARDED, header::EXPECT] {
        headers.remove(name);
    }
    remove_where(headers, |name, value| {
        let name = name.as_str();
        let ours = name.starts_with("proxy-") || name.starts_with("x-forwarded-") || name.starts_with("elements-");
        ours || holds_key(value.as_bytes(), key)
    });
    if let Some(protocol) = asked {
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, protocol);
    }
}

/// Takes out of an answer what would act on this server's own site, and keeps browsers from running what came.
pub(crate) fn clean_answer(headers: &mut HeaderMap, upgraded: bool) {
    let protocol = headers.get(header::UPGRADE).cloned().filter(|_| upgraded);
    remove_named_by_connection(headers);
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
    let site = [
        header::SET_COOKIE,
        HeaderName::from_static("clear-site-data"),
        header::STRICT_TRANSPORT_SECURITY,
        HeaderName::from_static("service-worker-allowed"),
        header::ALT_SVC,
        HeaderName::from_static("nel"),
        HeaderName::from_static("report-to"),
        HeaderName::from_static("reporting-endpoints"),
    ];
    for name in site {
        headers.remove(name);
    }
    remove_where(headers, |name, _| {
        let name = name.as_str();
        name.starts_with("access-control-") || name.starts_with("elements-") || name.starts_with("proxy-")
    });
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    if let Some(protocol) = protocol {
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, protocol);
    }
}

/// The query without the pairs that hold a key, in clear or encoded.
pub(crate) fn clean_query(query: Option<&str>, key: Option<&Secret>) -> Option<String> {
    let query = query?;
    let whole: Vec<u8> = percent_encoding::percent_decode_str(query).collect();
    if !holds_key(&whole, key) {
        return Some(query.to_owned());
    }
    let keeps = |pair: &&str| {
        let decoded: Vec<u8> = percent_encoding::percent_decode_str(pair).collect();
        !holds_key(&decoded, key)
    };
    Some(query.split('&').filter(keeps).collect::<Vec<_>>().join("&"))
}

fn remove_named_by_connection(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CONNECTION) {
        return;
    }
    let values: Vec<HeaderValue> = headers.get_all(header::CONNECTION).iter().cloned().collect();
    for name in values.iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')) {
        headers.remove(name.trim());
    }
}

fn remove_where(headers: &mut HeaderMap, drop: impl Fn(&HeaderName, &HeaderValue) -> bool) {
    let unwanted: Vec<HeaderName> =
        headers.iter().filter(|(name, value)| drop(name, value)).map(|(name, _)| name.clone()).collect();
    for name in unwanted {
        headers.remove(name);
    }
}

/// Whether a text holds the key that was shown, or another one that the caller has.
fn holds_key(text: &[u8], key: Option<&Secret>) -> bool {
    key.is_some_and(|key| contains(text, key.expose().as_bytes())) || instance_keys::is_in(text)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use keyway_model::Secret;

    use super::{clean_answer, clean_query, clean_request};

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn nothing_about_the_caller_or_the_connection_reaches_the_provider() {
        let mut request = headers(&[
            ("authorization", "Element t"),
            ("cookie", "a=1"),
            ("host", "h"),
            ("proxy-authorization", "x"),
            ("proxy-foo", "x"),
            ("forwarded", "for=1"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-host", "h"),
            ("elements-async-request", "true"),
            ("connection", "close, x-drop-me"),
            ("x-drop-me", "1"),
            ("keep-alive", "1"),
            ("te", "trailers"),
            ("expect", "100-continue"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("x-api-key", "kwk_secret"),
            ("x-mine", "pre kwk_secret post"),
            ("accept", "*/*"),
            ("content-type", "text/plain"),
            ("idempotency-key", "1"),
        ]);
        clean_request(&mut request, Some(&Secret::from("kwk_secret")), false);
        assert_eq!(names(&request), ["accept", "content-type", "idempotency-key"]);
    }

    #[test]
    fn an_upgrade_keeps_what_asks_for_it() {
        let mut request = headers(&[("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "x")]);
        clean_request(&mut request, None, true);
        assert_eq!(names(&request), ["connection", "sec-websocket-key", "upgrade"]);
    }

    #[test]
    fn an_answer_cannot_act_on_our_site() {
        let mut answer = headers(&[
            ("set-cookie", "a=1"),
            ("clear-site-data", "*"),
            ("strict-transport-security", "max-age=1"),
            ("service-worker-allowed", "/"),
            ("access-control-allow-origin", "*"),
            ("access-control-anything", "*"),
            ("elements-request-id", "forged"),
            ("content-security-policy", "default-src *"),
            ("connection", "keep-alive"),
            ("etag", "1"),
            ("x-request-id", "1"),
        ]);
        clean_answer(&mut answer, false);
        assert_eq!(
            names(&answer),
            [
                "content-security-policy",
                "cross-origin-resource-policy",
                "etag",
                "x-content-type-options",
                "x-request-id"
            ]
        );
        assert_eq!(answer["content-security-policy"], "sandbox");
    }

    #[test]
    fn the_key_is_taken_out_of_the_query_in_every_spelling() {
        let key = Secret::from("kwk_a");
        let clean = |query| clean_query(Some(query), Some(&key)).unwrap();
        assert_eq!(clean("a=1&api_key=kwk_a&b=2"), "a=1&b=2");
        assert_eq!(clean("x=%6bwk_a"), "");
        assert_eq!(clean("kwk_a&b"), "b");
        assert_eq!(clean_query(Some("a=%20&&b"), None).as_deref(), Some("a=%20&&b"));
    }
}
