//! From the description of a request to a [`Request`].

use http::{HeaderName, Method};
use serde_json::Value;
use url::Url;

use super::Common;
use crate::definition::{BodyForm, RequestDefinition};
use crate::entries::{Entries, Entry};
use crate::error::Scope;
use crate::pattern::Pattern;
use crate::place::{Path, Place};
use crate::render::plain;
use crate::request::{Body, LONGEST_CHAIN, Request, Root, Tree};
use crate::{DefinitionError, Roots, Template, nearest};

/// What a request is when its description does not say.
pub(super) struct Default<'a> {
    /// Method and path.
    pub(super) target: Option<(&'a str, String)>,
    /// Body.
    pub(super) body: Body,
}

/// Headers that belong to the connection or to the credential.
pub(super) const NOT_THEIRS: [&str; 7] =
    ["host", "content-length", "transfer-encoding", "connection", "upgrade", "authorization", "expect"];

/// Headers that belong to the connection.
pub(super) const OF_THE_TRANSPORT: [&str; 6] =
    ["host", "content-length", "transfer-encoding", "connection", "upgrade", "expect"];

/// Methods of requests.
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

pub(super) fn request(
    at: Scope<'_>,
    common: &Common,
    raw: &RequestDefinition,
    default: Default<'_>,
) -> Result<Request, DefinitionError> {
    chain(at, common, raw, default, 1)
}

fn chain(
    at: Scope<'_>,
    common: &Common,
    raw: &RequestDefinition,
    default: Default<'_>,
    length: usize,
) -> Result<Request, DefinitionError> {
    if length > LONGEST_CHAIN {
        return Err(at.member("then").error(format!("a chain has {LONGEST_CHAIN} calls at most")));
    }
    let (method, target) = target(at, raw, default.target)?;
    let (root, path, fixed) = place_of(at, common.roots, &target)?;
    let mut query = common.query.clone();
    query.extend(fixed);
    query.extend(patterns(at, common.roots, &raw.query)?);
    let mut headers = common.headers.clone();
    headers.extend(self::headers(at, common.roots, common.theirs, &raw.headers)?);
    let place = |text: &String| Place::parse(text).map_err(|message| at.error_at(text, message));
    let capture = |entry: &Entry<String>| {
        let found = Place::parse(&entry.value).map_err(|message| at.at_line(entry.line).error(message));
        Ok::<_, DefinitionError>((entry.key.clone(), found?))
    };
    let follow = |raw: &RequestDefinition| {
        check_followed(at.member("then"), raw)?;
        chain(at.member("then"), common, raw, Default { target: None, body: Body::None }, length + 1)
    };
    Ok(Request {
        method,
        root,
        path,
        query,
        headers,
        body: body(at, common, raw)?.unwrap_or(default.body),
        success_when: raw.success_when.as_ref().map(place).transpose()?.or_else(|| common.success_when.clone()),
        capture: raw.capture.0.iter().map(capture).collect::<Result<_, _>>()?,
        then: raw.then.as_deref().map(follow).transpose()?.map(Box::new),
    })
}

/// What belongs to an operation's first request is not used by any other.
fn check_followed(at: Scope<'_>, raw: &RequestDefinition) -> Result<(), DefinitionError> {
    let unused =
        [("parameters", !raw.parameters.0.is_empty()), ("items", raw.items.is_some()), ("item", raw.item.is_some())];
    match unused.into_iter().find(|(_, unused)| *unused) {
        Some((name, _)) => {
            Err(at.member(name).error(format!("\"{name}\" is not used: it belongs to the first request")))
        }
        None => Ok(()),
    }
}

/// A request that is made by itself: nothing follows it, and nothing but its success is looked at.
pub(super) fn check_alone(at: Scope<'_>, raw: &RequestDefinition) -> Result<(), DefinitionError> {
    check_followed(at, raw)?;
    let unused =
        [("then", raw.then.is_some()), ("capture", !raw.capture.0.is_empty()), ("multipart", raw.multipart.is_some())];
    match unused.into_iter().find(|(_, unused)| *unused) {
        Some((name, _)) => Err(at.member(name).error(format!("\"{name}\" is not used in this request"))),
        None => Ok(()),
    }
}

