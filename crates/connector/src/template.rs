//! `${…}` in a definition. Single pass: what is put in is never scanned again.

use std::fmt;

use keyway_model::{Configuration, Problems, Secret};
use serde_json::Value;

use crate::scope::Roots;
use crate::{Expression, Scope};

/// A text with places that an instance's configuration, and named values where there are any, fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Expression(Expression),
}

impl Template {
    /// Reads a template over the configuration; the error says what is wrong with its form.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Self::parse_with(text, Roots(&[]))
    }

    /// Reads a template over the configuration and named values.
    pub(crate) fn parse_with(text: &str, roots: Roots) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (expression, after) = placed(after, roots)?;
            parts.push(Part::Expression(expression));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The template that is nothing but a configuration entry.
    pub(crate) fn entry(key: &str) -> Self {
        Self(vec![Part::Expression(Expression::of_entry(key))])
    }

    /// The configuration keys that it reads.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.expressions().flat_map(Expression::keys)
    }

    /// The named values that it reads, each with its first member where that is fixed.
    pub fn roots(&self) -> Vec<(&str, Option<&str>)> {
        self.expressions().flat_map(Expression::roots).collect()
    }

    /// Whether it differs from call to call.
    pub fn is_moving(&self) -> bool {
        self.expressions().any(Expression::is_moving)
    }

    /// The configuration entry, when it is nothing else.
    pub(crate) fn plain_key(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Expression(expression)] => expression.plain_key(),
            _ => None,
        }
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.0.iter().filter_map(|part| if let Part::Expression(expression) = part { Some(expression) } else { None })
    }

    /// Fills the places from a configuration. A place without a value fills with nothing.
    pub fn render(&self, configuration: &Configuration) -> Secret {
        self.fill(&Scope::of(configuration))
    }

    /// Fills the places. A place without a value fills with nothing.
    pub fn fill(&self, scope: &Scope<'_>) -> Secret {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Expression(expression) => {
                    out.push_str(expression.text(scope).as_ref().map_or("", |text| text.expose()));
                }
            }
        }
        Secret::new(out)
    }

    /// Fills the places, or nothing where one of them has no value.
    pub fn fill_if_complete(&self, scope: &Scope<'_>) -> Option<Secret> {
        let has_value = |expression: &Expression| expression.text(scope).is_some_and(|text| !text.expose().is_empty());
        self.expressions().all(has_value).then(|| self.fill(scope))
    }

    /// The value: of a template that is nothing but one place, that of its expression; else the text.
    pub fn value(&self, scope: &Scope<'_>) -> Value {
        match self.0.as_slice() {
            [Part::Expression(expression)] => expression.evaluate(scope),
            _ => self.fill(scope).expose().as_str().into(),
        }
    }

    /// Fills the places of a URL whose host they may be part of: there, a value holds only what hosts are made of, so that it
    /// cannot lead to another one. A value that is the whole beginning of the URL is a URL itself.
    pub fn fill_origin(&self, scope: &Scope<'_>) -> Result<String, Problems> {
        let mut out = String::new();
        for (index, part) in self.0.iter().enumerate() {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Expression(expression) => {
                    let text = expression.text(scope).unwrap_or_else(|| Secret::new(String::new()));
                    let text = text.expose();
                    let in_host = index > 0 && out.split_once("://").is_none_or(|(_, rest)| !rest.contains('/'));
                    if in_host && !is_of_hosts(text) {
                        let field = expression
                            .plain_key()
                            .map_or_else(|| expression.source().to_owned(), |key| format!("configuration.{key}"));
                        return Err(Problems::one(field, OF_HOSTS));
                    }
                    out.push_str(text);
                }
            }
        }
        Ok(out)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Expression(expression) => write!(f, "${{{}}}", expression.source())?,
            }
        }
        Ok(())
    }
}

/// What is said of a value that cannot be part of a host.
pub(crate) const OF_HOSTS: &str = "must hold letters, digits, dots, hyphens and underscores only: it is part of a host";

/// Whether a value holds only what hosts are made of.
pub(crate) fn is_of_hosts(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte))
}

/// The expression at the beginning of what follows `${`, and what follows it.
pub(crate) fn placed(text: &str, roots: Roots) -> Result<(Expression, &str), String> {
    let end = end(text).ok_or("a \"${\" has no \"}\"")?;
    let inner = text[..end].trim();
    let alone = !inner.contains("config") && !inner.contains('(');
    if alone && roots.0.iter().all(|root| !inner.starts_with(root)) {
        return Err(format!("\"{inner}\" cannot be reached here; templates read \"config.…\""));
    }
    let expression = Expression::parse(inner).map_err(|error| error.to_string())?;
    roots.check(&expression)?;
    Ok((expression, &text[end + 1..]))
}

/// Where the brace is that ends an expression: one that stands in no string and closes no other.
fn end(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use keyway_model::{Configuration, Secret};

    use super::Template;

    #[test]
    fn substituted_text_is_never_scanned_again() {
        let configuration = Configuration::from([
            ("a".to_owned(), Secret::from("${config.b}")),
            ("b".to_owned(), Secret::from("hunter2")),
        ]);
        let template = Template::parse("x${config.a}y").unwrap();
        assert_eq!(template.render(&configuration).expose(), "x${config.b}y");
        assert_eq!(template.keys().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_place_without_value_is_empty() {
        let template = Template::parse("${config.password}").unwrap();
        assert_eq!(template.render(&Configuration::new()).expose(), "");
    }

    #[test]
    fn what_cannot_be_reached_is_refused() {
        assert!(Template::parse("${caller.x}").is_err());
        assert!(Template::parse("${config.x").is_err());
    }
}
