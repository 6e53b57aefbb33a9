//! Members that nothing uses.

use crate::harness::{check, check_plain};

#[test]
fn a_parameter_that_is_placed_nowhere_is_told() {
    check_plain(&[
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    parameters:\n      folder: query # <-\n",
            "the parameter \"folder\" is placed nowhere; say \"ignore: true\" if it shall not be sent",
        ),
        (
            "resources:\n  /a:\n    description: lists a folder\n    vendor: /b\n    list:\n      parameters:\n        folder: query # <-\n",
            "the parameter \"folder\" is placed nowhere",
        ),
        (
            "parameters:\n  team: query # <-\nresources:\n  /team: { vendor: /b, verbs: [list] }\n",
            "the parameter \"team\" is used by no resource",
        ),
        (
            "description: \"team: red\"\nparameters:\n  team: query # <-\nresources:\n  /a: { vendor: /b, verbs: [list] }\n",
            "the parameter \"team\" is used by no resource",
        ),
    ]);
}

#[test]
fn a_place_of_the_path_that_no_request_uses_is_told() {
    check_plain(&[
        (
            "resources:\n  /a/{id}/b: { vendor: /c, verbs: [list] } # <-\n",
            "\"{id}\" of \"/a/{id}/b\" is used by none of its requests",
        ),
        (
            "resources:\n  /b: { vendor: /c, verbs: [list] }\n  /a/{team}: # <-\n    read: { GET: /team }\n",
            "\"{team}\" of \"/a/{team}\" is used by none of its requests",
        ),
    ]);
}

#[test]
fn what_no_operation_of_a_resource_needs_is_told() {
    check_plain(&[
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [get]\n    items: data # <-\n",
            "\"items\" is not used: no operation of \"/a\" needs it",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [get]\n    paging: { page: p } # <-\n",
            "\"paging\" is not used: no operation of \"/a\" needs it",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [delete, list]\n    item: data # <-\n",
            "\"item\" is not used: no operation of \"/a\" needs it",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [get]\n    wrap: thing # <-\n",
            "\"wrap\" is not used: no operation of \"/a\" needs it",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [get]\n    where: odata # <-\n",
            "\"where\" is not used: no operation of \"/a\" needs it",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [get]\n    order: local # <-\n",
            "\"order\" is not used: no operation of \"/a\" needs it",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [get]\n    select: fields # <-\n",
            "\"select\" is not used: no operation of \"/a\" needs it",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [delete]\n    record: { id: id } # <-\n",
            "\"record\" is not used: no operation of \"/a\" needs it",
        ),
    ]);
}

#[test]
fn what_stands_at_the_top_and_no_list_uses_is_told() {
    check_plain(&[
        (
            "resources: { /a: { vendor: /b, verbs: [get] } }\npaging: { page: p } # <-\n",
            "\"paging\" is not used: no resource has a list",
        ),
        ("where: odata # <-\n", "\"where\" is not used: no resource has a list"),
        ("order: local # <-\n", "\"order\" is not used: no resource has a list"),
        ("select: fields # <-\n", "\"select\" is not used: no resource has a list"),
        ("description: \"select: is a word\"\nselect: fields # <-\n", "\"select\" is not used: no resource has a list"),
    ]);
}

#[test]
fn members_of_paging_and_bodies_that_go_with_others_are_told() {
    check_plain(&[
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    paging:\n      offset: skip\n      next: n # <-\n",
            "\"next\" is not used: it belongs to a cursor",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    paging:\n      link: header.link\n      first: 0 # <-\n",
            "\"first\" is not used: it belongs to pages and rows that are counted",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      content_type: text/xml # <-\n",
            "\"content_type\" is not used: it is the type of \"text\"",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    get:\n      items: data # <-\n",
            "\"items\" is not used: only a list has rows",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    list:\n      item: data # <-\n",
            "\"item\" is not used: a list has rows",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      then:\n        GET: /c\n        parameters: { x: query } # <-\n",
            "\"parameters\" is not used: it belongs to the first request",
        ),
    ]);
}

#[test]
fn a_resource_that_offers_nothing_is_told() {
    check_plain(&[(
        "resources:\n  /b: { vendor: /b, verbs: [list] }\n  /a: { vendor: /b } # <-\n",
        "\"/a\" offers nothing: say verbs or an operation",
    )]);
}

#[test]
fn a_configuration_entry_that_nothing_reads_is_told() {
    let rest = "configuration:\n  base.url: { default: \"https://example.com\" }\n  region: {} # <-\nauthentication: { none: {} }\n";
    let message = "\"region\" is not used: no method and no request reads it (say \"kept: true\" if it shall stay)";
    check(&[(rest, message)]);
}

#[test]
fn what_an_operation_would_pass_over_is_told() {
    check_plain(&[
        (
            "resources:\n  /a:\n    list:\n      GET: /b\n      then: { GET: /c } # <-\n",
            "\"then\" is not used in list: a list and a file are one request",
        ),
        (
            "resources:\n  /a:\n    list:\n      POST: /b\n      multipart: { x: y } # <-\n",
            "\"multipart\" is not used in list: it sends a mapping or a text",
        ),
        (
            "resources:\n  /a:\n    download:\n      GET: /b\n      capture: { subdomain: x } # <-\n",
            "\"capture\" is not used in download: what is shown is not looked into",
        ),
        (
            "resources:\n  /a:\n    download:\n      GET: /b\n      success_when: ok # <-\n",
            "\"success_when\" is not used in download: the bytes of a file are not looked into",
        ),
        (
            "resources:\n  /a:\n    upload: { POST: /b, body: { name: \"{filename}\" } } # <-\n",
            "an upload sends the file: its body is \"{file}\", or one of its parts is",
        ),
        ("resources:\n  /a:\n    list: { POST: /b, body: \"{body}\" } # <-\n", "\"{body}\" cannot be reached here"),
        (
            "verify:\n  GET: /me\n  then: { GET: /c } # <-\nresources: { /a: { vendor: /a, verbs: [list] } }\n",
            "\"then\" is not used in this request",
        ),
        (
            "resources:\n  /a:\n    vendor: /b # <-\n    list: { GET: /c }\n",
            "\"vendor\" is not used: every operation of \"/a\" has a path of its own",
        ),
    ]);
}
