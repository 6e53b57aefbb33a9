//! Every form of a secret is found, and nothing else is touched.

use std::borrow::Cow;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use keyway_connector::Connector;
use keyway_model::{Configuration, Secret};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::credentials::Held;

use super::Redactor;

const HTTP: &str = include_str!("../../../../../connectors/http/connector.yaml");

fn redactor(values: &[&str]) -> Redactor {
    let values: Vec<Secret> = values.iter().map(|value| Secret::from(*value)).collect();
    Redactor::new(values.iter())
}

#[test]
fn every_form_of_every_secret_is_found() {
    for secret in ["pass", "p@ss w/rd+1", "kärn-öl", "~~~???>>>", "a%41b+c d", "0123456789abcdef0123456789ABCDEF=="] {
        let redactor = redactor(&[secret]);
        let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let every: String =
            secret.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes()).map(char::from).collect();
        let forms = [
            secret.to_owned(),
            percent.replace("%20", "+"),
            percent,
            every.replace("%20", "+"),
            every.to_uppercase(),
            every,
        ];
        for form in forms {
            assert_eq!(redactor.redact(&format!("/x/{form}?y")), "/x/********?y", "{secret} as {form}");
        }
    }
}

#[test]
fn base64_is_found_whatever_stands_around_the_secret() {
    let secret = "s3cr3t-päss?~>";
    let redactor = redactor(&[secret]);
    for before in ["", "u", "us", "use", "user:", "u:", "ädä:"] {
        for behind in ["", ":", ":x", "}}}"] {
            let text = format!("{before}{secret}{behind}");
            for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                let percent = utf8_percent_encode(&encoded, NON_ALPHANUMERIC).to_string();
                for form in [encoded, percent] {
                    let clean = redactor.redact(&format!("/login?basic={form}&x=1")).into_owned();
                    assert!(clean.contains("********") && clean.ends_with("&x=1"), "{text}: {clean}");
                    // Nothing of the secret can be decoded from what is left: no digit that its bits are in.
                    let left = clean.trim_start_matches("/login?basic=").split("********").next().unwrap_or_default();
                    assert!(left.len() <= before.len() * 4 / 3 + 2, "{text}: {clean}");
                }
            }
        }
    }
}

#[test]
fn whole_basic_pairs_do_not_stand_in_the_text() {
    let redactor = redactor(&["ada@example.com", "password-1"]);
    let pair = STANDARD.encode("ada@example.com:password-1");
    let clean = redactor.redact(&pair).into_owned();
    assert!(!clean.contains("YWRh") && !clean.contains("cGFzc"), "{clean}");
}

#[test]
fn instance_keys_are_found_without_being_known() {
    let key = format!("kwk_{}", "0123456789abcdef".repeat(4));
    let nobody = Redactor::default();
    assert_eq!(nobody.redact(&format!("/x/{key}/y?k={key}")), "/x/********/y?k=********");
    assert_eq!(nobody.redact(&key.replace("kwk", "%6bw%6B")), "********");
    assert_eq!(nobody.redact("/kwk_/kwk_old"), "/kwk_/kwk_old");
}

#[test]
fn what_touches_is_masked_once_and_what_does_not_is_not() {
    let redactor = redactor(&["abcd", "bcdefg"]);
    assert_eq!(redactor.redact("xabcdefgx abcdabcd abcd"), "x********x ******** ********");
    assert_eq!(redactor.redact("bcdef abc"), "bcdef abc");
}

#[test]
fn nothing_is_copied_when_nothing_is_found() {
    let redactor = redactor(&["a-secret"]);
    for text in ["", "/", "/v1/things?q=a+b%20c%", "/%zz/%é/日本%e", "abc", "%%%2"] {
        assert!(matches!(redactor.redact(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn short_values_and_words_are_left_alone() {
    let redactor = redactor(&["abc", "true", "false", "", "äöü"]);
    assert_eq!(redactor.redact("/abc?true=false&x=äöü"), "/abc?true=false&x=äöü");
}

#[test]
fn secrets_are_chosen_by_what_answers_mask_and_what_leaves_as_a_credential() {
    let connector = Connector::compile(Path::new("http.yaml"), HTTP).unwrap();
    let pairs = [
        ("base.url", "https://api.example.com"),
        ("authentication.type", "basic"),
        ("username", "ada.lovelace"),
        ("password", "the-password"),
        ("what.is.this", "unknown-entry"),
    ];
    let configuration: Configuration =
        pairs.iter().map(|(key, value)| ((*key).to_owned(), Secret::from(*value))).collect();
    let redactor = Redactor::of(&connector, &configuration, &Secret::from("the-own-token="), &Held::default());
    assert_eq!(
        redactor.redact("api.example.com basic ada.lovelace the-password unknown-entry the-own-token="),
        "api.example.com basic ******** ******** ******** ********"
    );
}

#[test]
fn it_is_small_and_shows_nothing() {
    let long = "x".repeat(100_000);
    let mut values = vec![long.as_str()];
    let many: Vec<String> = (0..40).map(|number| format!("secret number {number}")).collect();
    values.extend(many.iter().map(String::as_str));
    let redactor = redactor(&values);
    assert!(redactor.size() <= 4096, "{}", redactor.size());
    assert_eq!(format!("{redactor:?}"), "Redactor(…)");
    assert_eq!(redactor.redact(&format!("a{long}b")), "a********b");
}

#[test]
fn escapes_of_json_hide_nothing() {
    let secret = "a/b\"c&d\\é😀";
    let redactor = redactor(&[secret]);
    let plain = serde_json::Value::from(secret).to_string();
    let every = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    let forms = [
        plain[1..plain.len() - 1].to_owned(),
        plain[1..plain.len() - 1].replace('/', "\\/").replace('&', "\\u0026"),
        every.to_uppercase().replace("\\U", "\\u"),
        every,
    ];
    for form in forms {
        assert_eq!(redactor.redact(&format!("{{\"e\":\"bad {form}!\"}}")), "{\"e\":\"bad ********!\"}", "{form}");
    }
    for odd in ["\\", "\\u", "\\u12", "\\ud83d", "\\ud83d\\u0041", "\\q", "x\\"] {
        assert_eq!(redactor.redact(odd), odd);
    }
}