fn target(
    at: Scope<'_>,
    raw: &RequestDefinition,
    default: Option<(&str, String)>,
) -> Result<(Method, String), DefinitionError> {
    let given = [
        (Method::GET, &raw.get),
        (Method::POST, &raw.post),
        (Method::PUT, &raw.put),
        (Method::PATCH, &raw.patch),
        (Method::DELETE, &raw.delete),
    ];
    let mut given = given.into_iter().filter_map(|(method, path)| Some((method, path.clone()?)));
    match (given.next(), given.next(), default) {
        (Some(_), Some(_), _) => Err(at.error("a request has one method")),
        (Some(one), None, _) => Ok(one),
        (None, _, Some((method, path))) => {
            let known = METHODS.into_iter().find(|known| known.as_str() == method);
            let names = METHODS.map(|known| known.to_string()).join(", ");
            let message = || at.error_at(method, format!("\"{method}\" is none of the methods {names}"));
            Ok((known.ok_or_else(message)?, path))
        }
        (None, _, None) => Err(at.error("a method with a path is missing, such as \"GET: /path\"")),
    }
}

type Placed = (Root, Pattern, Vec<(String, Pattern)>);

/// Takes a path or URL apart: what it stands below, the path, and a fixed query.
fn place_of(at: Scope<'_>, roots: Roots, text: &str) -> Result<Placed, DefinitionError> {
    let (path, query) = split_outside(text, '?');
    let wrong = |message: String| at.error_at(text, message);
    let parse = |text: &str| Pattern::parse_with(text, roots).map_err(wrong);
    if path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(wrong(format!("\"{text}\" holds dot segments, which lead elsewhere")));
    }
    let (root, rest) = if path.is_empty() || path.starts_with('/') {
        (Root::Base, parse(path)?)
    } else {
        let after = path.find("://").filter(|_| path.starts_with("http")).map_or(0, |at| at + 3);
        let end = path.len() - split_outside(&path[after..], '/').1.map_or(0, |rest| rest.len() + 1);
        let (origin, rest) = path.split_at(end);
        (root_of(origin, text, roots).map_err(wrong)?, parse(rest)?)
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((name.to_owned(), parse(value)?))
    };
    let query = query.unwrap_or_default().split('&').filter(|text| !text.is_empty()).map(pair);
    Ok((root, rest, query.collect::<Result<_, DefinitionError>>()?))
}

pub(super) fn patterns(
    at: Scope<'_>,
    roots: Roots,
    entries: &Entries<Value>,
) -> Result<Vec<(String, Pattern)>, DefinitionError> {
    let one = |entry: &Entry<Value>| {
        let text = plain(&entry.value);
        let pattern = Pattern::parse_with(&text, roots).map_err(|message| at.at_line(entry.line).error(message))?;
        Ok((entry.key.clone(), pattern))
    };
    entries.0.iter().map(one).collect()
}

pub(super) fn headers(
    at: Scope<'_>,
    roots: Roots,
    theirs: &[&str],
    entries: &Entries<Value>,
) -> Result<Vec<(HeaderName, Tree)>, DefinitionError> {
    let one = |entry: &Entry<Value>| {
        let at = at.at_line(entry.line);
        let lower = entry.key.to_ascii_lowercase();
        let name = HeaderName::from_bytes(lower.as_bytes());
        let name = name.map_err(|_| at.error(format!("\"{}\" is not the name of a header", entry.key)))?;
        if theirs.contains(&lower.as_str()) {
            return Err(at.error(format!("\"{}\" is set by the transport or the authentication", entry.key)));
        }
        Ok((name, tree(at, roots, &entry.value)?))
    };
    entries.0.iter().map(one).collect()
}

