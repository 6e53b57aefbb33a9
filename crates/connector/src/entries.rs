//! A YAML mapping read as a list, because the order in the file is the order on the form; every entry knows its line.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_saphyr::Spanned;

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Entry<T> {
    pub(crate) key: String,
    /// Line of the key, counted from 1.
    pub(crate) line: usize,
    pub(crate) value: T,
}

/// The entries of a mapping in file order; a repeated key is an error.
#[derive(Clone, Debug)]
pub(crate) struct Entries<T>(pub(crate) Vec<Entry<T>>);

impl<T> Entries<T> {
    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("MapOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let values = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": values })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<Entry<T>> = Vec::new();
        while let Some((key, value)) = map.next_entry::<Spanned<String>, T>()? {
            if entries.iter().any(|known| known.key == key.value) {
                return Err(A::Error::custom(format!("\"{}\" stands here twice", key.value)));
            }
            let line = usize::try_from(key.referenced.line()).unwrap_or(0);
            entries.push(Entry { key: key.value, line, value });
        }
        Ok(Entries(entries))
    }
}
