//! Tokens of others.

use keyway_model::{Secret, Timestamp};
use serde_json::{Map, Value, json};

use super::{Keys, object};
use crate::sign::jwt::{Algorithm, Expected, Jwt, KeyForm, VerifyError, payload, verify};

const NOW: i64 = 1_800_000_000;

/// What every token here has to say.
fn expected() -> Expected<'static> {
    Expected {
        issuer: "https://issuer.test",
        audience: "client",
        nonce: Some("n-1"),
        now: Timestamp::from_millis(NOW * 1000),
        leeway: 60,
        secret: None,
    }
}

fn claims() -> Value {
    json!({ "iss": "https://issuer.test", "aud": "client", "nonce": "n-1", "exp": NOW + 300, "iat": NOW, "sub": "u" })
}

fn token(keys: &Keys, algorithm: Algorithm, header: Value, claims: Value) -> String {
    let key = keys.private(algorithm);
    let (header, claims) = (object(header), object(claims));
    let jwt = Jwt { algorithm, key: &key, form: KeyForm::Text, header: &header, claims: &claims };
    jwt.sign().unwrap().expose().clone()
}

#[test]
fn a_token_of_every_kind_is_believed_with_the_key_that_it_names_or_none() {
    let keys = Keys::new();
    let published = keys.published();
    let others = Keys::new().published();
    let named = [
        (Algorithm::Rs256, "rsa"),
        (Algorithm::Rs512, "rsa"),
        (Algorithm::Ps384, "rsa"),
        (Algorithm::Es256, "p256"),
        (Algorithm::Es384, "p384"),
        (Algorithm::EdDsa, "ed"),
    ];
    for (algorithm, id) in named {
        for header in [json!({ "kid": id }), json!({})] {
            let token = token(&keys, algorithm, header, claims());
            assert_eq!(verify(&token, &published, &expected()).map(Value::Object), Ok(claims()), "{algorithm:?}");
            assert_eq!(verify(&token, &others, &expected()), Err(VerifyError::Signature), "{algorithm:?}");
        }
    }
}

#[test]
fn a_key_that_is_not_published_is_told_apart_from_a_wrong_signature() {
    let keys = Keys::new();
    let published = keys.published();
    let verdict =
        |header, published: &Value| verify(&token(&keys, Algorithm::Rs256, header, claims()), published, &expected());
    assert_eq!(verdict(json!({ "kid": "next" }), &published), Err(VerifyError::UnknownKey));
    assert_eq!(verdict(json!({ "kid": "p256" }), &published), Err(VerifyError::UnknownKey));
    assert_eq!(verdict(json!({ "kid": "rsa" }), &json!({})), Err(VerifyError::UnknownKey));
    let mut encrypts = published.clone();
    encrypts["keys"][1]["use"] = "enc".into();
    assert_eq!(verdict(json!({ "kid": "rsa" }), &encrypts), Err(VerifyError::UnknownKey));
    let mut other = published;
    other["keys"][1]["alg"] = "RS384".into();
    assert_eq!(verdict(json!({ "kid": "rsa" }), &other), Err(VerifyError::UnknownKey));
}

#[test]
fn a_shared_secret_counts_only_where_it_is_given() {
    let mut keys = Keys::new();
    let published = keys.published();
    let secret = Secret::new(keys.shared.clone());
    let with_secret = Expected { secret: Some(&secret), ..expected() };
    for algorithm in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512] {
        let token = token(&keys, algorithm, json!({}), claims());
        assert!(verify(&token, &published, &with_secret).is_ok());
        assert_eq!(verify(&token, &published, &expected()), Err(VerifyError::Algorithm));
        let (empty, wrong) = (Secret::from(""), Secret::from("x"));
        let with = |secret| verify(&token, &published, &Expected { secret: Some(secret), ..expected() });
        assert_eq!(with(&empty), Err(VerifyError::Algorithm));
        assert_eq!(with(&wrong), Err(VerifyError::Signature));
    }
    // With what is published as the secret: neither the symmetric key of the set nor a public key signs.
    for published_text in ["published", published["keys"][1]["n"].as_str().unwrap()] {
        published_text.clone_into(&mut keys.shared);
        let token = token(&keys, Algorithm::Hs256, json!({ "kid": "oct" }), claims());
        assert_eq!(verify(&token, &published, &expected()), Err(VerifyError::Algorithm));
        assert_eq!(verify(&token, &published, &with_secret), Err(VerifyError::Signature));
    }
}

