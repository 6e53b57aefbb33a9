//! From the members of a method that get, renew and give back tokens to a [`Grant`].

use serde_json::Value;

use super::roots::{self, ANSWER, STEP};
use super::steps::{self, FREE, TOKEN, Usual};
use crate::authentication::{Assertion, Certificate, Claim, KeyEncoding};
use crate::definition::{
    AuthorizeDefinition, CertificateDefinition, ExpiryDefinition, FlowWord, MethodDefinition, RequestDefinition,
    ScopeDefinition, Short,
};
use crate::error::Scope;
use crate::grant::{Authorize, Described, Expiry, Flow, Grant, Identity, Pkce, Refresh, ScopeRule};
use crate::step::{ClientAuthentication, Send, Step};
use crate::{DefinitionError, nearest};

/// The grant of a method, if it has one.
pub(super) fn grant(at: Scope<'_>, raw: &MethodDefinition) -> Result<Option<Grant>, DefinitionError> {
    let Some(flow) = flow(raw) else {
        return check_no_grant(at, raw).map(|()| None);
    };
    let request_token = member(at, "request_token", raw.request_token.as_ref(), signed())?;
    let device = member(at, "device", raw.device.as_ref(), TOKEN)?;
    let grant = Grant {
        flow,
        issuer: raw.issuer.as_ref().map(|text| roots::template(at.member("issuer"), text, STEP)).transpose()?,
        authorize: authorize(at, raw)?,
        request_token,
        device,
        token: token(at, raw, flow)?,
        described: raw.described.as_deref().map(Described::of),
        refresh: refresh(at, raw, flow)?,
        revoke: member(at, "revoke", raw.revoke.as_ref(), TOKEN)?,
        scope: scope(at, raw)?,
        expiry: expiry(&raw.expiry),
        dead_when: raw.dead_when.clone(),
    };
    check(at, &grant)?;
    Ok(Some(grant))
}

/// What a method exchanges for a token: what it says, or what its members need.
fn flow(raw: &MethodDefinition) -> Option<Flow> {
    let word = match raw.grant {
        Some(word) => word,
        None if raw.request_token.is_some() => FlowWord::OAuth1,
        None if raw.device.is_some() => FlowWord::Device,
        None if raw.authorize.is_some() || raw.issuer.is_some() => FlowWord::AuthorizationCode,
        None if raw.token.is_some() || raw.described.is_some() => FlowWord::Login,
        None => return None,
    };
    Some(match word {
        FlowWord::AuthorizationCode => Flow::AuthorizationCode,
        FlowWord::ClientCredentials => Flow::ClientCredentials,
        FlowWord::Password => Flow::Password,
        FlowWord::JwtBearer => Flow::JwtBearer,
        FlowWord::TokenExchange => Flow::TokenExchange,
        FlowWord::Device => Flow::Device,
        FlowWord::Login => Flow::Login,
        FlowWord::OAuth1 => Flow::OAuth1,
    })
}

fn check_no_grant(at: Scope<'_>, raw: &MethodDefinition) -> Result<(), DefinitionError> {
    let ExpiryDefinition { default, margin, idle, reuse, refresh } = raw.expiry;
    let unused = [
        ("refresh", raw.refresh.is_some()),
        ("revoke", raw.revoke.is_some()),
        ("scope", raw.scope.is_some()),
        ("dead_when", !raw.dead_when.is_empty()),
        ("expiry", [default, margin, idle, reuse, refresh].iter().any(Option::is_some)),
    ];
    match unused.into_iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(at.member(name).error(format!("\"{name}\" is not used: there is no token"))),
        None => Ok(()),
    }
}

/// What a grant cannot do without.
fn check(at: Scope<'_>, grant: &Grant) -> Result<(), DefinitionError> {
    let discovered = grant.issuer.is_some();
    let no_token = grant.token.is_empty() && grant.described.is_none();
    let missing = [
        ("token", no_token && !discovered),
        ("authorize", grant.authorize.is_none() && matches!(grant.flow, Flow::AuthorizationCode | Flow::OAuth1)),
        ("request_token", grant.request_token.is_none() && grant.flow == Flow::OAuth1),
        ("device", grant.device.is_none() && grant.flow == Flow::Device && !discovered),
    ];
    if let Some((name, _)) = missing.into_iter().find(|(_, missing)| *missing) {
        return Err(at.error(format!("\"{name}\" is missing: this grant cannot do without it")));
    }
    let unused = [
        ("request_token", grant.request_token.is_some() && grant.flow != Flow::OAuth1),
        ("device", grant.device.is_some() && grant.flow != Flow::Device),
        ("described", grant.described.is_some() && grant.flow != Flow::Login),
    ];
    match unused.into_iter().find(|(_, unused)| *unused) {
        Some((name, _)) => Err(at.member(name).error(format!("\"{name}\" is not used by this grant"))),
        None => Ok(()),
    }
}

