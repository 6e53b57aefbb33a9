//! Paging, filters and orders that contradict themselves.

use crate::harness::check_plain;

fn list(member: &str) -> String {
    format!("resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n{member}")
}

fn wrong(member: &str, message: &str) {
    check_plain(&[(&list(member), message)]);
}

#[test]
fn paging_that_contradicts_itself_is_told() {
    wrong("    paging:\n      cursor: after # <-\n", "a cursor needs \"next\", the place of the next one");
    wrong("    paging: # <-\n      page: p\n      offset: o\n", "paging has one of page, offset, cursor and link");
    wrong("    paging: { size: n } # <-\n", "paging has one of page, offset, cursor and link");
    wrong("    paging:\n      page: p\n      max: 0 # <-\n", "\"max\" must be 1 at least");
    wrong("    paging: { page: 7 } # <-\n", "\"7\" names no parameter; say its name, body:name or true");
    wrong("    paging:\n      link: \"a..b\" # <-\n", "\"a..b\" is not a place in an answer, such as data.items[0].id");
    wrong("    paging:\n      link: \"next_url?\" # <-\n", "\"next_url?\" names no parameter after its \"?\"");
}

#[test]
fn a_mistake_at_the_top_is_told_at_the_top() {
    check_plain(&[
        (
            "description: A cursor.\npaging:\n  cursor: after # <-\nresources:\n  /cursor: { vendor: /b, verbs: [list] }\n",
            "a cursor needs \"next\", the place of the next one",
        ),
        (
            "resources:\n  /a: { vendor: /b, verbs: [list] }\nwhere: sql # <-\n",
            "\"sql\" is none of query, odata, odata3, local, none",
        ),
        (
            "order: random # <-\nresources:\n  /a: { vendor: /b, verbs: [list] }\n",
            "\"random\" is none of local, none, or a mapping of query parameters",
        ),
        (
            "paging:\n  page: p\nwhere: local # <-\nresources:\n  /a: { vendor: /b, verbs: [list] }\n",
            "\"local\" needs everything in one answer: say \"paging: none\"",
        ),
        (
            "paging:\n  page: p\n  size: 3 # <-\nresources:\n  /a: { vendor: /b, verbs: [list] }\n",
            "\"3\" names no parameter; say its name, body:name or true",
        ),
    ]);
}

#[test]
fn local_filters_and_orders_need_everything_at_once() {
    let message = "\"local\" needs everything in one answer: say \"paging: none\"";
    wrong("    paging: { page: p }\n    where: local # <-\n", message);
    wrong("    paging: { page: p }\n    order: local # <-\n", message);
}

#[test]
fn a_place_of_paging_that_the_request_does_not_have_is_told() {
    wrong("    paging:\n      page: true # <-\n", "\"page\" goes nowhere: the request has no \"{page}\"");
    wrong(
        "    where: { as: odata } # <-\n",
        "the filter goes nowhere: say \"query\", or place \"{where}\" in the request",
    );
}
