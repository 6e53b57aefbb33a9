//! From the description of a request of a method to a [`Step`].

use serde_json::Value;

use super::Common;
use super::grants;
use super::requests::{self, Default};
use super::roots::{self, ANSWER};
use crate::definition::{BodyForm, ClientWord, RequestDefinition, SendWord, Short};
use crate::entries::{Entries, Entry};
use crate::error::{Scope, Source};
use crate::request::{Body, LONGEST_CHAIN};
use crate::step::{Capture, ClientAuthentication, Send, Step, TOKEN_PARTS, Target};
use crate::{DefinitionError, Roots, nearest};

/// What a request of a method is where its description does not say.
#[derive(Clone, Copy)]
pub(super) struct Usual {
    /// Its method.
    pub(super) method: &'static str,
    /// How the standard's parameters are sent.
    pub(super) send: Send,
    /// How the client says who it is.
    pub(super) client: ClientAuthentication,
    /// What it may read.
    pub(super) roots: Roots,
}

/// A request of a token endpoint.
pub(super) const TOKEN: Usual =
    Usual { method: "POST", send: Send::Form, client: ClientAuthentication::Discovered, roots: roots::STEP };

/// A request that follows no standard.
pub(super) const FREE: Usual =
    Usual { method: "GET", send: Send::Nothing, client: ClientAuthentication::None, roots: roots::STEP };

/// One request.
pub(super) fn step(at: Scope<'_>, raw: &Short<RequestDefinition>, usual: Usual) -> Result<Step, DefinitionError> {
    let mut steps = chain(at, raw, usual)?;
    if steps.len() > 1 {
        return Err(at.member("then").error("\"then\" is not used in this request"));
    }
    steps.pop().ok_or_else(|| at.error("a request is missing"))
}

/// A request and those that follow it.
pub(super) fn chain(at: Scope<'_>, raw: &Short<RequestDefinition>, usual: Usual) -> Result<Vec<Step>, DefinitionError> {
    match raw {
        Short::Word(text) => {
            let given = text.trim().split_once(' ');
            let given = given.filter(|(method, _)| method.bytes().all(|byte| byte.is_ascii_uppercase()));
            let (method, target) = given.unwrap_or_else(|| (usual.method, text.trim()));
            let raw = RequestDefinition::default();
            Ok(vec![one(at, &raw, Some((method, target.trim().to_owned())), usual)?])
        }
        Short::Full(raw) => {
            let mut steps = vec![one(at, raw, None, usual)?];
            let mut next = raw.then.as_deref();
            while let Some(raw) = next {
                if steps.len() == LONGEST_CHAIN {
                    return Err(at.member("then").error(format!("a chain has {LONGEST_CHAIN} calls at most")));
                }
                // What follows says all by itself.
                steps.push(one(at.member("then"), raw, None, Usual { roots: usual.roots, ..FREE })?);
                next = raw.then.as_deref();
            }
            Ok(steps)
        }
    }
}

fn one(
    at: Scope<'_>,
    raw: &RequestDefinition,
    target: Option<(&str, String)>,
    usual: Usual,
) -> Result<Step, DefinitionError> {
    check_members(at, raw)?;
    let mut plain = raw.clone();
    let (success_when, capture) = (plain.success_when.take(), std::mem::take(&mut plain.capture));
    plain.then = None;
    let (names, make) = (std::mem::take(&mut plain.names), std::mem::take(&mut plain.make));
    (plain.client_auth, plain.send, plain.subject) = (None, None, None);
    let certificate = grants::certificate(at, plain.certificate.take().as_ref())?;
    let without = taken_out(&mut plain);
    let common = Common::for_steps(usual.roots);
    let request = requests::request(at, &common, &plain, Default { target, body: Body::None })?;
    requests::check_places(at, &request, &[])?;
    let answer = |text: &str, at: Scope<'_>| roots::formula(at, text, ANSWER);
    Ok(Step {
        send: send(at, raw, &request.body, request.method() == http::Method::GET, usual)?,
        request,
        certificate,
        client: raw.client_auth.map_or(usual.client, client),
        names: names.0.into_iter().map(|entry| (entry.key, entry.value)).collect(),
        without,
        make: make
            .0
            .iter()
            .map(|entry| Ok((entry.key.clone(), roots::formula(at.at_line(entry.line), &entry.value, usual.roots)?)))
            .collect::<Result<_, DefinitionError>>()?,
        success_when: success_when.map(|text| answer(&text, at.member("success_when"))).transpose()?,
        capture: captures(at, &capture, ANSWER)?,
    })
}

