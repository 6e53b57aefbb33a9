//! The language of expressions, by example.

use std::collections::BTreeSet;

use keyway_model::{Configuration, Secret, Timestamp};
use serde_json::{Value, json};

use super::Expression;
use crate::scope::{Moment, Scope};

fn configuration() -> Configuration {
    let pairs = [("base.url", "https://x"), ("id", "a"), ("secret", "s"), ("odd key", "o"), ("empty", "")];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), Secret::from(value))).collect()
}

fn value(text: &str) -> Value {
    let configuration = configuration();
    let body = json!({ "access_token": "t", "n": 3, "list": [1, "b", { "c": null }], "ok": false, "big": 12_345_678_901_234_567_i64 });
    let moment = Moment { now: Timestamp::from_millis(1_700_000_000_123), random: [7; 32] };
    let scope = Scope::of(&configuration).at(moment).with("body", body).with("status", json!(200));
    Expression::parse(text).unwrap_or_else(|error| panic!("{error}")).evaluate(&scope)
}

fn error(text: &str) -> String {
    Expression::parse(text).unwrap_err().message
}

#[test]
fn members_of_answers_are_reached_as_in_javascript() {
    for text in ["body.access_token", "body['access_token']", "body[\"access_token\"]", "body?.access_token"] {
        assert_eq!(value(text), json!("t"), "{text}");
    }
    assert_eq!(value("body.list[1]"), json!("b"));
    assert_eq!(value("body.list[2].c"), json!(null));
    assert_eq!(value("body.none.deeper[3].x"), json!(null));
    assert_eq!(value("body.list.length + body.access_token.length"), json!(4));
    assert_eq!(value("body.big"), json!(12_345_678_901_234_567_i64));
    assert_eq!(value("body.list.at(-2)"), json!("b"));
}

#[test]
fn entries_of_the_configuration_have_points_in_their_keys() {
    assert_eq!(value("config.base.url"), json!("https://x"));
    assert_eq!(value("config['odd key']"), json!("o"));
    assert_eq!(value("config.empty || 'none'"), json!("none"));
    assert_eq!(value("(config.base.url).length"), json!(9));
    let expression = Expression::parse("base64(config.id + ':' + config.base.url) + body.x.y").unwrap();
    assert_eq!(expression.keys(), BTreeSet::from(["base.url", "id"]));
    assert_eq!(expression.roots(), BTreeSet::from([("body", Some("x"))]));
    assert_eq!(Expression::parse("config.base.url").unwrap().plain_key(), Some("base.url"));
}

#[test]
fn signs_bind_as_in_javascript() {
    assert_eq!(value("1 + 2 * 3 - 4 / 2"), json!(5));
    assert_eq!(value("'a' + 1 + 2"), json!("a12"));
    assert_eq!(value("1 + 2 + 'a'"), json!("3a"));
    assert_eq!(value("status < 300 && body.ok === false"), json!(true));
    assert_eq!(value("body.none ?? 'x'"), json!("x"));
    assert_eq!(value("body.ok ? 1 : body.n > 2 ? 2 : 3"), json!(2));
    assert_eq!(value("!body.ok && !!body.n"), json!(true));
    assert_eq!(value("'3' == 3"), json!(true));
    assert_eq!(value("'3' === 3"), json!(false));
    assert_eq!(value("-body.n % 2"), json!(-1));
    assert_eq!(value("(body.n && body.none) ?? 'x'"), json!("x"));
    assert_eq!(value("[10] < '9'"), json!(true));
}

#[test]
fn functions_are_those_of_the_standards() {
    assert_eq!(value("base64('test:123£')"), json!("dGVzdDoxMjPCow=="));
    assert_eq!(value("fromBase64('dGVzdA') + fromBase64('dGVzdA==')"), json!("testtest"));
    assert_eq!(value("md5Hex('abc')"), json!("900150983cd24fb0d6963f7d28e17f72"));
    assert_eq!(value("sha1Hex('abc')"), json!("a9993e364706816aba3e25717850c26c9cd0d89d"));
    assert_eq!(value("sha256Hex('abc')"), json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    // RFC 2202 and RFC 4231, test case 2.
    let text = "what do ya want for nothing?";
    assert_eq!(value(&format!("hmacSha1Hex('{text}', 'Jefe')")), json!("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
    assert_eq!(
        value(&format!("hmacSha256Hex('{text}', 'Jefe')")),
        json!("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    );
    assert_eq!(value("jwt('e30.eyJzdWIiOiJ4In0.s').sub"), json!("x"));
    assert_eq!(value("now()"), json!(1_700_000_000));
    assert_eq!(value("date('YYYYMMDD', '1 day')"), json!("20231115"));
    assert_eq!(value("random() === random() && random().length"), json!(32));
    assert_eq!(value("seconds('1h') + 1"), json!(3601));
    assert_eq!(value("base64(body.none)"), json!(null));
    assert_eq!(value("hmacSha256Hex('a', body.none)"), json!(null));
    assert_eq!(value("parseInt('0x1f') + parseInt('11', 2) + Number('0b1')"), json!(35));
    assert_eq!(value("'a-b'.replace('-', '$$$&')"), json!("a$-b"));
}

#[test]
fn what_is_beyond_is_refused_with_the_nearest_name() {
    assert_eq!(error("bas64(config.id)"), "\"bas64\" is no function that is known here; did you mean \"base64\"?");
    assert_eq!(error("body.x.trim2()"), "\"trim2\" is no method that is known here; did you mean \"trim\"?");
    for text in [
        "",
        "a b",
        "a.",
        "a[",
        "(a",
        "a ? b",
        "x => x",
        "new Date()",
        "`a`",
        "a = 1",
        "a++",
        "'open",
        "'\\01'",
        "'\\u+123'",
        "body.map(x)",
        "config[body.x]",
        "config",
        "base64()",
        "a || b ?? c",
        "a && b ?? c",
        "\u{7f}",
        "01",
        "1e3",
        "this.x",
    ] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}

#[test]
fn hostile_texts_end_soon() {
    for text in [
        "(".repeat(4000),
        "[".repeat(4000),
        "!".repeat(4000),
        "a.".repeat(2000),
        "a?".repeat(2000),
        "-".repeat(4000),
        "a||".repeat(1300),
        "a[".repeat(2000),
        "{a:".repeat(1300),
        "x".repeat(5000),
        "base64(".repeat(500),
    ] {
        assert!(Expression::parse(&text).is_err(), "{}", &text[..8]);
    }
}