fn member(
    at: Scope<'_>,
    name: &str,
    raw: Option<&Short<RequestDefinition>>,
    usual: Usual,
) -> Result<Option<Step>, DefinitionError> {
    raw.map(|raw| steps::step(at.member(name), raw, usual)).transpose()
}

/// Requests of OAuth 1.0a carry a signature instead of parameters.
const fn signed() -> Usual {
    Usual { send: Send::Nothing, client: ClientAuthentication::None, ..TOKEN }
}

fn token(at: Scope<'_>, raw: &MethodDefinition, flow: Flow) -> Result<Vec<Step>, DefinitionError> {
    let usual = match flow {
        Flow::OAuth1 => signed(),
        Flow::Login => Usual { method: "POST", ..FREE },
        _ => TOKEN,
    };
    let chain = raw.token.as_ref().map(|raw| steps::chain(at.member("token"), raw, usual));
    Ok(chain.transpose()?.unwrap_or_default())
}

fn refresh(at: Scope<'_>, raw: &MethodDefinition, flow: Flow) -> Result<Refresh, DefinitionError> {
    let usual = match flow {
        Flow::AuthorizationCode | Flow::Device | Flow::Password => Refresh::Standard,
        Flow::OAuth1 => Refresh::Never,
        Flow::ClientCredentials | Flow::JwtBearer | Flow::TokenExchange | Flow::Login => Refresh::Again,
    };
    match &raw.refresh {
        None => Ok(usual),
        Some(Short::Word(word)) if word == "none" => Ok(Refresh::Never),
        Some(Short::Word(word)) if word == "standard" => Ok(Refresh::Standard),
        Some(Short::Word(word)) if word == "again" => {
            if flow.needs_person() {
                let message = "\"again\" cannot be: this grant needs a person";
                return Err(at.member("refresh").error(message));
            }
            Ok(Refresh::Again)
        }
        Some(request) => Ok(Refresh::Steps(steps::chain(at.member("refresh"), request, TOKEN)?)),
    }
}

fn authorize(at: Scope<'_>, raw: &MethodDefinition) -> Result<Option<Authorize>, DefinitionError> {
    let at = at.member("authorize");
    let short = AuthorizeDefinition::default();
    let (given, url) = match &raw.authorize {
        None if raw.issuer.is_some() && raw.grant.is_none_or(|word| word == FlowWord::AuthorizationCode) => {
            (&short, None)
        }
        None => return Ok(None),
        Some(Short::Word(url)) => (&short, Some(url)),
        Some(Short::Full(given)) => (given, given.url.as_ref()),
    };
    if url.is_none() && raw.issuer.is_none() {
        return Err(at.error("\"url\" is missing, and there is no issuer whose metadata could say it"));
    }
    let pkce = match given.pkce.as_deref() {
        None | Some("s256") => Pkce::S256,
        Some("plain") => Pkce::Plain,
        Some("off" | "false") => Pkce::Off,
        Some(other) => return Err(at.member("pkce").error(format!("\"{other}\" is none of s256, plain and off"))),
    };
    let (path, fragment) = match url.map(|url| url.split_once('#').unwrap_or((url, ""))) {
        None => (None, ""),
        Some((path, fragment)) => (Some(path), fragment),
    };
    let mut query = given.query.clone();
    let mut without = Vec::new();
    query.0.retain(|entry| {
        let kept = !entry.value.is_null();
        if !kept {
            without.push(entry.key.clone());
        }
        kept
    });
    let described = RequestDefinition { get: path.map(str::to_owned), query, ..RequestDefinition::default() };
    let described = Short::Full(RequestDefinition {
        // A request needs a place even where the metadata says it; the metadata's is taken then.
        get: described.get.or_else(|| Some("/".to_owned())),
        ..described
    });
    let step = steps::step(at, &described, FREE)?;
    Ok(Some(Authorize {
        has_url: url.is_some(),
        request: step.request,
        fragment: Some(fragment.to_owned()).filter(|text| !text.is_empty()),
        names: given.names.0.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect(),
        without,
        pkce,
        plain_scope: given.plain_scope,
        code: given.code.clone().unwrap_or_else(|| "code".to_owned()),
        pushed: member(at, "pushed", given.pushed.as_ref(), TOKEN)?,
        capture: steps::captures(at.member("capture"), &given.capture, ANSWER)?,
    }))
}

