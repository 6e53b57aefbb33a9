//! What a caller may send to an operation.

use keyway_model::Problems;
use serde_json::Value;

/// A declared parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name of its place.
    pub name: String,
    /// The caller's name for it.
    pub outer: String,
    /// The provider's words by the caller's.
    pub map: Vec<(String, String)>,
    /// Where the caller puts it.
    pub source: Source,
    /// What its value is.
    pub kind: Kind,
    /// Whether the call cannot be made without it.
    pub required: bool,
    /// What it is when absent.
    pub default: Option<String>,
    /// The values that it may have; empty means any.
    pub options: Vec<String>,
    /// For documentation.
    pub help: String,
    /// Taken and not sent.
    pub ignore: bool,
}

/// Where the caller puts a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In the JSON body; taken out of it.
    Body,
    /// In the form or multipart body.
    Form,
}

/// What the value of a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list of texts: repeated, with `[]` behind its name, or separated by commas.
    Array,
}

impl Kind {
    /// Every kind by its name in definitions, which is also that of Swagger.
    pub(crate) const NAMES: [(&'static str, Self); 5] = [
        ("string", Self::String),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("array", Self::Array),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("string", |(name, _)| name)
    }
}

impl Parameter {
    /// Reads the texts that a caller sent for it; `None` when there are none and no default.
    pub fn read(&self, given: &[&str]) -> Result<Option<Value>, Problems> {
        let texts: Vec<&str> =
            if given.is_empty() { self.default.as_deref().into_iter().collect() } else { given.to_vec() };
        if texts.is_empty() {
            // The wording of the platform's descendant.
            let message = format!("Missing value for required parameter '{}'", self.outer);
            return if self.required { Err(Problems::one(&*self.outer, message)) } else { Ok(None) };
        }
        if self.kind == Kind::Array {
            let items = texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|item| !item.is_empty());
            return items.map(|item| self.one(item)).collect::<Result<Vec<_>, _>>().map(|items| Some(items.into()));
        }
        match texts.as_slice() {
            [text] => self.one(text).map(Some),
            _ => Err(Problems::one(&*self.outer, "must be sent once")),
        }
    }

    fn one(&self, text: &str) -> Result<Value, Problems> {
        if !self.options.is_empty() && !self.options.iter().any(|option| option == text) {
            return Err(Problems::one(&*self.outer, format!("must be one of {}", self.options.join(", "))));
        }
        let wrong = |what: &str| Problems::one(&*self.outer, format!("must be {what}"));
        if let Some((_, word)) = self.map.iter().find(|(known, _)| known == text) {
            return Ok(word.as_str().into());
        }
        match self.kind {
            Kind::String | Kind::Array => Ok(text.into()),
            Kind::Integer => text.parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number")),
            Kind::Number => {
                let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
                number.map(Value::Number).ok_or_else(|| wrong("a number"))
            }
            Kind::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(wrong("true or false")),
            },
        }
    }
}
