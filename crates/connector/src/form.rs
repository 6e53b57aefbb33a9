//! Form bodies: pairs, and nested values in the bracketed names that most providers read.

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use crate::render::{COMPONENT, plain};

/// Encodes pairs; a space is `%20`, which queries and forms both read.
pub(crate) fn pairs(pairs: &[(String, String)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        // Brackets stand in names as providers document them.
        out.extend(utf8_percent_encode(name, NAME));
        out.push('=');
        out.extend(utf8_percent_encode(value, COMPONENT));
    }
    out
}

const NAME: &percent_encoding::AsciiSet = &COMPONENT.remove(b'[').remove(b']').remove(b'$');

/// Encodes a JSON object as a form: `{"a":{"b":[1]}}` as `a[b][0]=1`.
pub fn encode_form(value: &Value) -> String {
    let mut flat = Vec::new();
    if let Value::Object(members) = value {
        for (name, member) in members {
            flatten(name.clone(), member, &mut flat);
        }
    }
    pairs(&flat)
}

fn flatten(name: String, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                flatten(format!("{name}[{key}]"), member, out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(format!("{name}[{index}]"), item, out);
            }
        }
        scalar => out.push((name, plain(scalar))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::encode_form;

    #[test]
    fn nested_values_get_bracketed_names() {
        let value = json!({"a": {"b": 1, "c d": true}, "l": [{"x": "é"}, 2], "n": null, "s": "a&b=c d"});
        assert_eq!(encode_form(&value), "a[b]=1&a[c%20d]=true&l[0][x]=%C3%A9&l[1]=2&n=&s=a%26b%3Dc%20d");
    }
}
