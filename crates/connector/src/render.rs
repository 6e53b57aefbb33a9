//! Filling a request's places: every value is escaped for where it stands, and put in once.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue};
use keyway_model::Problems;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::Scope;
use crate::form;
use crate::json::Json;
use crate::pattern::{Part, Pattern, Style};
use crate::place::Path;
use crate::request::{Body, Request, Tree};

/// Everything but the unreserved characters of RFC 3986.
pub(crate) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value for a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A path segment as the caller encoded it.
    Segment(String),
    /// A text.
    Text(String),
    /// A JSON value.
    Json(Value),
}

/// What fills the places of a request.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// What is read of the instance: its configuration, at least the entries that the request reads, and named values.
    pub scope: Scope<'a>,
    /// What the caller sends, by name.
    pub places: Vec<(String, Given)>,
    /// The caller's body.
    pub body: Option<Value>,
    /// The previous answer of a chain.
    pub previous: Option<Value>,
}

/// A request without places.
#[derive(Debug)]
pub struct Rendered {
    /// Path below the root; begins with a slash or is empty.
    pub path: String,
    /// Query parameters, not encoded.
    pub query: Vec<(String, String)>,
    /// Headers that the definition sends.
    pub headers: HeaderMap,
    /// The body.
    pub body: RenderedBody,
}

/// A body without places.
#[derive(Clone, Debug, PartialEq)]
pub enum RenderedBody {
    /// There is none.
    None,
    /// What the caller sent, as it is.
    Caller,
    /// A JSON value.
    Json(Value),
    /// A value to be sent as a form.
    Form(Value),
    /// A text and its media type.
    Text(String, String),
    /// Parts by name; `None` is the caller's file.
    Multipart(Vec<(String, Option<Value>)>),
    /// The bytes of the caller's file.
    File,
}

/// How a value is written into a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Segment,
    Xml,
    Json,
}

impl Request {
    /// Fills every place; problems name the parameter.
    pub fn render(&self, inputs: &Inputs<'_>) -> Result<Rendered, Problems> {
        let path = path(&self.path, inputs)?;
        let query =
            self.query.iter().filter_map(|(name, pattern)| Some((name.clone(), text(pattern, inputs, Escape::None)?)));
        let mut headers = HeaderMap::new();
        for (name, tree) in &self.headers {
            let Some(value) = tree.fill(inputs) else { continue };
            let text = match value {
                Value::String(text) => text,
                Value::Array(_) | Value::Object(_) => ascii(&value.to_string()),
                other => other.to_string(),
            };
            let value = HeaderValue::from_str(&text)
                .or_else(|_| HeaderValue::from_bytes(text.as_bytes()))
                .map_err(|_| Problems::one(name.as_str(), "must not hold control characters"))?;
            headers.insert(name.clone(), value);
        }
        Ok(Rendered { path, query: query.collect(), headers, body: self.body.render(inputs) })
    }
}

impl Body {
    fn render(&self, inputs: &Inputs<'_>) -> RenderedBody {
        let filled = |tree: &Tree| tree.fill(inputs).unwrap_or_else(|| Value::Object(Map::new()));
        match self {
            Self::None => RenderedBody::None,
            Self::Caller => RenderedBody::Caller,
            Self::File => RenderedBody::File,
            Self::Json(tree) => RenderedBody::Json(filled(tree)),
            Self::Form(tree) => RenderedBody::Form(filled(tree)),
            Self::Text { pattern, content_type } => {
                let escape = match content_type.split(';').next().unwrap_or_default().trim() {
                    kind if kind.ends_with("xml") => Escape::Xml,
                    kind if kind.ends_with("json") => Escape::Json,
                    _ => Escape::None,
                };
                RenderedBody::Text(all_text(pattern, inputs, escape), content_type.clone())
            }
            Self::Multipart(parts) => RenderedBody::Multipart(
                parts
                    .iter()
                    .filter_map(|(name, tree)| match tree {
                        Tree::Text(pattern) if pattern.only_place() == Some("file") => Some((name.clone(), None)),
                        _ => Some((name.clone(), Some(tree.fill(inputs)?))),
                    })
                    .collect(),
            ),
        }
    }
}

