//! Tables of mistakes: a definition, with a mark on the line that is to be named, and the message.

use std::path::Path;

use keyway_connector::Connector;

/// The beginning of every definition of these tests: nothing is wrong with it.
const HEAD: &str = "\
key: example
name: Example
hub: crm
";

/// A form and a method, for definitions whose mistake is elsewhere.
pub(crate) const PLAIN: &str = "\
configuration:
  base.url: { default: \"https://example.com\" }
  api.key: { secret: true }
  subdomain: { kept: true }
authentication: { bearer: { bearer: \"${config.api.key}\" } }
";

/// Marks the line that an error must name.
const MARK: &str = "# <-";

/// What is wrong with a definition of which this is all but the head.
pub(crate) fn mistake(rest: &str) -> String {
    match Connector::compile(Path::new("x.yaml"), &format!("{HEAD}{rest}")) {
        Ok(_) => "nothing is wrong".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Every definition of the table has the mistake beside it, on the line with the mark.
pub(crate) fn check(table: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (rest, message) in table {
        let text = format!("{HEAD}{rest}");
        let marks: Vec<usize> =
            text.lines().enumerate().filter(|(_, line)| line.contains(MARK)).map(|(at, _)| at + 1).collect();
        assert_eq!(marks.len(), 1, "one line is marked: {text}");
        let expected = format!("x.yaml:{}: {message}", marks[0]);
        let found = mistake(rest);
        if found != expected {
            wrong.push(format!("{rest}\nexpected {expected}\nfound    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The same for definitions that begin with [`PLAIN`].
pub(crate) fn check_plain(table: &[(&str, &str)]) {
    let whole: Vec<(String, &str)> = table.iter().map(|(rest, message)| (format!("{PLAIN}{rest}"), *message)).collect();
    let whole: Vec<(&str, &str)> = whole.iter().map(|(rest, message)| (rest.as_str(), *message)).collect();
    check(&whole);
}

/// Nothing is wrong with a definition that begins with [`PLAIN`].
pub(crate) fn accepted(rest: &str) -> Connector {
    Connector::compile(Path::new("x.yaml"), &format!("{HEAD}{PLAIN}{rest}")).unwrap_or_else(|error| panic!("{error}"))
}