/// Members that belong to calls of resources.
fn check_members(at: Scope<'_>, raw: &RequestDefinition) -> Result<(), DefinitionError> {
    let unused = [
        ("parameters", !raw.parameters.0.is_empty()),
        ("items", raw.items.is_some()),
        ("item", raw.item.is_some()),
        ("multipart", raw.multipart.is_some()),
    ];
    match unused.into_iter().find(|(_, unused)| *unused) {
        Some((name, _)) => Err(at.member(name).error(format!("\"{name}\" is not used in this request"))),
        None => Ok(()),
    }
}

/// Takes the parameters that are null out of a description: standard ones that are not sent.
fn taken_out(raw: &mut RequestDefinition) -> Vec<String> {
    let mut names = Vec::new();
    raw.query.0.retain(|entry| {
        let kept = !entry.value.is_null();
        if !kept {
            names.push(entry.key.clone());
        }
        kept
    });
    for body in [&mut raw.form, &mut raw.body].into_iter().flatten() {
        let Value::Object(members) = body else { continue };
        names.extend(members.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.clone()));
        members.retain(|_, value| !value.is_null());
    }
    names
}

/// How the standard's parameters are sent: as said, as the body is written, or as usual.
fn send(
    at: Scope<'_>,
    raw: &RequestDefinition,
    body: &Body,
    is_get: bool,
    usual: Usual,
) -> Result<Send, DefinitionError> {
    let told = raw.send.map(|word| match word {
        SendWord::Form => Send::Form,
        SendWord::Json => Send::Json,
        SendWord::Query => Send::Query,
        SendWord::Nothing => Send::Nothing,
    });
    let fits = match (told, body) {
        (Some(Send::Form), Body::None | Body::Form(_)) | (Some(Send::Json), Body::None | Body::Json(_)) => true,
        (Some(Send::Form | Send::Json), _) => false,
        _ => true,
    };
    if !fits {
        return Err(at.member("send").error("the standard's parameters cannot be sent beside this body"));
    }
    Ok(match (told, usual.send, body) {
        (Some(told), ..) => told,
        (None, Send::Nothing, _) => Send::Nothing,
        (None, _, Body::Form(_)) => Send::Form,
        (None, _, Body::None) if is_get => Send::Query,
        (None, usual, Body::None) => usual,
        (None, ..) => Send::Nothing,
    })
}

const fn client(word: ClientWord) -> ClientAuthentication {
    match word {
        ClientWord::Body => ClientAuthentication::Body,
        ClientWord::Basic => ClientAuthentication::Basic,
        ClientWord::PlainBasic => ClientAuthentication::PlainBasic,
        ClientWord::Id => ClientAuthentication::Id,
        ClientWord::None => ClientAuthentication::None,
        ClientWord::PrivateKeyJwt => ClientAuthentication::PrivateKeyJwt,
        ClientWord::Certificate => ClientAuthentication::Certificate,
    }
}

/// What an answer brings: parts of token sets, and configuration entries.
pub(super) fn captures(
    at: Scope<'_>,
    entries: &Entries<String>,
    roots: Roots,
) -> Result<Vec<Capture>, DefinitionError> {
    let one = |entry: &Entry<String>| {
        let at = at.at_line(entry.line);
        let target = match entry.key.strip_prefix("token.") {
            None => Target::Entry(entry.key.clone()),
            Some(rest) => {
                let (set, part) = rest.rsplit_once('.').unwrap_or(("", rest));
                let known = TOKEN_PARTS.iter().find(|(name, _)| *name == part).map(|(_, part)| *part);
                let hint = || nearest::hint(part, TOKEN_PARTS.iter().map(|(name, _)| *name));
                let unknown = || at.error(format!("\"{part}\" is no part of a token{}", hint()));
                Target::Token(set.to_owned(), known.ok_or_else(unknown)?)
            }
        };
        Ok(Capture { target, formula: roots::formula(at, &entry.value, roots)? })
    };
    entries.0.iter().map(one).collect()
}

impl Common {
    /// Requests of methods share nothing with calls of resources.
    fn for_steps(roots: Roots) -> Self {
        Self {
            query: Vec::new(),
            headers: Vec::new(),
            body: BodyForm::Json,
            success_when: None,
            parameters: Vec::new(),
            roots,
            theirs: &requests::OF_THE_TRANSPORT,
        }
    }
}

/// The requests of a description that a person wrote as JSON, which YAML contains.
pub(crate) fn described_steps(source: &Source<'_>) -> Result<Vec<Step>, DefinitionError> {
    let options = serde_saphyr::options! { strict_booleans: true };
    let raw: RequestDefinition = serde_saphyr::from_str_with_options(source.text, options).map_err(|error| {
        let line = error.location().map_or(0, |location| usize::try_from(location.line()).unwrap_or(0));
        source.error_of_reader(line, &error.without_snippet().to_string())
    })?;
    let usual = Usual { method: "POST", roots: roots::DESCRIBED, ..FREE };
    chain(source.at_line(0), &Short::Full(raw), usual)
}