fn body(at: Scope<'_>, common: &Common, raw: &RequestDefinition) -> Result<Option<Body>, DefinitionError> {
    let (form, roots) = (common.body, common.roots);
    let given = [raw.body.is_some(), raw.form.is_some(), raw.multipart.is_some(), raw.text.is_some()];
    if given.iter().filter(|given| **given).count() > 1 {
        return Err(at.error("a request has one of body, form, multipart and text"));
    }
    if raw.content_type.is_some() && raw.text.is_none() {
        return Err(at.member("content_type").error("\"content_type\" is not used: it is the type of \"text\""));
    }
    if let Some(value) = &raw.form {
        return Ok(Some(Body::Form(tree(at, roots, value)?)));
    }
    if let Some(parts) = &raw.multipart {
        let part = |entry: &Entry<Value>| Ok((entry.key.clone(), tree(at.at_line(entry.line), roots, &entry.value)?));
        return Ok(Some(Body::Multipart(parts.0.iter().map(part).collect::<Result<_, DefinitionError>>()?)));
    }
    if let Some(text) = &raw.text {
        let pattern = Pattern::parse_with(text, roots).map_err(|message| at.member("text").error(message))?;
        let content_type = raw.content_type.clone().unwrap_or_else(|| "text/plain; charset=utf-8".to_owned());
        return Ok(Some(Body::Text { pattern, content_type }));
    }
    Ok(match &raw.body {
        None => None,
        Some(Value::String(word)) if word == "none" => Some(Body::None),
        Some(Value::String(word)) if word == "{body}" => Some(Body::Caller),
        Some(Value::String(word)) if word == "{file}" => Some(Body::File),
        Some(value) if form == BodyForm::Form => Some(Body::Form(tree(at, roots, value)?)),
        Some(value) => Some(Body::Json(tree(at, roots, value)?)),
    })
}

/// A value whose texts may hold places.
pub(super) fn tree(at: Scope<'_>, roots: Roots, value: &Value) -> Result<Tree, DefinitionError> {
    Ok(match value {
        Value::String(text) => {
            let pattern = Pattern::parse_with(text, roots).map_err(|message| at.error_at(text, message))?;
            match pattern.fixed() {
                Some(text) => Tree::Fixed(text.into_owned().into()),
                None => Tree::Text(pattern),
            }
        }
        Value::Array(items) => Tree::List(items.iter().map(|item| tree(at, roots, item)).collect::<Result<_, _>>()?),
        Value::Object(members) => {
            let spread = members.get("*").is_some();
            if spread && members.get("*") != Some(&Value::String("{body}".to_owned())) {
                return Err(at.member("*").error("\"*\" takes \"{body}\" and nothing else"));
            }
            let members = members.iter().filter(|(name, _)| *name != "*");
            let members = members.map(|(name, member)| Ok((name.clone(), tree(at, roots, member)?)));
            Tree::Map { members: members.collect::<Result<_, DefinitionError>>()?, spread }
        }
        scalar => Tree::Fixed(scalar.clone()),
    })
}

/// What a path stands below: a URL that is written there, one made of templates, or one in a configuration entry.
fn root_of(origin: &str, text: &str, roots: Roots) -> Result<Root, String> {
    if origin.starts_with("http://") || origin.starts_with("https://") {
        // Calls of resources go to hosts that the definition or the root of the instance names.
        if origin.contains("${") && !roots.0.is_empty() {
            return Template::parse_with(origin, roots).map(Root::Made);
        }
        if !Url::parse(origin).is_ok_and(|url| url.has_host()) || origin.contains(['{', '@']) {
            return Err(format!("\"{origin}\" is not a URL of the form https://host"));
        }
        return Ok(Root::Url(origin.to_owned()));
    }
    let template = Template::parse_with(origin, roots)?;
    match template.plain_key() {
        Some(key) => Ok(Root::Config(key.to_owned())),
        None if origin.starts_with("${") && origin.ends_with('}') && !roots.0.is_empty() => Ok(Root::Made(template)),
        None => Err(format!(
            "\"{text}\" begins neither with \"/\", nor with a URL, nor with a configuration entry that is one"
        )),
    }
}

/// Cuts a text at the first character of a kind that is not part of a `${…}`.
fn split_outside(text: &str, at: char) -> (&str, Option<&str>) {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (index, c) in text.char_indices() {
        match c {
            '{' if before == '$' || depth > 0 => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if c == at && depth == 0 => return (&text[..index], Some(&text[index + c.len_utf8()..])),
            _ => {}
        }
        before = c;
    }
    (text, None)
}

/// Every place of a request and of what follows it can be reached; `known` are the names for this operation.
pub(super) fn check_places(at: Scope<'_>, request: &Request, known: &[String]) -> Result<(), DefinitionError> {
    for (index, request) in request.chain().enumerate() {
        for name in request.places() {
            let previous = name.strip_prefix("previous.").filter(|_| index > 0);
            if let Some(place) = previous {
                Path::parse(place).map_err(|message| at.error_at_place(name, message))?;
            } else if !known.iter().any(|known| known == name) {
                let hint = nearest::hint(name, known.iter().map(String::as_str));
                return Err(at.error_at_place(name, format!("\"{{{name}}}\" cannot be reached here{hint}")));
            }
        }
    }
    Ok(())
}