fn scope(at: Scope<'_>, raw: &MethodDefinition) -> Result<ScopeRule, DefinitionError> {
    let at = at.member("scope");
    let short = |text: &str| ScopeDefinition { ask: vec![text.to_owned()], ..ScopeDefinition::default() };
    let given = match &raw.scope {
        None => ScopeDefinition::default(),
        Some(Short::Word(text)) => short(text),
        Some(Short::Full(given)) => given.clone(),
    };
    let separator = given.separator.unwrap_or_else(|| " ".to_owned());
    let ask = given.ask.join(&separator);
    let default = Some(ask).filter(|text| !text.is_empty());
    Ok(ScopeRule {
        default: default.map(|text| roots::template(at, &text, STEP)).transpose()?,
        separator,
        required: given.required,
    })
}

const fn expiry(raw: &ExpiryDefinition) -> Expiry {
    let ExpiryDefinition { default, margin, idle, reuse, refresh } = *raw;
    Expiry { default, margin, idle, reuse, refresh }
}

/// Whom the credential belongs to: an expression over the token's answer, or a request that says `subject`.
pub(super) fn identity(at: Scope<'_>, raw: &MethodDefinition) -> Result<Option<Identity>, DefinitionError> {
    let at = at.member("identity");
    match &raw.identity {
        None => Ok(None),
        Some(Short::Word(text)) => Ok(Some(Identity { step: None, subject: roots::formula(at, text, ANSWER)? })),
        Some(full @ Short::Full(request)) => {
            let missing = || at.error("\"subject\" is missing: the expression that says who it is");
            let subject = roots::formula(at, request.subject.as_deref().ok_or_else(missing)?, ANSWER)?;
            Ok(Some(Identity { step: Some(steps::step(at, full, FREE)?), subject }))
        }
    }
}

/// Requests that are made one after the other.
pub(super) fn list(at: Scope<'_>, raw: &[RequestDefinition]) -> Result<Vec<Step>, DefinitionError> {
    let one = |raw: &RequestDefinition| steps::step(at, &Short::Full(raw.clone()), FREE);
    raw.iter().map(one).collect()
}

/// What connections are made with.
pub(super) fn certificate(
    at: Scope<'_>,
    raw: Option<&CertificateDefinition>,
) -> Result<Option<Certificate>, DefinitionError> {
    let Some(given) = raw else { return Ok(None) };
    let at = at.member("certificate");
    let template = |text: &String| roots::template(at, text, roots::CONNECTION);
    let identity = match (&given.certificate, &given.key) {
        (Some(certificate), Some(key)) => Some((template(certificate)?, template(key)?)),
        (None, None) => None,
        _ => return Err(at.error("a certificate needs its key, and a key its certificate")),
    };
    let authorities = given.authorities.as_ref().map(template).transpose()?;
    if authorities.is_none() && identity.is_none() {
        return Err(at.error("\"certificate\" holds authorities, or a certificate and its key"));
    }
    Ok(Some(Certificate { authorities, identity }))
}

/// A token that is signed here.
pub(super) fn assertion(at: Scope<'_>, raw: &MethodDefinition) -> Result<Option<Assertion>, DefinitionError> {
    let Some(given) = &raw.assertion else { return Ok(None) };
    let at = at.member("assertion");
    let template = |text: &str| roots::template(at, text, STEP);
    let encoding = match given.encoding.as_deref() {
        None | Some("utf8") => KeyEncoding::Utf8,
        Some("hex") => KeyEncoding::Hex,
        Some("base64") => KeyEncoding::Base64,
        Some(other) => {
            let hint = nearest::hint(other, ["utf8", "hex", "base64"]);
            return Err(at.member("encoding").error(format!("\"{other}\" is none of utf8, hex and base64{hint}")));
        }
    };
    let claim = |value: &Value| {
        Ok(match value {
            Value::Null => Claim::Left,
            Value::String(text) => Claim::Text(template(text)?),
            other => Claim::Fixed(other.clone()),
        })
    };
    Ok(Some(Assertion {
        algorithm: template(&given.algorithm)?,
        key: template(&given.key)?,
        encoding,
        header: given
            .header
            .0
            .iter()
            .map(|entry| Ok((entry.key.clone(), template(&entry.value)?)))
            .collect::<Result<_, DefinitionError>>()?,
        claims: given
            .claims
            .0
            .iter()
            .map(|entry| Ok((entry.key.clone(), claim(&entry.value)?)))
            .collect::<Result<_, DefinitionError>>()?,
        lifetime: given.lifetime.unwrap_or(300),
    }))
}
