//! The methods of authentication: what their members mean together.

use std::collections::BTreeSet;

use super::grants;
use super::roots::{self, CALL};
use crate::authentication::{Kind, Placements, Signature};
use crate::definition::{Definition, MethodDefinition, OAuth1Definition, Short, SigV4Definition};
use crate::entries::{Entries, Entry};
use crate::error::{Scope, Source};
use crate::{Connector, DefinitionError, Flow, Method, OAuth1, OAuth1Method, SigV4, Template, nearest};

/// A template and its name, where it is none of the form's.
type Named = (Template, Template);

pub(super) fn methods(source: &Source<'_>, definition: &Definition) -> Result<Vec<Method>, DefinitionError> {
    let entries = &definition.authentication.0;
    let mut methods = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let mut at = source.at_line(entry.line);
        if let Some(next) = entries.get(index + 1).filter(|next| next.line > entry.line) {
            at = at.up_to(next.line);
        }
        methods.push(method(at, entry)?);
    }
    if methods.is_empty() {
        let message = "at least one method of authentication is needed; say \"none: {}\"";
        return Err(source.top("authentication").error(message));
    }
    Ok(methods)
}

fn method(at: Scope<'_>, entry: &Entry<MethodDefinition>) -> Result<Method, DefinitionError> {
    let raw = &entry.value;
    let grant = grants::grant(at, raw)?;
    let flow = grant.as_ref().map(|grant| grant.flow);
    let placements = placements(at, &entry.key, raw, flow)?;
    let certificate = grants::certificate(at, raw.certificate.as_ref())?;
    let assertion = grants::assertion(at, raw)?;
    let method = Method {
        name: entry.key.clone(),
        kind: kind(at, raw, &placements, flow)?,
        identity: grants::identity(at, raw)?,
        expired: raw.expired_when.clone().unwrap_or_else(|| vec![401]),
        on_connect: grants::list(at.member("on_connect"), &raw.on_connect)?,
        on_delete: grants::list(at.member("on_delete"), &raw.on_delete)?,
        placements,
        certificate,
        assertion,
        grant,
    };
    check_reachable(at, &method)?;
    Ok(method)
}

/// What a method puts on a call.
fn placements(
    at: Scope<'_>,
    name: &str,
    raw: &MethodDefinition,
    flow: Option<Flow>,
) -> Result<Placements, DefinitionError> {
    let template = |text: &str| roots::template(at, text, CALL);
    let named = |entries: &Entries<String>| -> Result<Vec<Named>, DefinitionError> {
        let one = |entry: &Entry<String>| {
            let at = at.at_line(entry.line);
            Ok((roots::template(at, &entry.key, CALL)?, roots::template(at, &entry.value, CALL)?))
        };
        entries.0.iter().map(one).collect()
    };
    let mut placed = Placements {
        headers: named(&raw.headers)?,
        cookies: named(&raw.cookies)?,
        body: named(&raw.body)?,
        ..Placements::default()
    };
    let query = match &raw.query {
        Some(Short::Full(entries)) => {
            placed.query = named(entries)?;
            None
        }
        Some(Short::Word(name)) => Some(name),
        None => None,
    };
    match (&raw.username, &raw.password, &raw.header, query, &raw.value, &raw.bearer) {
        (None, None, None, None, None, None) => {}
        (Some(user), password, None, None, None, None) => {
            placed.basic = Some((template(user)?, template(password.as_deref().unwrap_or_default())?));
        }
        (None, None, Some(name), None, Some(value), None) => placed.headers.push((template(name)?, template(value)?)),
        (None, None, None, Some(name), Some(value), None) => placed.query.push((template(name)?, template(value)?)),
        (None, None, None, None, None, Some(token)) => placed.headers.push(bearer(at, token)?),
        _ => {
            let message = format!(
                "the members of \"{name}\" fit no method; known are: username and password; header and value; query and value; bearer; headers, query, cookies and body by name; sign"
            );
            return Err(at.error(message));
        }
    }
    if let Some(sign) = &raw.sign {
        placed.signature = Some(match (&sign.sigv4, &sign.oauth1) {
            (Some(v4), None) => Signature::SigV4(Box::new(sigv4(at, v4)?)),
            (None, Some(one)) => Signature::OAuth1(Box::new(oauth1(at, one)?)),
            _ => return Err(at.member("sign").error("\"sign\" holds one of sigv4 and oauth1")),
        });
    }
    let nothing = placed.basic.is_none() && placed.signature.is_none() && placed.names().next().is_none();
    match flow.filter(|_| nothing) {
        Some(Flow::OAuth1) => {
            let one = oauth1(at, &OAuth1Definition::default())?;
            placed.signature = Some(Signature::OAuth1(Box::new(one)));
        }
        Some(_) => placed.headers.push(bearer(at, "${token.access}")?),
        None => {}
    }
    Ok(placed)
}

