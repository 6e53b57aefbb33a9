//! What is wrong with methods of authentication, told with its line.

use std::path::Path;

use keyway_connector::{Connector, Flow};

use super::{FORM, definition};
use crate::harness::check;

/// The members of each method of the table have the mistake beside them, on the line with the mark.
fn wrong(table: &[(&str, &str)]) {
    let whole: Vec<(String, &str)> = table.iter().map(|(members, message)| (definition(members), *message)).collect();
    let whole: Vec<(&str, &str)> = whole.iter().map(|(text, message)| (text.as_str(), *message)).collect();
    check(&whole);
}

#[test]
fn an_unknown_member_is_told_with_the_nearest_name() {
    wrong(&[
        ("authorise: /a # <-", "\"authorise\" is not known here; did you mean \"authorize\"?"),
        (
            "authorize:\n  ulr: /a # <-",
            "\"ulr\" is not known here; known are url, query, names, pkce, plain_scope, code, pushed, capture",
        ),
        (
            "token:\n  POST: /t\n  cliant_auth: basic # <-",
            "\"cliant_auth\" is not known here; did you mean \"client_auth\"?",
        ),
        ("token:\n  POST: /t\n  client_auth: basci # <-", "\"basci\" is not known here; did you mean \"basic\"?"),
        ("token:\n  POST: /t\n  send: from # <-", "\"from\" is not known here; did you mean \"form\"?"),
        (
            "grant: client_credential # <-",
            "\"client_credential\" is not known here; did you mean \"client_credentials\"?",
        ),
        ("scope:\n  seperator: x # <-", "\"seperator\" is not known here; did you mean \"separator\"?"),
        ("expiry:\n  defualt: 5 # <-", "\"defualt\" is not known here; did you mean \"default\"?"),
        ("sign:\n  sigv4:\n    rejion: x # <-", "\"rejion\" is not known here; did you mean \"region\"?"),
        ("sign:\n  oauth1:\n    relm: x # <-", "\"relm\" is not known here; did you mean \"realm\"?"),
        ("assertion:\n  algoritm: x # <-", "\"algoritm\" is not known here; did you mean \"algorithm\"?"),
        ("certificate:\n  authority: x # <-", "\"authority\" is not known here; did you mean \"authorities\"?"),
        ("on_connect:\n  - GETT: /a # <-", "\"GETT\" is not known here; did you mean \"GET\"?"),
    ]);
}

#[test]
fn a_word_that_none_of_the_known_ones_is_is_told() {
    wrong(&[
        (
            "type: basik # <-\nusername: a",
            "\"basik\" is none of none, basic, apiKey, oauth1, oauth2, oauth2Password, awsv4, custom; did you mean \"basic\"?",
        ),
        ("token: /t\nauthorize:\n  url: /a\n  pkce: sha # <-", "\"sha\" is none of s256, plain and off"),
        (
            "sign:\n  oauth1:\n    method: HMAC-SHA25 # <-",
            "\"HMAC-SHA25\" is none of HMAC-SHA1, HMAC-SHA256, PLAINTEXT, RSA-SHA1; did you mean \"HMAC-SHA256\"?",
        ),
        (
            "bearer: \"${assertion}\"\nassertion:\n  algorithm: HS256\n  key: k\n  encoding: hax # <-",
            "\"hax\" is none of utf8, hex and base64; did you mean \"hex\"?",
        ),
        (
            "token:\n  POST: /t\n  capture:\n    token.acces: body.a # <-",
            "\"acces\" is no part of a token; did you mean \"access\"?",
        ),
    ]);
}

#[test]
fn what_cannot_be_reached_is_told() {
    wrong(&[
        ("bearer: \"${token.access}\" # <-", "\"token\" cannot be reached here: \"own\" has no \"grant\""),
        ("bearer: \"${tokens.user.access}\" # <-", "\"tokens\" cannot be reached here: \"own\" has no \"grant\""),
        ("bearer: \"${assertion}\" # <-", "\"assertion\" cannot be reached here: \"own\" has no \"assertion\""),
        (
            "bearer: \"${config.api.kee}\" # <-",
            "\"config.api.kee\" is no configuration entry of \"own\"; did you mean \"api.key\"?",
        ),
        (
            "token: /t\nbearer: \"${(callback.code)}\" # <-",
            "\"callback\" cannot be reached here; known are config, token, tokens, client, assertion, request",
        ),
        (
            "token:\n  POST: /t\n  form: { a: \"${boddy.x + String(1)}\" } # <-",
            "\"boddy\" cannot be reached here; known are config, token, tokens, client, assertion, callback, redirect_uri, state, verifier, nonce, scope, step, made, server, device",
        ),
        ("token:\n  POST: /t\n  success_when: bodi.ok # <-", "\"bodi\" cannot be reached here; did you mean \"body\"?"),
        (
            "token:\n  POST: /t\n  capture:\n    token.access: bdy.a # <-",
            "\"bdy\" cannot be reached here; did you mean \"body\"?",
        ),
        (
            "token:\n  POST: /t\n  capture:\n    tenent: body.a # <-",
            "\"config.tenent\" is no configuration entry of \"own\"; did you mean \"tenant\"?",
        ),
        ("token:\n  POST: \"/t/{id}\" # <-", "\"{id}\" cannot be reached here"),
        (
            "identity: \"body.id +\" # <-\nusername: a",
            "\"body.id +\" is no expression: it ends too early; what needs more of JavaScript begins with \"js:\"",
        ),
    ]);
}

