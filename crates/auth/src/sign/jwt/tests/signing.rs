//! Tokens that we sign.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyway_model::Secret;
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use serde_json::{Map, Value, json};

use super::{Keys, object, pem};
use crate::sign::jwt::{Algorithm, Jwt, KeyForm, payload};
use crate::sign::{SignError, certificate_thumbprint, public_key_fingerprint};

fn sign(algorithm: Algorithm, key: &Secret, form: KeyForm) -> Result<String, SignError> {
    let (header, claims) = (Map::new(), object(json!({ "iss": "me", "n": 1 })));
    let jwt = Jwt { algorithm, key, form, header: &header, claims: &claims };
    jwt.sign().map(|token| token.expose().clone())
}

/// Whether another library finds the token's signature in order.
fn is_signed(token: &str, algorithm: Algorithm, keys: &Keys) -> bool {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let keys = keys.published();
    let key = |place: usize| serde_json::from_value(keys["keys"][place].clone()).unwrap();
    let key = match algorithm {
        Algorithm::Es256 => key(2),
        Algorithm::Es384 => key(3),
        Algorithm::EdDsa => key(4),
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => {
            let key = jsonwebtoken::DecodingKey::from_secret(b"your-256-bit-secret");
            let kind = algorithm.name().parse().unwrap();
            return jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, kind).unwrap();
        }
        _ => key(1),
    };
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).unwrap();
    jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm.name().parse().unwrap()).unwrap()
}

#[test]
fn every_algorithm_signs_what_another_library_verifies() {
    let keys = Keys::new();
    for algorithm in Algorithm::ALL {
        let token = sign(algorithm, &keys.private(algorithm), KeyForm::Text).unwrap();
        assert!(is_signed(&token, algorithm, &keys), "{algorithm:?}");
        let altered = token.replacen("eyJ", "eyK", 1);
        assert!(!is_signed(&altered, algorithm, &keys), "{algorithm:?}");
        assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
    }
    assert_eq!((Algorithm::named("none"), Algorithm::named("rs256")), (None, None));
}