#[test]
fn an_altered_or_unsigned_token_is_not_believed() {
    let keys = Keys::new();
    let published = keys.published();
    let good = token(&keys, Algorithm::Es256, json!({ "kid": "p256" }), claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let verdict = |token: &str| verify(token, &published, &expected()).unwrap_err();
    assert_eq!(verdict(&format!("{message}.")), VerifyError::Signature);
    assert_eq!(verdict(&format!("{header}.{}.{signature}", payload.replacen("eyJ", "eyK", 1))), VerifyError::Signature);
    assert_eq!(verdict(&format!("{message}.{}", signature.chars().rev().collect::<String>())), VerifyError::Signature);
    assert_eq!(verdict(message), VerifyError::Malformed);
    assert_eq!(verdict(""), VerifyError::Malformed);
    assert_eq!(verdict(&format!("{good}.{signature}")), VerifyError::Signature);
    // {"alg":"none"}
    assert_eq!(verdict(&format!("eyJhbGciOiJub25lIn0.{payload}.")), VerifyError::Algorithm);
    let critical = token(&keys, Algorithm::Es256, json!({ "crit": ["exp"], "exp": 1 }), claims());
    assert_eq!(verdict(&critical), VerifyError::Algorithm);
}

#[test]
fn every_claim_is_held_against_what_is_expected() {
    let keys = Keys::new();
    let published = keys.published();
    let verdict = |change: fn(&mut Value)| {
        let mut claims = claims();
        change(&mut claims);
        verify(&token(&keys, Algorithm::EdDsa, json!({}), claims), &published, &expected()).err()
    };
    let wrong = |name| Some(VerifyError::Claim(name));
    assert_eq!(verdict(|claims| claims["iss"] = "https://issuer.test/".into()), wrong("iss"));
    assert_eq!(verdict(|claims| claims["iss"] = Value::Null), wrong("iss"));
    assert_eq!(verdict(|claims| claims["aud"] = json!(["other", "client"])), None);
    assert_eq!(verdict(|claims| claims["aud"] = json!(["other"])), wrong("aud"));
    assert_eq!(verdict(|claims| claims["aud"] = json!([])), wrong("aud"));
    assert_eq!(verdict(|claims| claims["azp"] = "client".into()), None);
    assert_eq!(verdict(|claims| claims["azp"] = "other".into()), wrong("azp"));
    assert_eq!(verdict(|claims| claims["nonce"] = "n-0".into()), wrong("nonce"));
    assert_eq!(verdict(|claims| drop(claims.as_object_mut().unwrap().remove("exp"))), wrong("exp"));
    assert_eq!(verdict(|claims| claims["exp"] = "later".into()), wrong("exp"));
    assert_eq!(verdict(|claims| claims["exp"] = json!(NOW - 59)), None);
    assert_eq!(verdict(|claims| claims["exp"] = json!(1_799_999_941.5)), None);
    assert_eq!(verdict(|claims| claims["exp"] = json!(NOW - 60)), Some(VerifyError::Expired));
    assert_eq!(verdict(|claims| claims["exp"] = json!(i64::MIN)), Some(VerifyError::Expired));
    assert_eq!(verdict(|claims| claims["nbf"] = json!(NOW + 60)), None);
    assert_eq!(verdict(|claims| claims["nbf"] = json!(NOW + 61)), Some(VerifyError::Early));
    assert_eq!(verdict(|claims| claims["iat"] = json!(NOW + 61)), Some(VerifyError::Early));
}

#[test]
fn a_nonce_is_asked_for_only_where_one_was_sent() {
    let keys = Keys::new();
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove("nonce");
    let token = token(&keys, Algorithm::Es384, json!({}), claims);
    assert_eq!(verify(&token, &keys.published(), &expected()), Err(VerifyError::Claim("nonce")));
    assert!(verify(&token, &keys.published(), &Expected { nonce: None, ..expected() }).is_ok());
}

#[test]
fn a_payload_is_read_from_three_parts_and_from_nothing_else() {
    assert_eq!(payload("e30.eyJhIjoxfQ.c2ln"), Some(json!({ "a": 1 })));
    assert_eq!(payload("e30.eyJhIjoxfQ==.c2ln"), Some(json!({ "a": 1 })));
    assert_eq!(payload("?.e30.?"), Some(Value::Object(Map::new())));
    for text in ["", "e30", "e30.e30", "e30.e30.e30.e30", "e30.?.e30", "e30.YQ.e30"] {
        assert_eq!(payload(text), None, "{text}");
    }
}