fn bearer(at: Scope<'_>, token: &str) -> Result<Named, DefinitionError> {
    Ok((roots::template(at, "Authorization", CALL)?, roots::template(at, &format!("Bearer {token}"), CALL)?))
}

fn sigv4(at: Scope<'_>, raw: &SigV4Definition) -> Result<SigV4, DefinitionError> {
    let template = |text: &String| roots::template(at, text, CALL);
    Ok(SigV4 {
        key: template(&raw.key)?,
        secret: template(&raw.secret)?,
        session: raw.session.as_ref().map(template).transpose()?,
        region: template(&raw.region)?,
        service: template(&raw.service)?,
        unsigned: raw.unsigned,
    })
}

fn oauth1(at: Scope<'_>, raw: &OAuth1Definition) -> Result<OAuth1, DefinitionError> {
    let template = |text: &Option<String>, default: &str| roots::template(at, text.as_deref().unwrap_or(default), CALL);
    let known = OAuth1Method::NAMES.map(|(name, _)| name);
    let written = raw.method.as_deref().filter(|text| !text.contains("${"));
    if let Some(other) = written.filter(|name| !known.contains(name)) {
        let hint = nearest::hint(other, known);
        return Err(at.error_at(other, format!("\"{other}\" is none of {}{hint}", known.join(", "))));
    }
    Ok(OAuth1 {
        consumer_key: template(&raw.consumer_key, "${client.id}")?,
        consumer_secret: template(&raw.consumer_secret, "${client.secret}")?,
        token: template(&raw.token, "${token.access}")?,
        token_secret: template(&raw.token_secret, "${token.secret}")?,
        method: template(&raw.method, known[0])?,
        realm: raw.realm.as_ref().map(|text| roots::template(at, text, CALL)).transpose()?,
        in_query: raw.in_query,
        body_hash: raw.body_hash,
    })
}

/// The platform's word for a method.
fn kind(
    at: Scope<'_>,
    raw: &MethodDefinition,
    placements: &Placements,
    flow: Option<Flow>,
) -> Result<Kind, DefinitionError> {
    const WORDS: [Kind; 8] = [
        Kind::None,
        Kind::Basic,
        Kind::ApiKey,
        Kind::OAuth1,
        Kind::OAuth2,
        Kind::OAuth2Password,
        Kind::AwsV4,
        Kind::Custom,
    ];
    if let Some(word) = &raw.kind {
        let names = WORDS.map(Kind::as_str);
        let unknown = || {
            let hint = nearest::hint(word, names);
            at.member("type").error(format!("\"{word}\" is none of {}{hint}", names.join(", ")))
        };
        return WORDS.into_iter().find(|kind| kind.as_str() == word).ok_or_else(unknown);
    }
    let named = placements.names().count();
    Ok(match (flow, &placements.signature, &placements.basic) {
        (Some(Flow::OAuth1), ..) => Kind::OAuth1,
        (Some(Flow::Password), ..) => Kind::OAuth2Password,
        (Some(Flow::Login), ..) => Kind::Custom,
        (Some(_), ..) => Kind::OAuth2,
        (None, Some(Signature::SigV4(_)), _) => Kind::AwsV4,
        (None, Some(Signature::OAuth1(_)), _) => Kind::OAuth1,
        (None, None, Some(_)) => Kind::Basic,
        (None, None, None) if raw.assertion.is_some() => Kind::Custom,
        (None, None, None) if named > 0 => Kind::ApiKey,
        (None, None, None) if raw.certificate.is_some() => Kind::Custom,
        (None, None, None) => Kind::None,
    })
}

/// What a method reads of itself is there: a token needs a grant, an assertion its description.
fn check_reachable(at: Scope<'_>, method: &Method) -> Result<(), DefinitionError> {
    let missing = [
        ("token", method.grant.is_none(), "a \"grant\""),
        ("tokens", method.grant.is_none(), "a \"grant\""),
        ("client", false, ""),
        ("assertion", method.assertion.is_none(), "an \"assertion\""),
    ];
    for (root, _, what) in missing.into_iter().filter(|(_, missing, _)| *missing) {
        if method.reads_root(root) {
            let message = format!("\"{root}\" cannot be reached here: \"{}\" has no {what}", method.name);
            return Err(at.error_at(root, message.replace("no a ", "no ").replace("no an ", "no ")));
        }
    }
    Ok(())
}

/// Every entry of the configuration that a method reads exists, and the method asks for it.
pub(super) fn check(source: &Source<'_>, connector: &Connector) -> Result<(), DefinitionError> {
    for method in &connector.methods {
        let known: BTreeSet<&str> = connector.fields_for(method).map(|field| field.key.as_str()).collect();
        let captured = method.captured();
        for key in method.keys().into_iter().chain(captured).filter(|key| !known.contains(key)) {
            let hint = nearest::hint(key, known.iter().copied());
            let message = format!("\"config.{key}\" is no configuration entry of \"{}\"{hint}", method.name);
            let at = source.top("authentication").member(&method.name);
            return Err(at.error_at(key, message));
        }
    }
    Ok(())
}
