//! Texts with places: `${…}` from the instance, `{name}` from the caller. One pass; what is put in is never scanned.

use std::borrow::Cow;
use std::fmt;

use crate::Expression;
use crate::scope::Roots;
use crate::template::placed;

/// A text with places, cut into its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pattern(pub(crate) Vec<Part>);

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// As written.
    Text(String),
    /// Something that is read of the instance, or computed.
    Expression(Expression),
    /// Something that the caller sends.
    Place {
        /// Its name.
        name: String,
        /// How it is written.
        style: Style,
    },
}

/// How the value of a place is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// As where it stands asks for.
    Plain,
    /// `{+name}`: slashes in it stand, in a path.
    Slashes,
    /// `{name:json}`: as the text of a JSON value.
    Json,
}

impl Pattern {
    /// Cuts a text over the configuration and named values. Braces that hold no name stand for themselves.
    pub(crate) fn parse_with(text: &str, roots: Roots) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, after) = (&rest[..at], &rest[at + 1..]);
            let (found, kept) = match before.strip_suffix('$') {
                Some(kept) => {
                    let (expression, tail) = placed(after, roots)?;
                    (Some((Part::Expression(expression), tail)), kept)
                }
                None => (place(after), before),
            };
            plain.push_str(kept);
            let Some((part, tail)) = found else {
                plain.push('{');
                rest = after;
                continue;
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(part);
            rest = tail;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// A text without places.
    pub(crate) fn text(text: String) -> Self {
        Self(vec![Part::Text(text)])
    }

    /// The configuration entries that it reads.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.expressions().flat_map(Expression::keys)
    }

    /// What is read of the instance, or computed.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.0.iter().filter_map(|part| if let Part::Expression(expression) = part { Some(expression) } else { None })
    }

    /// The expression, when the pattern is nothing else.
    pub(crate) fn only_expression(&self) -> Option<&Expression> {
        match self.0.as_slice() {
            [Part::Expression(expression)] => Some(expression),
            _ => None,
        }
    }

    /// The names of its places.
    pub(crate) fn places(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| if let Part::Place { name, .. } = part { Some(name.as_str()) } else { None })
    }

    /// The place, when the pattern is nothing else.
    pub(crate) fn only_place(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Place { name, style: Style::Plain | Style::Slashes }] => Some(name),
            _ => None,
        }
    }

    /// The text, when the pattern has no places.
    pub(crate) fn fixed(&self) -> Option<Cow<'_, str>> {
        match self.0.as_slice() {
            [] => Some(Cow::Borrowed("")),
            [Part::Text(text)] => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Expression(expression) => write!(f, "${{{}}}", expression.source())?,
                Part::Place { name, .. } => write!(f, "{{{name}}}")?,
            }
        }
        Ok(())
    }
}

/// A place at the beginning of what follows a brace.
fn place(text: &str) -> Option<(Part, &str)> {
    let (inner, tail) = text.split_once('}')?;
    let (name, style) = match (inner.strip_prefix('+'), inner.strip_suffix(":json")) {
        (Some(name), _) => (name, Style::Slashes),
        (None, Some(name)) => (name, Style::Json),
        (None, None) => (inner, Style::Plain),
    };
    let first = name.chars().next()?;
    let named = (first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-[]".contains(c));
    named.then(|| (Part::Place { name: name.to_owned(), style }, tail))
}

#[cfg(test)]
mod tests {
    use super::{Part, Pattern};
    use crate::scope::Roots;

    fn parse(text: &str) -> Result<Pattern, String> {
        Pattern::parse_with(text, Roots(&[]))
    }

    #[test]
    fn both_kinds_of_places_are_cut_out() {
        let pattern = parse("/a/{id}/${config.x}/{+path}?{").unwrap();
        assert_eq!(pattern.places().collect::<Vec<_>>(), ["id", "path"]);
        assert_eq!(pattern.keys().collect::<Vec<_>>(), ["x"]);
        assert_eq!(pattern.0.last(), Some(&Part::Text("?{".to_owned())));
        assert_eq!(parse("{\"a\": 1}").unwrap().fixed().as_deref(), Some("{\"a\": 1}"));
        assert_eq!(parse("{id}").unwrap().only_place(), Some("id"));
        assert!(parse("${caller.x}").is_err());
        assert!(parse("${config.x").is_err());
    }
}
