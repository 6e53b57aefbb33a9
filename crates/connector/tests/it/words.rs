//! Words of which only some are known: verbs, methods, types, places of callers, kinds of filters and orders.

use crate::harness::{check_plain, mistake};

#[test]
fn an_unknown_word_is_told_with_the_known_ones() {
    check_plain(&[
        ("tested: alive # <-\n", "\"alive\" is not known here; did you mean \"live\"?"),
        ("request:\n  body: jsno # <-\n", "\"jsno\" is not known here; did you mean \"json\"?"),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list, gett] # <-\n",
            "\"gett\" is not known here; did you mean \"get\"?",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    model:\n      id: integer\n      name: strng # <-\n",
            "\"strng\" is none of the types string, integer, number, boolean, date, object, array; did you mean \"string\"?",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    list:\n      query: { x: \"{x}\" }\n    parameters:\n      x: { type: intger } # <-\n",
            "\"intger\" is none of string, integer, number, boolean, array; did you mean \"integer\"?",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    list:\n      query: { x: \"{x}\" }\n    parameters:\n      x: cookie # <-\n",
            "\"cookie\" is none of query, header, body, form",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    where: sql # <-\n",
            "\"sql\" is none of query, odata, odata3, local, none",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    where: { query: q, as: sql } # <-\n",
            "\"sql\" is none of query, odata, odata3",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    order: random # <-\n",
            "\"random\" is none of local, none, or a mapping of query parameters",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    paging: all # <-\n",
            "\"all\" is no way of paging; say none or a mapping",
        ),
        ("verify: me # <-\n", "\"me\" is not a request of the form \"GET /path\""),
    ]);
}

#[test]
fn only_five_methods_are_methods() {
    for (rest, line, word) in [
        ("resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    update: PUTT\n", 13, "PUTT"),
        ("resources:\n  /a:\n    vendor: /b\n    list: true\n", 12, "true"),
        ("resources:\n  /a:\n    vendor: /b\n    list: CONNECT\n", 12, "CONNECT"),
        ("verify: TRACE /me\n", 9, "TRACE"),
    ] {
        let message = mistake(&format!("{}{rest}", crate::harness::PLAIN));
        let expected = format!("x.yaml:{line}: \"{word}\" is none of the methods GET, POST, PUT, PATCH, DELETE");
        assert_eq!(message, expected, "{rest}");
    }
}

#[test]
fn short_words_of_older_yaml_are_words() {
    let text = "resources:\n  /a:\n    vendor: /b\n    list: { query: { on: yes, country: NO } }\n    paging: { page: y, size: n }\n";
    let connector = crate::harness::accepted(text);
    let query = format!("{:?}", connector.requests().next().expect("a request"));
    for word in ["\"yes\"", "\"NO\"", "\"on\""] {
        assert!(query.contains(word), "{word}: {query}");
    }
}

#[test]
fn a_key_that_cannot_be_one_is_told_at_its_line() {
    let text = "# key: see below\nkey: \"no spaces\"\nname: X\nhub: crm\nauthentication: { none: {} }\n";
    let error = keyway_connector::Connector::compile(std::path::Path::new("x.yaml"), text).unwrap_err();
    assert_eq!(error.to_string(), "x.yaml:2: \"no spaces\" is not a connector key");
}
