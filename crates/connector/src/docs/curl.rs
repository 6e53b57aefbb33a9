//! Commands to be copied into a shell: everything is quoted, what a person has to put in stands in angle brackets.

use serde_json::{Map, Value, json};

use crate::{AUTHENTICATION_TYPE, Connector, Field, Method};

/// Both secrets of a person.
pub(super) const PERSON: &str = "Authorization: User <user secret>, Organization <organization secret>";
/// Both secrets and the token of an instance.
pub(super) const INSTANCE: &str =
    "Authorization: User <user secret>, Organization <organization secret>, Element <instance token>";

/// A text as one word of a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `curl` with its arguments, one a line. Every argument is an option and its value, or a URL.
pub(super) fn command(first: &str, url: &str, options: &[(&str, String)]) -> String {
    let start = if first.is_empty() { "curl".to_owned() } else { format!("curl {first}") };
    let lines = options.iter().map(|(option, value)| format!("{option} {}", quoted(value)));
    let lines: Vec<String> = std::iter::once(format!("{start} {}", quoted(url))).chain(lines).collect();
    lines.join(" \\\n  ")
}

/// The fields that a person has to fill in for a method: nothing else gives them a value.
pub(super) fn needed<'a>(connector: &'a Connector, method: &'a Method) -> impl Iterator<Item = &'a Field> {
    connector.fields_for(method).filter(|field| field.required && field.default.is_none() && field.computed.is_none())
}

/// The body of `POST /instances` for a method, with what has to be put in.
pub(super) fn new_instance(connector: &Connector, method: &Method) -> Value {
    let mut configuration = Map::new();
    if connector.methods.len() > 1 {
        configuration.insert(AUTHENTICATION_TYPE.to_owned(), method.name.as_str().into());
    }
    for field in needed(connector, method).filter(|field| field.key != AUTHENTICATION_TYPE) {
        configuration.insert(field.key.clone(), format!("<{}>", field.label).into());
    }
    json!({
        "name": format!("My {}", connector.name),
        "element": { "key": connector.key.as_str() },
        "configuration": configuration,
    })
}

#[cfg(test)]
mod tests {
    use super::{command, quoted};

    #[test]
    fn a_quote_in_a_text_does_not_end_it() {
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }

    #[test]
    fn lines_of_a_command_go_on() {
        let text = command("--get", "https://x/y", &[("-H", "A: b".to_owned()), ("-d", "c".to_owned())]);
        assert_eq!(text, "curl --get 'https://x/y' \\\n  -H 'A: b' \\\n  -d 'c'");
    }
}