#[test]
fn what_a_grant_cannot_do_without_is_told() {
    let missing = |name: &str| format!("\"{name}\" is missing: this grant cannot do without it");
    let table = [
        ("authorize: /a", missing("token")),
        ("grant: client_credentials", missing("token")),
        ("grant: authorization_code\ntoken: /t", missing("authorize")),
        ("grant: oauth1\nauthorize: /a\ntoken: /t", missing("request_token")),
        ("grant: device\ntoken: /t", missing("device")),
    ];
    for (members, message) in table {
        let text = definition(members).replacen("  own:\n", "  own: # <-\n", 1);
        check(&[(text.as_str(), message.as_str())]);
    }
    wrong(&[
        (
            "token: /t\nauthorize: # <-\n  pkce: off",
            "\"url\" is missing, and there is no issuer whose metadata could say it",
        ),
        ("username: a\nidentity: # <-\n  GET: /me", "\"subject\" is missing: the expression that says who it is"),
        ("username: a\ncertificate: # <-\n  key: k", "a certificate needs its key, and a key its certificate"),
        ("username: a\ncertificate: {} # <-", "\"certificate\" holds authorities, or a certificate and its key"),
        ("sign: {} # <-", "\"sign\" holds one of sigv4 and oauth1"),
        ("authorize: /a\ntoken: /t\nrefresh: again # <-", "\"again\" cannot be: this grant needs a person"),
    ]);
}

#[test]
fn a_description_of_the_token_request_needs_its_entries() {
    let text = format!("{FORM}  login.request: {{}}\nauthentication:\n  own: {{ described: login }} # <-\n");
    check(&[(&text, "\"config.login.authorities\" is no configuration entry of \"own\"")]);
    let connector = Connector::compile(
        Path::new("x.yaml"),
        "key: x\nname: X\nhub: crm\nconfiguration:\n  base.url: {}\n  login.request: {}\n  login.secrets: {}\n  login.parameters: {}\n  login.url: {}\n  login.authorities: {}\nauthentication:\n  own: { described: login }\n",
    );
    let connector = connector.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(connector.methods[0].grant.as_ref().map(|grant| grant.flow), Some(Flow::Login));
}

#[test]
fn members_that_nothing_uses_are_told() {
    let nothing = |name: &str| format!("\"{name}\" is not used: there is no token");
    let of_request = |name: &str| format!("\"{name}\" is not used in this request");
    wrong(&[
        ("username: a\nrefresh: none # <-", &nothing("refresh")),
        ("username: a\nrevoke: /r # <-", &nothing("revoke")),
        ("username: a\nscope: read # <-", &nothing("scope")),
        ("username: a\ndead_when: [over] # <-", &nothing("dead_when")),
        ("username: a\nexpiry: { margin: 5 } # <-", &nothing("expiry")),
        ("grant: client_credentials\ntoken: /t\ndevice: /d # <-", "\"device\" is not used by this grant"),
        ("grant: client_credentials\ntoken: /t\nrequest_token: /r # <-", "\"request_token\" is not used by this grant"),
        ("token:\n  POST: /t\n  items: a # <-", &of_request("items")),
        ("token:\n  POST: /t\n  parameters: { a: query } # <-", &of_request("parameters")),
        ("token:\n  POST: /t\n  multipart: { a: b } # <-", &of_request("multipart")),
        ("token: /t\nrevoke:\n  POST: /r\n  then: { GET: /c } # <-", &of_request("then")),
        (
            "token:\n  POST: /t\n  body: { a: b }\n  send: form # <-",
            "the standard's parameters cannot be sent beside this body",
        ),
        (
            "token:\n  POST: /1\n  then: { GET: /2, then: { GET: /3, then: { GET: /4, then: { GET: /5, then: { GET: /6 } } } } } # <-",
            "a chain has 5 calls at most",
        ),
    ]);
}
