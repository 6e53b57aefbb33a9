//! The parameters that a standard asks for, under the provider's names, beside what the definition writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use keyway_connector::{ClientAuthentication, Rendered, RenderedBody, Send, Step};
use keyway_model::{Problems, Secret};
use serde_json::{Map, Value};

use super::party::Client;

/// Parameters by the standard's names.
pub(super) type Parameters<'a> = Vec<(&'a str, String)>;

/// The parameters that say who the client is, and the header that does.
pub(super) fn client(
    way: ClientAuthentication,
    client: &Client,
    assertion: Option<&Secret>,
    headers: &mut HeaderMap,
) -> Result<Parameters<'static>, Problems> {
    let secret = client.member("secret");
    let id = ("client_id", client.id.clone());
    match way {
        ClientAuthentication::None => Ok(Vec::new()),
        ClientAuthentication::Id | ClientAuthentication::Certificate => Ok(vec![id]),
        ClientAuthentication::Basic | ClientAuthentication::PlainBasic => {
            let plain = way == ClientAuthentication::PlainBasic;
            // RFC 6749 section 2.3.1: both parts are form-encoded first.
            let part = |text: &str| if plain { text.to_owned() } else { encoded(text) };
            let password = secret.map_or_else(String::new, |secret| part(secret.expose()));
            let pair = Secret::new(format!("{}:{password}", part(&client.id)));
            let text = Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())));
            let mut value =
                HeaderValue::from_str(text.expose()).map_err(|_| Problems::one("oauth.api.key", "cannot be sent"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
            Ok(Vec::new())
        }
        ClientAuthentication::PrivateKeyJwt => {
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned();
            let assertion =
                assertion.ok_or_else(|| Problems::one("client.key", "is required to sign who the client is"))?;
            Ok(vec![id, ("client_assertion_type", kind), ("client_assertion", assertion.expose().clone())])
        }
        ClientAuthentication::Body | ClientAuthentication::Discovered => {
            let secret = secret.map(|secret| ("client_secret", secret.expose().clone()));
            Ok([Some(id), secret].into_iter().flatten().collect())
        }
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Puts parameters where a step sends them. What the definition writes itself stays.
pub(super) fn place(step: &Step, parameters: &Parameters<'_>, rendered: &mut Rendered) {
    let sent = parameters.iter().filter(|(name, _)| !step.without.iter().any(|left| left == name));
    let sent = sent.map(|(name, value)| (named(&step.names, name), value.clone()));
    match step.send {
        Send::Nothing => {}
        Send::Query => {
            for (name, value) in sent {
                if !rendered.query.iter().any(|(known, _)| *known == name) {
                    rendered.query.push((name, value));
                }
            }
        }
        Send::Form | Send::Json => {
            let mut members: Map<String, Value> = sent.map(|(name, value)| (name, value.into())).collect();
            if let RenderedBody::Form(Value::Object(own)) | RenderedBody::Json(Value::Object(own)) = &rendered.body {
                members.extend(own.clone());
            }
            let members = Value::Object(members);
            let json = step.send == Send::Json;
            rendered.body = if json { RenderedBody::Json(members) } else { RenderedBody::Form(members) };
        }
    }
}

/// The provider's name of a standard parameter.
pub(super) fn named(names: &[(String, String)], name: &str) -> String {
    names.iter().find(|(known, _)| known == name).map_or_else(|| name.to_owned(), |(_, theirs)| theirs.clone())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use keyway_connector::ClientAuthentication;
    use keyway_model::Secret;

    use super::super::party::Client;
    use super::client;

    #[test]
    fn basic_parts_are_form_encoded_unless_the_provider_wants_them_plain() {
        let registered = Client::new("a b+c:d", Secret::from("é/%"));
        let header = |way| {
            let mut headers = HeaderMap::new();
            assert!(client(way, &registered, None, &mut headers).unwrap().is_empty());
            headers["authorization"].to_str().unwrap().to_owned()
        };
        // "a+b%2Bc%3Ad:%C3%A9%2F%25"
        assert_eq!(header(ClientAuthentication::Basic), "Basic YStiJTJCYyUzQWQ6JUMzJUE5JTJGJTI1");
        // "a b+c:d:é/%"
        assert_eq!(header(ClientAuthentication::PlainBasic), "Basic YSBiK2M6ZDrDqS8l");
    }
}
