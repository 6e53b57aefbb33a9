//! Taking the members of a JSON object one by one; every wrong one is named, all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use keyway_model::{Problems, Secret};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::schema::Anything;

/// A JSON object whose members are taken by name, all those that the schema `T` documents and no others.
#[derive(Debug)]
pub(crate) struct Object<T = Anything> {
    members: Map<String, Value>,
    problems: Problems,
    /// Who has been asked for; looked at in debug builds only.
    asked: BTreeSet<String>,
    schema: PhantomData<T>,
}

impl<T: ToSchema> Object<T> {
    pub(crate) fn new(members: Map<String, Value>) -> Self {
        Self { members, problems: Problems::default(), asked: BTreeSet::new(), schema: PhantomData }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.ask(name);
        self.members.remove(name)
    }

    fn ask(&mut self, name: &str) {
        if cfg!(debug_assertions) {
            self.asked.insert(name.to_owned());
        }
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            Value::Null => None,
            _ => self.wrong(name, "must be a string"),
        }
    }

    /// True or false; the strings of those names are taken too.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
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
        match self.take(name)? {
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
        match self.take(name)? {
            Value::Object(members) => Some(members),
            Value::Null => None,
            _ => self.wrong(name, "must be an object"),
        }
    }

    /// Configuration values: texts, numbers and flags as text, objects and lists as JSON text, null to unset.
    pub(crate) fn configuration(&mut self, name: &str) -> BTreeMap<String, Option<Secret>> {
        self.object(name).into_iter().flatten().map(|(key, value)| (key, configuration_value(value))).collect()
    }

    /// Every member that nobody has asked for, as a configuration value.
    pub(crate) fn others(&mut self) -> BTreeMap<String, Option<Secret>> {
        std::mem::take(&mut self.members).into_iter().map(|(key, value)| (key, configuration_value(value))).collect()
    }

    /// Whatever stands there.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value> {
        self.take(name)
    }

    /// Texts of these members, by name, where they are there.
    pub(crate) fn some_texts(&mut self, names: &[&str]) -> BTreeMap<String, String> {
        names.iter().filter_map(|name| Some(((*name).to_owned(), self.text(name)?))).collect()
    }

    /// Fails with everything that was wrong. Members that nobody asked for are tolerated, as clients send whole answers back.
    pub(crate) fn finish(self) -> Result<(), Problems> {
        let name = std::any::type_name::<T>();
        debug_assert!(
            documented::<T>().is_none_or(|all| all == self.asked),
            "{name} is not what is read: {:?}",
            self.asked
        );
        self.problems.into_result()
    }

    /// Notes what is wrong with a member.
    pub(crate) fn wrong<V>(&mut self, name: &str, message: &str) -> Option<V> {
        self.problems.add(name, message);
        None
    }
}

/// The members that a schema documents; of [`Anything`] nothing is known.
fn documented<T: ToSchema>() -> Option<BTreeSet<String>> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => {
            Some(object.properties.keys().cloned().collect())
        }
        _ => None,
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
