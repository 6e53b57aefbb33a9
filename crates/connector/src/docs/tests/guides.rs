//! The guides.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{SITE, odd};
use crate::docs::{guide, rows};
use crate::{Connector, embedded};

/// The words of a command, as a POSIX shell cuts them.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut open) = (String::new(), false, false);
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => (quoted, open) = (!quoted, true),
            letter if quoted => word.push(letter),
            '\\' => match letters.next() {
                Some('\n') | None => {}
                Some(letter) => (word, open) = (word + &letter.to_string(), true),
            },
            letter if letter.is_whitespace() => {
                if open {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            letter => (word, open) = (word + &letter.to_string(), true),
        }
    }
    assert!(!quoted, "a quote stays open: {command}");
    words.into_iter().chain(open.then_some(word)).collect()
}

/// Every command of a page.
fn commands(page: &str) -> Vec<Vec<String>> {
    page.split("```sh\n").skip(1).map(|block| words(block.split("\n```").next().unwrap())).collect()
}

fn bodies(page: &str) -> Vec<Value> {
    let posts = commands(page).into_iter().filter(|words| words.contains(&"POST".to_owned()));
    posts.map(|words| serde_json::from_str(words.last().unwrap()).unwrap()).collect()
}

fn fits(connector: &Connector) {
    let page = guide(connector, SITE);
    let key = connector.key.as_str();
    let bodies = bodies(&page);
    assert_eq!(bodies.len(), connector.methods.len(), "{key}");
    for (body, method) in bodies.iter().zip(&connector.methods) {
        assert_eq!(body["element"]["key"], key);
        let given = body["configuration"].as_object().unwrap();
        for field in connector.fields_for(method).filter(|field| field.required) {
            let comes_by_itself = field.default.is_some() || field.computed.is_some();
            assert!(comes_by_itself || given.contains_key(&field.key), "{key} {} {}", method.name, field.key);
        }
        for name in given.keys() {
            assert!(connector.field(name).is_some_and(|field| field.belongs_to(&method.name)), "{key} {name}");
        }
        if connector.methods.len() > 1 {
            assert_eq!(given["authentication.type"], method.name.as_str());
        }
    }
    let shown = connector.resources.all().iter().filter(|resource| !resource.hidden);
    let lists = shown.flat_map(|resource| &resource.operations).filter(|operation| operation.listing.is_some());
    let asked = commands(&page).into_iter().filter(|words| words.contains(&"--get".to_owned())).count();
    assert_eq!(asked, lists.count(), "{key}");
    for words in commands(&page) {
        assert!(words.iter().any(|word| word.starts_with("https://keyway.example.com/elements/api-v2/")), "{words:?}");
        assert!(words.iter().any(|word| word.starts_with("Authorization: User ")), "{words:?}");
    }
    for part in
        ["What to prepare", "What the fields mean", "Authenticate", "Querying", "Events", "What it was tested against"]
    {
        assert!(page.contains(&format!("\n## {part}\n")), "{key}: {part}");
    }
}

#[test]
fn every_shipped_connector_has_a_guide_with_commands_that_are_right() {
    for connector in embedded().unwrap().iter() {
        fits(&Connector { guide: None, ..clone(connector) });
    }
    fits(&odd());
}

/// A connector without its own guide.
fn clone(connector: &Connector) -> Connector {
    Connector::compile(std::path::Path::new("x.yaml"), &connector.text).unwrap()
}

#[test]
fn quotes_of_a_definition_stay_inside_their_quotes() {
    let page = guide(&odd(), SITE);
    let expected = json!({
        "name": "My Odd's \"one\"",
        "element": { "key": "odd" },
        "configuration": { "authentication.type": "key", "api.key": "<Somebody's key>" },
    });
    assert_eq!(bodies(&page)[0], expected);
    assert!(page.contains(r"a\|b"), "a bar would end the cell");
}

#[test]
fn what_a_list_does_not_offer_is_said_and_not_shown() {
    let page = guide(&odd(), SITE);
    let part = page.split("### `/aB`").nth(1).unwrap().split("\n### ").next().unwrap();
    assert!(part.contains("`where` is answered with 400") && !part.contains("where="), "{part}");
    assert!(!page.contains("/secret"));
}

#[test]
fn a_guide_that_somebody_wrote_is_shown_instead() {
    let connector = Connector { guide: Some(Arc::from("# Mine\n")), ..odd() };
    assert_eq!(guide(&connector, SITE), "# Mine\n");
}

#[test]
fn rows_tell_what_becomes_of_a_call() {
    let connector = odd();
    let rows = rows(&connector);
    let upload = rows.iter().find(|row| row.path == "/files" && row.method == "POST").unwrap();
    assert_eq!((upload.vendor_method.as_str(), upload.vendor_path.as_str()), ("POST", "/files"));
    let kind = upload.parameters.iter().find(|parameter| parameter.name == "kind").unwrap();
    assert_eq!((kind.source, kind.target, kind.vendor_name.as_str(), kind.kind), ("query", "query", "kind", "integer"));
    let gone = rows.iter().find(|row| row.method == "DELETE").unwrap();
    assert_eq!(
        (gone.vendor_path.as_str(), gone.parameters[0].target, gone.pagination_type),
        ("/z/{theId}", "path", "NO_PAGINATION")
    );
    assert!(rows.iter().any(|row| row.path == "/secret" && !row.documented));
}
