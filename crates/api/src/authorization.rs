//! The three-part `Authorization` header: `User u, Organization o, Element t` (section 1.1).

use http::{HeaderMap, header};
use keyway_app::access::Credentials;
use keyway_model::{Problems, Secret};

/// Reads the header. Schemes may come in any order and case, each once; `Token` means `Element`. Other schemes, such as
/// the `Bearer` of a sign-in or of an instance key, are left to those who know them.
pub(crate) fn credentials(headers: &HeaderMap) -> Result<Credentials, Problems> {
    let mut found = Credentials::default();
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(found) };
    if values.next().is_some() {
        return Err(Problems::one("Authorization", "must be sent once"));
    }
    let text = value.to_str().map_err(|_| Problems::one("Authorization", "must be visible ASCII"))?;
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (scheme, secret) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        let slot = match scheme.to_ascii_lowercase().as_str() {
            "user" => &mut found.user,
            "organization" => &mut found.organization,
            "element" | "token" => &mut found.element,
            _ => continue,
        };
        if slot.is_some() {
            return Err(Problems::one("Authorization", format!("must hold the scheme {scheme} once")));
        }
        *slot = Some(Secret::from(secret.trim()));
    }
    Ok(found)
}

/// The token of `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::from(token.trim()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::credentials;

    type Parts = (Option<String>, Option<String>, Option<String>);

    fn parse(value: &str) -> Result<Parts, String> {
        let headers: HeaderMap =
            [(http::header::AUTHORIZATION, HeaderValue::from_str(value).unwrap())].into_iter().collect();
        let found = credentials(&headers).map_err(|problems| problems.to_string())?;
        let text = |secret: Option<keyway_model::Secret>| secret.map(|secret| secret.expose().clone());
        Ok((text(found.user), text(found.organization), text(found.element)))
    }

    #[test]
    fn the_parts_come_in_any_order_and_case() {
        let all = (Some("u+/=".to_owned()), Some("o".to_owned()), Some("t=".to_owned()));
        assert_eq!(parse("User u+/=, Organization o, Element t="), Ok(all.clone()));
        assert_eq!(parse("element t=,organization   o ,USER u+/="), Ok(all.clone()));
        assert_eq!(parse("Token t=, User u+/=, Organization o,"), Ok(all));
        assert_eq!(parse("Bearer x"), Ok((None, None, None)));
    }

    #[test]
    fn a_scheme_twice_is_refused() {
        assert_eq!(parse("User a, User b"), Err("Authorization must hold the scheme User once".to_owned()));
        assert!(parse("Element a, Token b").is_err());
    }
}
