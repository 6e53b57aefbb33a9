//! Names that cannot be reached: places of the caller, and entries of the configuration.

use crate::harness::{accepted, check, check_plain};

#[test]
fn a_place_that_nobody_fills_is_told_where_it_stands() {
    check_plain(&[
        (
            "resources:\n  /a:\n    vendor: /b\n    list:\n      query:\n        x: \"{folder}\" # <-\n",
            "\"{folder}\" cannot be reached here",
        ),
        ("resources:\n  /a:\n    list:\n      GET: \"/b/{idd}\" # <-\n", "\"{idd}\" cannot be reached here"),
        (
            "resources:\n  /a:\n    description: by its idd\n    get:\n      GET: \"/b/{idd}\" # <-\n",
            "\"{idd}\" cannot be reached here; did you mean \"id\"?",
        ),
        (
            "resources:\n  /a:\n    get:\n      GET: \"/b/{id}\"\n      headers:\n        X-Team: \"{team}\" # <-\n",
            "\"{team}\" cannot be reached here",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      body:\n        deep: [{ name: \"{nmae}\" }] # <-\n",
            "\"{nmae}\" cannot be reached here",
        ),
        (
            "resources:\n  /a:\n    get:\n      GET: \"/b/{id}\"\n      query:\n        p: \"{page}\" # <-\n",
            "\"{page}\" cannot be reached here",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    where: query\n    list:\n      query:\n        q: \"{where}\" # <-\n",
            "\"{where}\" cannot be reached here",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      headers:\n        X: \"{previous.id}\" # <-\n      then: { GET: \"/b/{previous.id}\" }\n",
            "\"{previous.id}\" cannot be reached here",
        ),
        ("verify: \"GET /me/{id}\" # <-\n", "\"{id}\" cannot be reached here"),
        ("verify:\n  GET: /me\n  query:\n    x: \"{body}\" # <-\n", "\"{body}\" cannot be reached here"),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    order:\n      sort: \"{feild}\" # <-\n",
            "\"{feild}\" cannot be reached here; known are field, direction, minus, ascending and descending",
        ),
    ]);
}

#[test]
fn a_place_is_looked_for_in_its_own_resource() {
    check_plain(&[
        (
            "resources:\n  /a:\n    vendor: /b\n    list: { query: { x: \"{+team:json}{team}\" } } # <-\n  /team: { vendor: /team, verbs: [list] }\n",
            "\"{team}\" cannot be reached here",
        ),
        (
            "resources:\n  /team: { vendor: /team, verbs: [list] }\n  /a:\n    vendor: /b\n    list: { query: { x: \"{team}\" } } # <-\n",
            "\"{team}\" cannot be reached here",
        ),
    ]);
}

#[test]
fn an_entry_that_is_not_in_the_form_is_told_where_it_is_read() {
    check_plain(&[
        (
            "verify: \"GET /${config.subdomian}\" # <-\n",
            "\"config.subdomian\" is no configuration entry; did you mean \"subdomain\"?",
        ),
        (
            "request:\n  headers:\n    X-Sub: \"${config.sub}\" # <-\nresources: { /a: { vendor: /b, verbs: [list] } }\n",
            "\"config.sub\" is no configuration entry",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      body:\n        one: \"${config.subdomain}\"\n        two: \"${config.subd}\" # <-\n",
            "\"config.subd\" is no configuration entry",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      text: \"<a>${config.nobody}</a>\" # <-\n      content_type: text/xml\n",
            "\"config.nobody\" is no configuration entry",
        ),
        (
            "resources:\n  /a:\n    list:\n      GET: \"${config.content.url}/files\" # <-\n",
            "\"config.content.url\" is no configuration entry",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      capture:\n        session: body.id # <-\n",
            "\"config.session\" is no configuration entry",
        ),
    ]);
    check(&[
        (
            "configuration: { base.url: {}, token: {} }\nauthentication:\n  bearer:\n    bearer: \"${config.tokn}\" # <-\n",
            "\"config.tokn\" is no configuration entry of \"bearer\"; did you mean \"token\"?",
        ),
        (
            "configuration:\n  base.url: {}\n  token: { for: [one] }\nauthentication:\n  one: { bearer: \"${config.token}\" }\n  two:\n    header: X-Token\n    value: \"${config.token}\" # <-\n",
            "\"config.token\" is no configuration entry of \"two\"",
        ),
    ]);
}

#[test]
fn nothing_but_the_configuration_can_be_read_with_a_dollar() {
    check_plain(&[
        (
            "resources:\n  /a:\n    vendor: /b\n    list:\n      query:\n        x: \"${caller.x}\" # <-\n",
            "\"caller.x\" cannot be reached here; templates read \"config.…\"",
        ),
        (
            "resources:\n  /a:\n    list:\n      GET: \"/b/${env.HOME}\" # <-\n",
            "\"env.HOME\" cannot be reached here; templates read \"config.…\"",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    list:\n      headers: { X-A: \"${x}\" } # <-\n",
            "\"x\" cannot be reached here; templates read \"config.…\"",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      text: \"${secret.x}\" # <-\n",
            "\"secret.x\" cannot be reached here; templates read \"config.…\"",
        ),
        ("verify: \"GET /${config.subdomain\" # <-\n", "a \"${\" has no \"}\""),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    order: { sort: \"${config.subdomain}\" } # <-\n",
            "an order cannot read the configuration",
        ),
    ]);
    check(&[(
        "configuration: { base.url: {} }\nauthentication:\n  bearer: { bearer: \"${env.TOKEN}\" } # <-\n",
        "\"env.TOKEN\" cannot be reached here; templates read \"config.…\"",
    )]);
}

#[test]
fn braces_that_hold_no_name_stand_for_themselves() {
    accepted("resources:\n  /a:\n    create:\n      POST: /b\n      text: 'a {b c} { } {1} {'\n");
}
