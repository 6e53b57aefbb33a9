//! Unknown members, at every level, with the nearest known name; values of another shape; members that stand twice.

use crate::harness::{check, check_plain, mistake};

#[test]
fn an_unknown_member_is_told_with_the_nearest_name_at_every_level() {
    check_plain(&[
        ("descripton: x # <-\n", "\"descripton\" is not known here; did you mean \"description\"?"),
        (
            "request:\n  headers: { X-A: b }\n  querry: { a: b } # <-\n",
            "\"querry\" is not known here; did you mean \"query\"?",
        ),
        ("response:\n  item: data\n  itms: data # <-\n", "\"itms\" is not known here; did you mean \"items\"?"),
        ("paging:\n  page: page\n  siez: n # <-\n", "\"siez\" is not known here; did you mean \"size\"?"),
        (
            "paging:\n  cursor: c\n  next: n\n  continue:\n    PSOT: /more # <-\n",
            "\"PSOT\" is not known here; did you mean \"POST\"?",
        ),
        ("where:\n  qury: q # <-\n", "\"qury\" is not known here; did you mean \"query\"?"),
        ("select:\n  query: f\n  repaet: true # <-\n", "\"repaet\" is not known here; did you mean \"repeat\"?"),
        ("verify:\n  GETT: /me # <-\n", "\"GETT\" is not known here; did you mean \"GET\"?"),
        ("parameters:\n  team:\n    requird: true # <-\n", "\"requird\" is not known here; did you mean \"required\"?"),
        (
            "resources:\n  /a:\n    vendor: /b\n    vebrs: [list] # <-\n",
            "\"vebrs\" is not known here; did you mean \"verbs\"?",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    list:\n      quary: { a: b } # <-\n",
            "\"quary\" is not known here; did you mean \"query\"?",
        ),
        (
            "resources:\n  /a:\n    create:\n      POST: /b\n      then:\n        GET: /c\n        cature: {} # <-\n",
            "\"cature\" is not known here; did you mean \"capture\"?",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    list:\n      parameters:\n        x:\n          tpye: integer # <-\n",
            "\"tpye\" is not known here; did you mean \"type\"?",
        ),
        (
            "resources:\n  /a:\n    vendor: /b\n    verbs: [list]\n    paging:\n      ofset: n # <-\n",
            "\"ofset\" is not known here; did you mean \"offset\"?",
        ),
    ]);
}

#[test]
fn an_unknown_member_of_form_and_methods_is_told_too() {
    check(&[
        (
            "configuration:\n  base.url:\n    defualt: \"https://x\" # <-\nauthentication: { none: {} }\n",
            "\"defualt\" is not known here; did you mean \"default\"?",
        ),
        (
            "configuration:\n  base.url: {}\nauthentication:\n  basic:\n    usrname: x # <-\n",
            "\"usrname\" is not known here; did you mean \"username\"?",
        ),
    ]);
}

#[test]
fn where_no_known_name_is_near_all_are_named() {
    let message = mistake("authentication: { none: {} }\nresponse: { zzzzzz: 1 }\n");
    assert_eq!(message, "x.yaml:5: \"zzzzzz\" is not known here; known are items, item, error, success_when, statuses");
}

#[test]
fn a_member_that_stands_twice_is_told_at_its_second_line() {
    for rest in [
        "hub: other\nauthentication: { none: {} }\n",
        "authentication:\n  none: {}\n  none: {}\n",
        "authentication: { none: {} }\nresources:\n  /a: { vendor: /b, verbs: [list] }\n  /a: { vendor: /c, verbs: [get] }\n",
    ] {
        let message = mistake(rest);
        let lines = format!("key: example\nname: Example\nhub: crm\n{rest}");
        let repeated =
            |line: &str| ["hub: other", "  none: {}", "  /a: { vendor: /c"].iter().any(|start| line.starts_with(start));
        let line =
            lines.lines().enumerate().filter(|(_, line)| repeated(line)).last().map(|(at, _)| at + 1).expect("a line");
        assert!(message.starts_with(&format!("x.yaml:{line}: ")), "{rest}{message}");
        assert!(message.contains("hub") || message.contains("none") || message.contains("/a"), "{message}");
    }
}

#[test]
fn a_value_of_another_shape_is_told_with_its_line() {
    for (rest, line) in [
        ("authentication: none\n", 4),
        ("authentication: { none: {} }\nresources: [a]\n", 5),
        ("authentication: { none: {} }\nresources:\n  /a:\n    vendor: /b\n    verbs: list\n", 8),
        ("authentication: { none: {} }\npaging:\n  page: p\n  max: many\n", 7),
        ("authentication: { none: {} }\nprepare: one\n", 5),
        ("authentication: { none: {} }\nresponse:\n  statuses:\n    not_found: lots\n", 7),
        ("authentication: { none: {} }\n  name: \"unfinished\n", 5),
    ] {
        let message = mistake(rest);
        assert!(message.starts_with(&format!("x.yaml:{line}: ")), "{rest}{message}");
    }
}

#[test]
fn a_missing_member_is_named() {
    let message = mistake("");
    assert!(message.contains("authentication"), "{message}");
}
