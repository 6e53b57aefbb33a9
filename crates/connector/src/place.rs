//! Where in a provider's answer a value is: `data[-1].id`, `header.x-next`, `next_url?cursor`.

use std::borrow::Cow;

use http::HeaderMap;

use crate::json::Json;

/// A place in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    source: Source,
    /// The query parameter of a URL found there.
    parameter: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Header(String),
    /// The URL of a relation in `Link` headers (RFC 8288).
    Link(String),
    Body(Path),
}

/// Steps through a JSON value; no step is the value itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    /// Position in a list; negative ones count from its end.
    Item(i64),
}

/// An answer that places are read from.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, where it is JSON.
    pub body: Option<&'a Json<'a>>,
}

impl Place {
    /// Reads a place; the error says what is wrong with its form.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (text, parameter) = match text.split_once('?') {
            Some((place, parameter)) if !parameter.is_empty() => (place, Some(parameter.to_owned())),
            Some(_) => return Err(format!("\"{text}\" names no parameter after its \"?\"")),
            None => (text, None),
        };
        let source = match text.strip_prefix("header.") {
            Some("link") => Source::Link("next".to_owned()),
            Some(name) => Source::Header(header_name(name)?),
            None => match text.strip_prefix("link.") {
                Some(relation) => Source::Link(relation.to_owned()),
                None => Source::Body(Path::parse(text)?),
            },
        };
        Ok(Self { source, parameter })
    }

    /// The text at the place, if there is any.
    pub fn read(&self, answer: Answer<'_>) -> Option<String> {
        let found: Cow<'_, str> = match &self.source {
            Source::Header(name) => answer.headers.get(name)?.to_str().ok()?.into(),
            Source::Link(relation) => link(answer.headers, relation)?.into(),
            Source::Body(path) => path.of(answer.body?)?.text()?.into_owned().into(),
        };
        match &self.parameter {
            None => Some(found.into_owned()).filter(|text| !text.is_empty()),
            Some(name) => query_parameter(&found, name),
        }
    }

    /// Whether what is there counts as true.
    pub fn is_true(&self, answer: Answer<'_>) -> bool {
        match &self.source {
            Source::Body(path) => answer.body.and_then(|body| path.of(body)).is_some_and(Json::is_truthy),
            _ => self.read(answer).is_some_and(|text| text != "false" && text != "0"),
        }
    }

    /// Whether the answer has anything there.
    pub fn is_in(&self, answer: Answer<'_>) -> bool {
        match &self.source {
            Source::Body(path) => answer.body.and_then(|body| path.of(body)).is_some(),
            _ => self.read(answer).is_some(),
        }
    }
}

impl Path {
    /// Reads `data.items[0]["odd name"]`; `.` and the empty text are the whole value; `body.` may stand before.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is not a place in an answer, such as data.items[0].id");
        let text = text.trim();
        let mut rest = if text == "body" { "" } else { text.strip_prefix("body.").unwrap_or(text) };
        let mut steps = Vec::new();
        if rest == "." {
            return Ok(Self(steps));
        }
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix("[\"") {
                let (name, tail) = inner.split_once("\"]").ok_or_else(wrong)?;
                steps.push(Step::Member(name.to_owned()));
                rest = tail;
            } else if let Some(inner) = rest.strip_prefix('[') {
                let (index, tail) = inner.split_once(']').ok_or_else(wrong)?;
                steps.push(Step::Item(index.parse().map_err(|_| wrong())?));
                rest = tail;
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, tail) = rest.split_at(end);
                if name.is_empty() || name.contains(char::is_whitespace) {
                    return Err(wrong());
                }
                steps.push(Step::Member(name.to_owned()));
                rest = tail;
            }
            rest = match rest.strip_prefix('.') {
                Some("") => return Err(wrong()),
                Some(tail) => tail,
                None => rest,
            };
        }
        Ok(Self(steps))
    }

    /// The value at this path.
    pub fn of<'v, 'a>(&self, value: &'v Json<'a>) -> Option<&'v Json<'a>> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Item(index) => match value {
                Json::Array(items) => item(items, *index),
                _ => None,
            },
        })
    }

    /// The one member that it names, for a path that is no deeper.
    pub fn member(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Member(name)] => Some(name),
            _ => None,
        }
    }

    /// Whether it is the whole value.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The names on the way, for a path without list positions.
    pub fn members(&self) -> Option<Vec<&str>> {
        self.0.iter().map(|step| if let Step::Member(name) = step { Some(name.as_str()) } else { None }).collect()
    }
}

fn item<'v, 'a>(items: &'v [Json<'a>], index: i64) -> Option<&'v Json<'a>> {
    let from_end = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 { items.len().checked_sub(from_end).and_then(|at| items.get(at)) } else { items.get(from_end) }
}

fn header_name(name: &str) -> Result<String, String> {
    let lower = name.to_ascii_lowercase();
    let right = http::HeaderName::from_bytes(lower.as_bytes()).is_ok();
    if right { Ok(lower) } else { Err(format!("\"{name}\" is not the name of a header")) }
}

/// The target of a relation in all `Link` headers.
fn link(headers: &HeaderMap, relation: &str) -> Option<String> {
    let lines = headers.get_all(http::header::LINK).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(links)
        .find(|(_, relations)| relations.split_whitespace().any(|name| name == relation))
        .map(|(url, _)| url)
}

/// `<url>; rel="next", <url>; rel=last` as pairs of URL and relations.
fn links(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((url, tail)) = rest.split_once('<').and_then(|(_, after)| after.split_once('>')) {
        let end = tail.find('<').unwrap_or(tail.len());
        let (parameters, next) = tail.split_at(end);
        let relation = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.trim().trim_end_matches(',').trim().split_once('=')?;
            name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"').to_owned())
        });
        found.push((url.to_owned(), relation.unwrap_or_default()));
        rest = next;
    }
    found
}

fn query_parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value);
    found.map(Cow::into_owned).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{Answer, Place};
    use crate::json::Json;

    fn read(place: &str, body: &str, headers: &[(&str, &str)]) -> Option<String> {
        let json = Json::parse(body).unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        Place::parse(place).unwrap().read(Answer { headers: &map, body: Some(&json) })
    }

    #[test]
    fn values_are_found_in_bodies_headers_and_links() {
        let body =
            r#"{"data":[{"id":1},{"id":"x"}],"meta":{"next":null,"@odata.nextLink":"https://h/p?a=1&cursor=c%20d"}}"#;
        assert_eq!(read("data[-1].id", body, &[]).as_deref(), Some("x"));
        assert_eq!(read("body.data[0].id", body, &[]).as_deref(), Some("1"));
        assert_eq!(read("data[2].id", body, &[]), None);
        assert_eq!(read("meta.next", body, &[]), None);
        assert_eq!(read("meta[\"@odata.nextLink\"]?cursor", body, &[]).as_deref(), Some("c d"));
        assert_eq!(read("header.X-Next", body, &[("x-next", "7")]).as_deref(), Some("7"));
        let link = "<https://h/1>; rel=\"first\", <https://h/2?page=2>; title=a; rel=\"next last\"";
        assert_eq!(read("header.link", body, &[("link", link)]).as_deref(), Some("https://h/2?page=2"));
        assert_eq!(read("link.first?page", body, &[("link", link)]), None);
        assert_eq!(read("link.next?page", body, &[("link", link)]).as_deref(), Some("2"));
    }

    #[test]
    fn malformed_places_are_refused() {
        for bad in ["a..b", "a[", "a[x]", "a.", "header.a b", "a?", "a b"] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
        assert!(Place::parse(".").is_ok());
    }
}
