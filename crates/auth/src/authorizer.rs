//! A credential made ready: the headers and query parameters that it becomes, computed once per instance.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use keyway_connector::{ApiKeyPlace, Authentication, Template};
use keyway_model::{Configuration, Problems};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything outside the unreserved characters of RFC 3986 is encoded in a query parameter.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a credential puts on a request.
#[derive(Clone, Default)]
pub struct Authorizer {
    header: Option<(HeaderName, HeaderValue)>,
    query: Option<(String, String)>,
}

impl Authorizer {
    /// Makes a credential ready. The problems name the configuration entry whose value cannot be sent.
    pub fn prepare(authentication: &Authentication, configuration: &Configuration) -> Result<Self, Problems> {
        match authentication {
            Authentication::None => Ok(Self::default()),
            Authentication::Basic { username, password } => {
                let user = username.render(configuration);
                if user.expose().contains(':') {
                    return Err(problem(username, "must not hold a colon: HTTP basic cannot carry it"));
                }
                let pair = format!("{}:{}", user.expose(), password.render(configuration).expose());
                let value = format!("Basic {}", STANDARD.encode(pair));
                Ok(Self { header: Some((http::header::AUTHORIZATION, header_value(username, &value)?)), query: None })
            }
            Authentication::ApiKey { place: ApiKeyPlace::Header(name), value } => {
                let text = value.render(configuration);
                let header = header_name(name, configuration)?;
                Ok(Self { header: Some((header, header_value(value, text.expose())?)), query: None })
            }
            Authentication::ApiKey { place: ApiKeyPlace::Query(name), value } => {
                let encode = |template: &Template| {
                    utf8_percent_encode(template.render(configuration).expose(), QUERY).to_string()
                };
                Ok(Self { header: None, query: Some((encode(name), encode(value))) })
            }
        }
    }

    /// Puts the credential on a request. What the caller sent in its place is replaced.
    pub fn apply_headers(&self, headers: &mut HeaderMap) {
        if let Some((name, value)) = &self.header {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// The query with the credential in it, or the query as it is when the credential stands elsewhere.
    pub fn apply_query(&self, query: Option<String>) -> Option<String> {
        let Some((name, value)) = &self.query else {
            return query;
        };
        let given = query.as_deref().filter(|query| !query.is_empty());
        let mut pairs: Vec<&str> = given.map(|query| query.split('&').collect()).unwrap_or_default();
        pairs.retain(|pair| !same_name(pair, name));
        let own = format!("{name}={value}");
        pairs.push(&own);
        Some(pairs.join("&"))
    }
}

impl Authorizer {
    /// A query without the parameter that the credential stands in, as some providers repeat it in their links.
    pub fn without_credential(&self, query: &str) -> String {
        let Some((name, _)) = &self.query else { return query.to_owned() };
        query.split('&').filter(|pair| !same_name(pair, name)).collect::<Vec<_>>().join("&")
    }
}

impl std::fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authorizer(…)")
    }
}

fn same_name(pair: &str, name: &str) -> bool {
    // In forms a plus sign is a space.
    let given = pair.split('=').next().unwrap_or_default().replace('+', "%20");
    percent_decode_str(&given).eq(percent_decode_str(name))
}

fn header_name(template: &Template, configuration: &Configuration) -> Result<HeaderName, Problems> {
    let name = template.render(configuration);
    let forbidden = ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"];
    let lower = name.expose().to_ascii_lowercase();
    if forbidden.contains(&lower.as_str()) {
        return Err(problem(template, "cannot be a header of the transport"));
    }
    HeaderName::from_bytes(name.expose().as_bytes()).map_err(|_| problem(template, "is not a header name"))
}

fn header_value(template: &Template, text: &str) -> Result<HeaderValue, Problems> {
    let mut value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| problem(template, "must not hold line breaks or other control characters"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Blames the last entry that a template reads: the secret, where a prefix stands before it.
fn problem(template: &Template, message: &str) -> Problems {
    let field = template.keys().last().unwrap_or("authentication");
    Problems::one(format!("configuration.{field}"), message)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use http::HeaderMap;
    use keyway_connector::Connector;
    use keyway_model::{Configuration, Secret};

    use super::Authorizer;

    const HTTP: &str = include_str!("../../../connectors/http/connector.yaml");

    fn configuration(pairs: &[(&str, &str)]) -> Configuration {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), Secret::from(*value))).collect()
    }

    fn prepare(method: &str, pairs: &[(&str, &str)]) -> Result<Authorizer, String> {
        let connector = Connector::compile(Path::new("http.yaml"), HTTP).unwrap();
        let method = connector.method(Some(method)).unwrap();
        Authorizer::prepare(&method.authentication, &configuration(pairs)).map_err(|problems| problems.to_string())
    }

    fn header(authorizer: &Authorizer, name: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer of-the-caller".parse().unwrap());
        authorizer.apply_headers(&mut headers);
        String::from_utf8(headers[name].as_bytes().to_vec()).unwrap()
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
    fn a_value_that_would_split_a_header_is_refused_by_name() {
        let error = prepare("bearer", &[("token", "a\r\nX: y")]).unwrap_err();
        assert!(error.starts_with("configuration.token must not hold line breaks"), "{error}");
        let error = prepare("apiKey", &[("api.key.header", "Transfer-Encoding"), ("api.key", "x")]).unwrap_err();
        assert!(error.starts_with("configuration.api.key.header"), "{error}");
    }
}