impl Tree {
    /// The value, or nothing where one of its places has none.
    fn fill(&self, inputs: &Inputs<'_>) -> Option<Value> {
        match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Text(pattern) => match pattern.only_place() {
                Some(name) => value(name, inputs),
                None => match pattern.only_expression().filter(|expression| expression.plain_key().is_none()) {
                    // The type of what is computed stays; entries of the configuration are texts.
                    Some(expression) => Some(expression.evaluate(&inputs.scope)).filter(|value| !value.is_null()),
                    None => text(pattern, inputs, Escape::None).map(Value::String),
                },
            },
            Self::List(items) => Some(items.iter().filter_map(|item| item.fill(inputs)).collect()),
            Self::Map { members, spread } => {
                let mut all = match (&inputs.body, spread) {
                    (Some(Value::Object(body)), true) => body.clone(),
                    _ => Map::new(),
                };
                all.extend(members.iter().filter_map(|(name, tree)| Some((name.clone(), tree.fill(inputs)?))));
                // A mapping of which nothing is left was there for its places only.
                (!all.is_empty() || members.is_empty()).then_some(Value::Object(all))
            }
        }
    }
}

/// The value of a place.
fn value(name: &str, inputs: &Inputs<'_>) -> Option<Value> {
    if name == "body" {
        return inputs.body.clone();
    }
    if let Some(place) = name.strip_prefix("previous.") {
        return previous(place, inputs);
    }
    match &inputs.places.iter().find(|(known, _)| known == name)?.1 {
        Given::Segment(raw) => Some(Value::String(decoded(raw))),
        Given::Text(text) => Some(Value::String(text.clone())),
        Given::Json(value) => Some(value.clone()),
    }
}

fn previous(place: &str, inputs: &Inputs<'_>) -> Option<Value> {
    let text = inputs.previous.as_ref()?.to_string();
    let json = Json::parse(&text).ok()?;
    Path::parse(place).ok()?.of(&json).filter(|found| !found.is_null()).map(Json::to_value)
}

fn decoded(raw: &str) -> String {
    percent_encoding::percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

/// The text of a place; lists are joined with commas.
fn place_text(name: &str, inputs: &Inputs<'_>) -> Option<String> {
    value(name, inputs).map(|value| plain(&value))
}

/// A JSON value as plain text.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(plain).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// The filled text, or nothing where one of its places has no value.
fn text(pattern: &Pattern, inputs: &Inputs<'_>, escape: Escape) -> Option<String> {
    let complete = pattern.places().all(|name| value(name, inputs).is_some())
        && pattern
            .expressions()
            .all(|expression| expression.text(&inputs.scope).is_some_and(|text| !text.expose().is_empty()));
    complete.then(|| all_text(pattern, inputs, escape))
}

/// The filled text; a place without value is filled with nothing.
fn all_text(pattern: &Pattern, inputs: &Inputs<'_>, escape: Escape) -> String {
    let mut out = String::new();
    for part in &pattern.0 {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Expression(expression) => {
                let value = expression.text(&inputs.scope);
                out.push_str(&escaped(value.as_ref().map_or("", |value| value.expose()), escape));
            }
            Part::Place { name, style } => {
                let text = match style {
                    Style::Json => value(name, inputs).map(|value| value.to_string()),
                    Style::Plain | Style::Slashes => place_text(name, inputs),
                };
                // The text of a JSON value is right in JSON as it is.
                let escape = if *style == Style::Json && escape == Escape::Json { Escape::None } else { escape };
                out.push_str(&escaped(&text.unwrap_or_default(), escape));
            }
        }
    }
    out
}

fn escaped(text: &str, escape: Escape) -> Cow<'_, str> {
    match escape {
        Escape::None => Cow::Borrowed(text),
        Escape::Segment => utf8_percent_encode(text, COMPONENT).into(),
        Escape::Xml => xml(text).into(),
        Escape::Json => {
            let quoted = Value::from(text).to_string();
            quoted[1..quoted.len() - 1].to_owned().into()
        }
    }
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // XML 1.0 knows no other control characters.
            c if c.is_control() && !matches!(c, '\t' | '\n' | '\r') => {}
            c => out.push(c),
        }
    }
    out
}

/// JSON that a header can carry: everything beyond ASCII escaped.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// A path: what the caller sent as a segment stands as it was encoded, all else is encoded here.
fn path(pattern: &Pattern, inputs: &Inputs<'_>) -> Result<String, Problems> {
    let mut out = String::new();
    for part in &pattern.0 {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Expression(expression) => {
                let name = expression.plain_key().unwrap_or_else(|| expression.source());
                let value = expression.text(&inputs.scope).filter(|value| !value.expose().is_empty());
                let missing = || Problems::one(format!("configuration.{name}"), "is needed for this call");
                out.push_str(&segment(name, value.ok_or_else(missing)?.expose())?);
            }
            Part::Place { name, style } => out.push_str(&path_place(name, *style == Style::Slashes, inputs)?),
        }
    }
    Ok(out)
}

