//! Tokens that are signed here: the method's own assertion, and the one that says who a client is.

use keyway_connector::{Assertion, Claim, KeyEncoding, Moment, Scope};
use keyway_model::{Problems, Secret};
use serde_json::{Map, Value, json};

use super::scene::Scene;
use crate::sign::Hex;
use crate::sign::jwt::{Algorithm, Jwt, KeyForm};

/// How long a client's assertion is valid, in seconds (RFC 7523: short).
const LIFETIME: i64 = 300;

/// The method's own assertion.
pub(crate) fn own(assertion: &Assertion, scope: &Scope<'_>, moment: Moment) -> Result<Secret, Problems> {
    let mut claims = usual(moment, assertion.lifetime);
    for (name, claim) in &assertion.claims {
        match claim {
            Claim::Left => {
                claims.remove(name);
            }
            Claim::Fixed(value) => {
                claims.insert(name.clone(), value.clone());
            }
            Claim::Text(template) => {
                let value = template.value(scope);
                match value {
                    // What has no value is not claimed.
                    Value::Null => {}
                    Value::Object(members) if name == "*" => claims.extend(members),
                    value => {
                        claims.insert(name.clone(), value);
                    }
                }
            }
        }
    }
    let texts = assertion.header.iter().filter_map(|(name, text)| Some((name.clone(), text.fill_if_complete(scope)?)));
    let header = texts.map(|(name, text)| (name, text.expose().as_str().into())).collect();
    let form = match assertion.encoding {
        KeyEncoding::Utf8 => KeyForm::Text,
        KeyEncoding::Hex => KeyForm::Hex,
        KeyEncoding::Base64 => KeyForm::Base64,
    };
    sign(assertion.algorithm.fill(scope).expose(), (&assertion.key.fill(scope), form), &header, &claims)
}

/// What says who a client is (RFC 7523 section 2.2). The audience is the authorization server where it is known, as the update
/// of the security topics asks for, else the token endpoint.
pub(super) fn of_client(scene: &Scene<'_>, audience: &str) -> Result<Secret, Problems> {
    let client = scene.party.client;
    let missing = || Problems::one("client.key", "is required: the client signs who it is");
    let key = client.member("key").ok_or_else(missing)?.clone();
    let text = |name: &str| client.member(name).map(|value| value.expose().clone());
    let mut claims = usual(scene.moment, LIFETIME);
    for (name, value) in [("iss", &*client.id), ("sub", &*client.id), ("aud", audience)] {
        claims.insert(name.to_owned(), value.into());
    }
    let header: Map<String, Value> = text("key_id").map(|id| ("kid".to_owned(), id.into())).into_iter().collect();
    let algorithm = text("algorithm").unwrap_or_else(|| "RS256".to_owned());
    sign(&algorithm, (&key, KeyForm::Text), &header, &claims)
}

fn usual(moment: Moment, lifetime: i64) -> Map<String, Value> {
    let now = moment.now.as_millis() / 1000;
    let id = Hex(&moment.random[..16]).to_string();
    let claims = json!({ "iat": now, "exp": now + lifetime, "jti": id });
    if let Value::Object(claims) = claims { claims } else { Map::new() }
}

fn sign(
    algorithm: &str,
    (key, form): (&Secret, KeyForm),
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
) -> Result<Secret, Problems> {
    let unknown = || Problems::one("assertion.algorithm", format!("\"{algorithm}\" is no algorithm of signatures"));
    let algorithm = Algorithm::named(algorithm).ok_or_else(unknown)?;
    let jwt = Jwt { algorithm, key, form, header, claims };
    jwt.sign().map_err(|error| Problems::one("assertion.key", error.to_string()))
}
