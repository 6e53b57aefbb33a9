//! Requests: methods, bodies, chains, headers, captures.

use crate::harness::{accepted, check_plain};

#[test]
fn requests_that_contradict_themselves_are_told() {
    check_plain(&[
        ("resources:\n  /a:\n    create: # <-\n      POST: /b\n      PUT: /c\n", "a request has one method"),
        (
            "resources:\n  /a:\n    create: # <-\n      POST: /b\n      body: { a: 1 }\n      text: x\n",
            "a request has one of body, form, multipart and text",
        ),
        (
            "resources:\n  /a:\n    create: # <-\n      query: { a: b }\n",
            "a method with a path is missing, such as \"GET: /path\"",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      then: { query: { a: b } } # <-\n",
            "a method with a path is missing, such as \"GET: /path\"",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      body:\n        \"*\": \"{id}\" # <-\n",
            "\"*\" takes \"{body}\" and nothing else",
        ),
    ]);
}

#[test]
fn a_chain_has_five_calls() {
    let chain = |calls: usize| {
        let mut text = "resources:\n  /a:\n    create:\n      POST: /b\n".to_owned();
        for call in 1..calls {
            let indent = " ".repeat(4 + 2 * call);
            let mark = if call == 1 { " # <-" } else { "" };
            text.push_str(&[&indent, "then:", mark, "\n", &indent, "  GET: /b\n"].concat());
        }
        text
    };
    accepted(&chain(5));
    check_plain(&[(&chain(6), "a chain has 5 calls at most")]);
}

#[test]
fn headers_of_transport_and_credential_belong_to_nobody_else() {
    for name in ["Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Authorization", "Expect"] {
        let message = format!("\"{name}\" is set by the transport or the authentication");
        check_plain(&[
            (
                &format!(
                    "request:\n  headers:\n    {name}: x # <-\nresources: {{ /a: {{ vendor: /b, verbs: [list] }} }}\n"
                ),
                &message,
            ),
            (
                &format!("resources:\n  /a:\n    vendor: /b\n    list:\n      headers:\n        {name}: x # <-\n"),
                &message,
            ),
        ]);
    }
    check_plain(&[(
        "resources:\n  /a:\n    vendor: /b\n    list:\n      headers:\n        \"X A\": x # <-\n",
        "\"X A\" is not the name of a header",
    )]);
}

#[test]
fn places_in_answers_are_checked() {
    let wrong = |text: &str| format!("\"{text}\" is not a place in an answer, such as data.items[0].id");
    check_plain(&[
        (
            "response:\n  item: d\n  items: data..rows # <-\nresources: { /a: { vendor: /b, verbs: [list] } }\n",
            &wrong("data..rows"),
        ),
        ("resources: { /a: { vendor: /b, verbs: [list] } }\nresponse:\n  error: \"a[\" # <-\n", &wrong("a[")),
        ("response:\n  success_when: \"o k\" # <-\nresources: { /a: { vendor: /b, verbs: [list] } }\n", &wrong("o k")),
        ("resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    items: \"x[y]\" # <-\n", &wrong("x[y]")),
        ("resources:\n  /a:\n    vendor: /b\n    get:\n      item: \"x.\" # <-\n", &wrong("x.")),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    record:\n      id: id\n      name: \"a b\" # <-\n",
            &wrong("a b"),
        ),
        ("resources:\n  /a:\n    create:\n      POST: /b\n      capture: { subdomain: \"a b\" } # <-\n", &wrong("a b")),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      then:\n        GET: \"/c/{previous.a[x]}\" # <-\n",
            &wrong("a[x]"),
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    record:\n      dir: { of: kind, si: folder } # <-\n",
            "\"dir\" is a place, { of, is } or { value }",
        ),
    ]);
}

#[test]
fn a_status_must_be_one_of_a_failure() {
    check_plain(&[(
        "response:\n  statuses:\n    not_found: 404\n    odd: 200 # <-\nresources: { /a: { vendor: /b, verbs: [list] } }\n",
        "200 is not the status of a failure: 400 to 599",
    )]);
}

#[test]
fn two_operations_cannot_answer_to_one_call() {
    check_plain(&[
        (
            "resources:\n  /a: { vendor: /b, verbs: [get] }\n  /a/{name}: # <-\n    read: { GET: \"/c/{name}\" }\n",
            "GET /a/{name} is offered twice",
        ),
        ("resources:\n  /a: # <-\n    vendor: /b\n    verbs: [list, read]\n", "GET /a is offered twice"),
        ("resources:\n  /a: # <-\n    vendor: /b\n    verbs: [create, upload]\n", "POST /a is offered twice"),
    ]);
}