fn path_place(name: &str, slashes: bool, inputs: &Inputs<'_>) -> Result<String, Problems> {
    if let Some((_, Given::Segment(raw))) = inputs.places.iter().find(|(known, _)| known == name) {
        return Ok(raw.clone());
    }
    let missing = || Problems::one(name, "is required");
    let text = place_text(name, inputs).filter(|text| slashes || !text.is_empty()).ok_or_else(missing)?;
    if !slashes {
        return segment(name, &text);
    }
    let segments: Result<Vec<String>, Problems> =
        text.trim_matches('/').split('/').map(|part| segment(name, part)).collect();
    Ok(segments?.join("/"))
}

/// One encoded segment. Dot segments would leave the path that the definition wrote.
fn segment(name: &str, text: &str) -> Result<String, Problems> {
    if text == "." || text == ".." || text.contains('\0') {
        return Err(Problems::one(name, "must not hold dot segments or NUL"));
    }
    Ok(escaped(text, Escape::Segment).into_owned())
}

/// A text as one component of a URL: all but the unreserved characters of RFC 3986 encoded.
pub fn encode_component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// A query in its encoded form; `None` when it is empty.
pub fn encode_query(pairs: &[(String, String)]) -> Option<String> {
    if pairs.is_empty() {
        return None;
    }
    Some(form::pairs(pairs))
}

#[cfg(test)]
mod tests {
    use keyway_model::{Configuration, Secret};
    use serde_json::json;

    use super::{Escape, Given, Inputs, all_text, ascii, path};
    use crate::Scope;
    use crate::pattern::Pattern;
    use crate::scope::Roots;

    fn inputs(scope: Scope<'_>) -> Inputs<'_> {
        Inputs {
            scope,
            places: vec![
                ("id".to_owned(), Given::Segment("a%2Fb".to_owned())),
                ("path".to_owned(), Given::Text("x/y z/é".to_owned())),
                ("evil".to_owned(), Given::Text("../${config.key}{id}".to_owned())),
                ("dots".to_owned(), Given::Text("a/../b".to_owned())),
            ],
            body: None,
            previous: Some(json!({ "a": [{ "id": 7 }] })),
        }
    }

    #[test]
    fn path_values_cannot_leave_their_segment() {
        let settings = Configuration::from([("key".to_owned(), Secret::from("s/1"))]);
        let scope = Scope::of(&settings);
        let inputs = inputs(scope);
        let render = |text: &str| path(&Pattern::parse_with(text, Roots(&[])).unwrap(), &inputs);
        assert_eq!(render("/v/{id}/${config.key}").unwrap(), "/v/a%2Fb/s%2F1");
        assert_eq!(render("/c/{+path}").unwrap(), "/c/x/y%20z/%C3%A9");
        assert_eq!(render("/c/{path}").unwrap(), "/c/x%2Fy%20z%2F%C3%A9");
        assert_eq!(render("/p/{previous.a[0].id}").unwrap(), "/p/7");
        assert_eq!(render("/c/{evil}").unwrap(), "/c/..%2F%24%7Bconfig.key%7D%7Bid%7D");
        assert!(render("/c/{+dots}").is_err());
        assert_eq!(render("/c/{nothing}").unwrap_err().to_string(), "nothing is required");
        assert!(render("/c/${config.none}").is_err());
    }

    #[test]
    fn texts_are_escaped_for_what_they_stand_in() {
        let settings = Configuration::from([("key".to_owned(), Secret::from("<a>&\"'\n"))]);
        let scope = Scope::of(&settings);
        let inputs = inputs(scope);
        let pattern = Pattern::parse_with("<k>${config.key}</k>", Roots(&[])).unwrap();
        assert_eq!(all_text(&pattern, &inputs, Escape::Xml), "<k>&lt;a&gt;&amp;&quot;&apos;\n</k>");
        assert_eq!(all_text(&pattern, &inputs, Escape::Json), "<k><a>&\\\"'\\n</k>");
        assert_eq!(ascii("{\"a\":\"é😀\"}"), "{\"a\":\"\\u00e9\\ud83d\\ude00\"}");
    }
}
