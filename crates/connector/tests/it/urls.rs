//! URLs and paths that cannot be any.

use crate::harness::{accepted, check, check_plain};

#[test]
fn what_is_no_url_is_told_where_it_stands() {
    check_plain(&[
        ("docs: example # <-\n", "\"example\" is not a URL of the form https://host/path"),
        ("docs: \"mailto:a@b\" # <-\n", "\"mailto:a@b\" is not a URL of the form https://host/path"),
        (
            "resources:\n  /a:\n    list:\n      GET: \"https:///x\" # <-\n",
            "\"https://\" is not a URL of the form https://host",
        ),
        (
            "resources:\n  /a:\n    vendor: \"https://ex ample.com/x\" # <-\n    verbs: [list]\n",
            "\"https://ex ample.com\" is not a URL of the form https://host",
        ),
    ]);
    check(&[
        (
            "configuration:\n  base.url:\n    default: example.com # <-\nauthentication: { none: {} }\n",
            "\"example.com\" is not a URL of the form https://host/path",
        ),
        (
            "configuration:\n  base.url: { default: \"ftp://example.com\" } # <-\nauthentication: { none: {} }\n",
            "\"ftp://example.com\" is not a URL of the form https://host/path",
        ),
    ]);
}

#[test]
fn a_host_that_a_caller_or_an_entry_could_choose_is_refused() {
    check_plain(&[
        (
            "resources:\n  /a/{host}:\n    read:\n      GET: \"https://{host}/x\" # <-\n",
            "\"https://{host}\" is not a URL of the form https://host",
        ),
        (
            "resources:\n  /a:\n    list:\n      GET: \"https://${config.subdomain}.example.com/x\" # <-\n",
            "\"https://${config.subdomain}.example.com\" is not a URL of the form https://host",
        ),
        (
            "resources:\n  /a:\n    list:\n      GET: \"https://example.com@evil.com/x\" # <-\n",
            "\"https://example.com@evil.com\" is not a URL of the form https://host",
        ),
        (
            "resources:\n  /a:\n    list:\n      GET: \"https://example.com:99{page}/x\" # <-\n",
            "\"https://example.com:99{page}\" is not a URL of the form https://host",
        ),
        (
            "resources:\n  /a/{url}:\n    read:\n      GET: \"{url}/x\" # <-\n",
            "\"{url}/x\" begins neither with \"/\", nor with a URL, nor with a configuration entry that is one",
        ),
        (
            "resources:\n  /a:\n    list:\n      GET: \"${config.subdomain}.evil.com/x\" # <-\n",
            "\"${config.subdomain}.evil.com/x\" begins neither with \"/\", nor with a URL, nor with a configuration entry that is one",
        ),
        (
            "resources:\n  /a:\n    list:\n      GET: people # <-\n",
            "\"people\" begins neither with \"/\", nor with a URL, nor with a configuration entry that is one",
        ),
    ]);
}

#[test]
fn the_path_of_a_resource_is_checked() {
    check_plain(&[
        ("resources:\n  a: { vendor: /b, verbs: [list] } # <-\n", "the resource path \"a\" does not begin with \"/\""),
        (
            "resources:\n  /a//b: { vendor: /b, verbs: [list] } # <-\n",
            "the resource path \"/a//b\" has an empty segment",
        ),
        (
            "resources:\n  \"/a/{id\": { vendor: /b, verbs: [list] } # <-\n",
            "\"{id\" in \"/a/{id\" is not a place of the form \"{name}\"",
        ),
        (
            "resources:\n  \"/a/{id}/b/{id}\": # <-\n    read: { GET: \"/a/{id}\" }\n",
            "\"{id}\" stands twice in \"/a/{id}/b/{id}\"",
        ),
    ]);
}

#[test]
fn a_computed_root_and_a_fixed_host_are_fine() {
    let connector = accepted("resources:\n  /a:\n    list:\n      GET: \"https://files.example.com/x?y=1\"\n");
    assert_eq!(connector.fixed_hosts().into_iter().collect::<Vec<_>>(), ["https://files.example.com"]);
}