#[test]
fn header_and_claims_keep_their_order_and_the_algorithm_is_ours() {
    let header = object(json!({ "x5t#S256": "abc", "alg": "none", "kid": "k", "crit": ["b64"], "typ": "at+jwt" }));
    let claims = object(json!({ "z": 1, "a": { "y": [1.5, "é"], "b": null } }));
    let key = Secret::from("k");
    let jwt = Jwt { algorithm: Algorithm::Hs256, key: &key, form: KeyForm::Text, header: &header, claims: &claims };
    let token = jwt.sign().unwrap();
    let part = |place: usize| {
        let part = token.expose().split('.').nth(place).unwrap();
        String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(part(0), r#"{"alg":"HS256","typ":"at+jwt","x5t#S256":"abc","kid":"k","crit":["b64"]}"#);
    assert_eq!(part(1), r#"{"z":1,"a":{"y":[1.5,"é"],"b":null}}"#);
    assert_eq!(payload(token.expose()), Some(Value::Object(claims)));
}

#[test]
fn the_token_that_everybody_knows_comes_out() {
    let claims = object(json!({ "sub": "1234567890", "name": "John Doe", "iat": 1_516_239_022 }));
    let expected = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\
                    eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.\
                    SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
    let forms = [
        ("your-256-bit-secret", KeyForm::Text),
        ("796f75722d3235362D6269742d736563726574", KeyForm::Hex),
        ("eW91ci0yNTYtYml0LXNlY3JldA==", KeyForm::Base64),
        (" eW91ci0yNTYtYml0LXNlY3JldA\n", KeyForm::Base64),
    ];
    for (key, form) in forms {
        let key = Secret::from(key);
        let jwt = Jwt { algorithm: Algorithm::Hs256, key: &key, form, header: &Map::new(), claims: &claims };
        assert_eq!(jwt.sign().unwrap().expose(), expected, "{form:?}");
    }
}

#[test]
fn keys_are_read_in_every_form_that_people_have_them_in() {
    let keys = Keys::new();
    // PKCS#8 wraps PKCS#1: for 2048 bits the inner form begins at the 27th byte.
    let pkcs1 = pem("RSA PRIVATE KEY", &keys.rsa.serialize_der()[26..]);
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &keys.p256.serialize_der()).unwrap();
    let sec1: EcPrivateKeyRfc5915Der<'_> = pair.private_key().as_der().unwrap();
    let sec1 = pem("EC PRIVATE KEY", sec1.as_ref());
    let pkcs8 = keys.rsa.serialize_pem();
    let forms = [
        (Algorithm::Rs256, pkcs1, KeyForm::Text),
        (Algorithm::Es256, sec1.clone(), KeyForm::Text),
        (Algorithm::Es256, format!("a key:\n{}\n{sec1}", pem("EC PARAMETERS", b"params")), KeyForm::Text),
        (Algorithm::Ps256, pkcs8.replace('\n', "\\n"), KeyForm::Text),
        (Algorithm::Ps256, pkcs8.replace('\n', "\r\n"), KeyForm::Text),
        (Algorithm::Ps256, STANDARD.encode(&pkcs8), KeyForm::Base64),
    ];
    for (algorithm, key, form) in forms {
        let token = sign(algorithm, &Secret::new(key), form).unwrap();
        assert!(is_signed(&token, algorithm, &keys), "{algorithm:?} {form:?}");
    }
}

#[test]
fn a_key_that_does_not_fit_is_refused_with_the_reason() {
    let keys = Keys::new();
    let refusal = |algorithm, key: &str, form| sign(algorithm, &Secret::from(key), form).unwrap_err();
    let rsa = keys.rsa.serialize_pem();
    assert_eq!(refusal(Algorithm::Rs256, "secret", KeyForm::Text), SignError::NoKey);
    assert_eq!(refusal(Algorithm::Es256, &rsa, KeyForm::Text), SignError::UnfitKey("ES256"));
    assert_eq!(refusal(Algorithm::Es384, &keys.p256.serialize_pem(), KeyForm::Text), SignError::UnfitKey("ES384"));
    assert_eq!(refusal(Algorithm::EdDsa, &rsa, KeyForm::Text), SignError::UnfitKey("EdDSA"));
    assert_eq!(refusal(Algorithm::Ps512, &keys.p256.serialize_pem(), KeyForm::Text), SignError::UnfitKey("PS512"));
    let encrypted = rsa.replace("PRIVATE", "ENCRYPTED PRIVATE");
    assert_eq!(refusal(Algorithm::Rs256, &encrypted, KeyForm::Text), SignError::EncryptedKey);
    assert_eq!(refusal(Algorithm::Hs256, "", KeyForm::Text), SignError::UnfitKey("HS256"));
    assert_eq!(refusal(Algorithm::Hs256, "0g", KeyForm::Hex), SignError::KeyForm("hexadecimal digits"));
    assert_eq!(refusal(Algorithm::Hs256, "a", KeyForm::Base64), SignError::KeyForm("base64"));
}

#[test]
fn thumbprints_and_fingerprints_are_digests_of_the_right_bytes() {
    let keys = Keys::new();
    for pair in [&keys.rsa, &keys.p256, &keys.p384, &keys.ed25519] {
        let expected = STANDARD.encode(digest(&SHA256, &pair.subject_public_key_info()));
        assert_eq!(public_key_fingerprint(&Secret::new(pair.serialize_pem())), Ok(expected));
    }
    assert_eq!(public_key_fingerprint(&Secret::from("x")), Err(SignError::NoKey));
    let certificate = CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap();
    let expected = URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate.der()));
    assert_eq!(certificate_thumbprint(&certificate.pem()), Ok(expected.clone()));
    assert_eq!(certificate_thumbprint(&certificate.pem().replace('\n', "\\n")), Ok(expected));
    assert_eq!(certificate_thumbprint(&keys.p256.serialize_pem()), Err(SignError::NoCertificate));
}
