//! Profiles: what is refused and by which name, and that nothing of them is shown.

use keyway_model::Secret;
use rcgen::{CertificateParams, KeyPair};

use super::{PemFault, TlsProfile, TlsProfileError};

/// A certificate that signs itself, and its key.
fn pair() -> (String, Secret) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["one.test".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), Secret::new(key.serialize_pem()))
}

fn refusal(authorities: Option<&str>, identity: Option<(&str, &Secret)>) -> TlsProfileError {
    TlsProfile::new(authorities, identity).unwrap_err()
}

#[test]
fn every_part_that_is_wrong_is_named_with_the_reason() {
    use TlsProfileError::{Authorities, Certificate, Key};
    let (certificate, key) = pair();
    let broken = certificate.replace("-----END", "####END");
    let hollow = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (text, fault) in [("", PemFault::Absent), ("no PEM", PemFault::Absent), (key.expose(), PemFault::Absent)] {
        assert_eq!(refusal(Some(text), None), Authorities(fault));
        assert_eq!(refusal(None, Some((text, &key))), Certificate(fault));
    }
    assert_eq!(refusal(Some(&broken), None), Authorities(PemFault::Broken));
    assert_eq!(refusal(Some(hollow), None), Authorities(PemFault::Unusable));
    assert_eq!(refusal(None, Some((&broken, &key))), Certificate(PemFault::Broken));
    assert_eq!(refusal(None, Some((&format!("{certificate}{hollow}"), &key))), Certificate(PemFault::Unusable));

    let with_key = |text: String| refusal(None, Some((&certificate, &Secret::new(text))));
    let (_, other) = pair();
    assert_eq!(with_key(certificate.clone()), Key(PemFault::Absent));
    assert_eq!(with_key(key.expose().replace("-----END", "####END")), Key(PemFault::Broken));
    assert_eq!(with_key(format!("{}{}", key.expose(), other.expose())), Key(PemFault::Several));
    assert_eq!(with_key(key.expose().replace("PRIVATE", "ENCRYPTED PRIVATE")), Key(PemFault::Encrypted));
    assert_eq!(with_key(other.expose().clone()), Key(PemFault::Mismatch));
    let hollow = hollow.replace("CERTIFICATE", "PRIVATE KEY");
    assert_eq!(with_key(hollow), Key(PemFault::Unusable));
}

#[test]
fn a_refusal_reads_as_a_sentence_about_its_part() {
    let (certificate, _) = pair();
    let (_, other) = pair();
    assert_eq!(refusal(None, Some((&certificate, &other))).to_string(), "key: does not fit the first certificate");
    assert_eq!(refusal(Some(""), None).to_string(), "authorities: holds no PEM block of the right kind");
}

#[test]
fn profiles_are_told_apart_by_what_they_hold_and_not_by_how_it_is_written() {
    let ((one, key), (two, _)) = (pair(), pair());
    let digest = |authorities: Option<&str>, identity: Option<(&str, &Secret)>| {
        TlsProfile::new(authorities, identity).unwrap().digest()
    };
    let of_one = digest(Some(&one), None);
    assert_eq!(of_one, digest(Some(&format!("our own authority:\n{}", one.replace('\n', "\r\n"))), None));
    let all = [
        of_one,
        digest(None, None),
        digest(Some(&two), None),
        digest(Some(&format!("{one}{two}")), None),
        digest(None, Some((&one, &key))),
        digest(Some(&one), Some((&one, &key))),
        digest(None, Some((&format!("{one}{two}"), &key))),
    ];
    for (place, one) in all.iter().enumerate() {
        assert!(!all[place + 1..].contains(one), "{place}");
    }
}

#[test]
fn debug_shows_nothing_of_a_profile() {
    let (certificate, key) = pair();
    let profile = TlsProfile::new(Some(&certificate), Some((&certificate, &key))).unwrap();
    assert_eq!(format!("{profile:?}"), "TlsProfile(…)");
}
