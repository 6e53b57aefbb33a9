//! XML as values: elements are members, repeated ones are lists, text without elements is a text.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// Deepest nesting that is read.
const DEEPEST: usize = 64;

/// The value of a document; nothing where it is not well-formed. Prefixes of names, attributes and comments are left out.
pub(crate) fn value(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() <= DEEPEST => {
                let name = start.local_name().as_ref().to_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::Start(_) => return None,
            Event::Empty(start) => {
                let name = start.local_name().as_ref().to_owned();
                open.last_mut()?.add(name, Value::String(String::new()));
            }
            Event::End(_) => {
                let done = open.pop()?;
                let (name, value) = (done.name.clone(), done.value());
                open.last_mut()?.add(name, value);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text),
            Event::CData(text) => open.last_mut()?.text.push_str(&text),
            Event::GeneralRef(reference) => {
                let name: &str = &reference;
                let number = reference.resolve_char_ref().ok().flatten();
                open.last_mut()?.text.push(number.or_else(|| named(name))?);
            }
            Event::Eof => return (open.len() == 1).then(|| open.remove(0).value()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The entities that every document may use; others would be of a document type, which is not read.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[derive(Default)]
struct Element {
    name: String,
    text: String,
    members: Map<String, Value>,
}

impl Element {
    fn add(&mut self, name: String, value: Value) {
        match self.members.get_mut(&name) {
            None => {
                self.members.insert(name, value);
            }
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }

    fn value(self) -> Value {
        if self.members.is_empty() { self.text.trim().into() } else { Value::Object(self.members) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::value;

    #[test]
    fn elements_are_members_and_repeated_ones_lists() {
        let text = "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"x\"><s:Body><id>a &amp; &#98;</id><n>1</n><n>2</n><e/></s:Body></s:Envelope>";
        assert_eq!(value(text), Some(json!({ "Envelope": { "Body": { "id": "a & b", "n": ["1", "2"], "e": "" } } })));
        assert_eq!(value("<a><b></a>"), None);
        assert_eq!(value(&"<a>".repeat(100)), None);
        assert_eq!(value("<a>&unknown;</a>"), None);
    }
}
