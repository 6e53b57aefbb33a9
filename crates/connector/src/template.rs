//! `${config.key}` in a definition. Single pass: what is put in is never scanned again.

use keyway_model::{Configuration, Secret};

/// A text with places that an instance's configuration fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Config(String),
}

impl Template {
    /// Reads a template; the error names what is wrong with its form.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (name, after) = after.split_once('}').ok_or("a \"${\" has no \"}\"")?;
            let key = name
                .trim()
                .strip_prefix("config.")
                .ok_or_else(|| format!("\"{name}\" cannot be reached here; templates read \"config.…\""))?;
            parts.push(Part::Config(key.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The configuration keys that it reads.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Config(key) => Some(key.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Fills the places. A key without a value fills with nothing.
    pub fn render(&self, configuration: &Configuration) -> Secret {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Config(key) => out.push_str(configuration.get(key).map_or("", |value| value.expose())),
            }
        }
        Secret::new(out)
    }
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
