//! The form and the methods of authentication.

use crate::harness::check;

const NONE: &str = "authentication: { none: {} }\n";

fn form(entries: &str) -> String {
    format!("configuration:\n  base.url: {{}}\n{entries}{NONE}")
}

fn wrong(entries: &str, message: &str) {
    check(&[(&form(entries), message)]);
}

#[test]
fn a_field_has_one_kind() {
    let message = "\"x\" is one of secret, boolean, multiline or options, not several";
    wrong("  x: { secret: true, boolean: true } # <-\n", message);
    wrong("  x: { multiline: true, options: [a] } # <-\n", message);
    wrong("  y: {}\n  x: # <-\n    secret: true\n    options: [a]\n", message);
}

#[test]
fn a_computed_default_reads_values_that_are_not_computed() {
    wrong(
        "  a: { default: \"${config.base.url}/a\" }\n  b: { default: \"${config.a}/b\" } # <-\n",
        "\"config.a\" is no configuration entry with a value of its own",
    );
    wrong(
        "  a: { default: \"${config.sub}\" } # <-\n",
        "\"config.sub\" is no configuration entry with a value of its own",
    );
    wrong(
        "  sub.domain: {}\n  a: { default: \"https://${config.sub.domian}.x\" } # <-\n",
        "\"config.sub.domian\" is no configuration entry with a value of its own; did you mean \"sub.domain\"?",
    );
    wrong("  a: { default: \"${config.a}\" } # <-\n", "\"config.a\" is no configuration entry with a value of its own");
    wrong("  a: { default: \"${env.A}\" } # <-\n", "\"env.A\" cannot be reached here; templates read \"config.…\"");
}

#[test]
fn a_default_fits_its_field() {
    wrong("  a: { options: [x, y], default: z } # <-\n", "\"z\" is none of x, y");
    wrong("  a: { boolean: true, default: \"maybe\" } # <-\n", "\"maybe\" is neither true nor false");
    wrong("  a: { secret: true, max_length: 5 } # <-\n", "\"max_length\" is not used: it belongs to a line of text");
}

#[test]
fn a_method_that_is_not_there_is_told_with_the_nearest() {
    check(&[(
        "configuration:\n  base.url: {}\n  a: { for: [baisc] } # <-\nauthentication:\n  basic: { username: x }\n",
        "\"a\" is for \"baisc\", which is no method of authentication here; did you mean \"basic\"?",
    )]);
}

#[test]
fn methods_are_checked() {
    let fit = "fit no method; known are: username and password; header and value; query and value; bearer; \
               headers, query, cookies and body by name; sign";
    check(&[
        (
            "configuration: { base.url: {} }\nauthentication:\n  odd: { username: a, value: b } # <-\n",
            &format!("the members of \"odd\" {fit}"),
        ),
        (
            "configuration: { base.url: {} }\nauthentication:\n  odd: { header: a } # <-\n",
            &format!("the members of \"odd\" {fit}"),
        ),
        (
            "configuration: { base.url: {} }\nauthentication: {} # <-\n",
            "at least one method of authentication is needed; say \"none: {}\"",
        ),
        (
            "configuration: { x: {} } # <-\nauthentication: { none: {} }\n",
            "\"base.url\" is missing: every connector needs the provider's root",
        ),
    ]);
}

#[test]
fn a_form_that_is_missing_is_told_of_the_file_as_a_whole() {
    let message = crate::harness::mistake("authentication: { none: {} }\n");
    assert_eq!(message, "x.yaml:0: \"base.url\" is missing: every connector needs the provider's root");
}
