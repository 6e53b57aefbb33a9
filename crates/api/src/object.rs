//! Taking the members of a JSON object one by one; every wrong one is named, all at once.

use std::collections::BTreeMap;

use keyway_model::{Problems, Secret};
use serde_json::{Map, Value};

/// A JSON object whose members are taken by name.
#[derive(Debug)]
pub(crate) struct Object {
    members: Map<String, Value>,
    problems: Problems,
}

impl Object {
    pub(crate) fn new(members: Map<String, Value>) -> Self {
        Self { members, problems: Problems::default() }
    }

    /// Whether a member is there and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|value| !value.is_null())
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.members.remove(name)? {
            Value::String(text) => Some(text),
            Value::Null => None,
            _ => self.wrong(name, "must be a string"),
        }
    }

    /// True or false; the strings of those names are taken too.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.members.remove(name)? {
            Value::Bool(flag) => Some(flag),
            Value::String(text) if text == "true" || text == "false" => Some(text == "true"),
            Value::Null => None,
            _ => self.wrong(name, "must be true or false"),
        }
    }

    /// A list of texts. Objects with a `name` are taken too, as the oldest answers of the platform had tags so.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let text = |item: Value| match item {
            Value::String(text) => Some(text),
            Value::Object(mut members) => match members.remove("name") {
                Some(Value::String(text)) => Some(text),
                _ => None,
            },
            _ => None,
        };
        match self.members.remove(name)? {
            Value::Array(items) => match items.into_iter().map(text).collect() {
                Some(texts) => Some(texts),
                None => self.wrong(name, "must be a list of strings"),
            },
            Value::Null => None,
            _ => self.wrong(name, "must be a list of strings"),
        }
    }

    /// An object within.
    pub(crate) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.members.remove(name)? {
            Value::Object(members) => Some(members),
            Value::Null => None,
            _ => self.wrong(name, "must be an object"),
        }
    }

    /// Configuration values: texts, numbers and flags as text, objects and lists as JSON text, null to unset.
    pub(crate) fn configuration(&mut self, name: &str) -> BTreeMap<String, Option<Secret>> {
        self.object(name).into_iter().flatten().map(|(key, value)| (key, configuration_value(value))).collect()
    }

    /// Whatever stands there.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name)
    }

    /// Texts of these members, by name, where they are there.
    pub(crate) fn some_texts(&mut self, names: &[&str]) -> BTreeMap<String, String> {
        names.iter().filter_map(|name| Some(((*name).to_owned(), self.text(name)?))).collect()
    }

    /// Fails with everything that was wrong. Members that nobody asked for are tolerated, as clients send whole answers back.
    pub(crate) fn finish(self) -> Result<(), Problems> {
        self.problems.into_result()
    }

    fn wrong<T>(&mut self, name: &str, message: &str) -> Option<T> {
        self.problems.add(name, message);
        None
    }
}

/// A configuration value in the form that is stored.
pub(crate) fn configuration_value(value: Value) -> Option<Secret> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Secret::new(text)),
        other => Some(Secret::new(other.to_string())),
    }
}
