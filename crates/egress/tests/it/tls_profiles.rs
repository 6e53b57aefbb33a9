//! Profiles against providers that check them: who is trusted, what is shown, and which connections are shared.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Version};
use http_body_util::BodyExt as _;
use keyway_egress::{AddressPolicy, Body, Egress, Error, Limits, TlsProfile};
use keyway_model::Secret;

use crate::authority::Authority;
use crate::provider::{CONNECTION, Provider};

const ALL: &[&str] = &["h2", "http/1.1"];

fn egress() -> Egress {
    let policy = AddressPolicy::allowing(vec!["127.0.0.0/8".parse().expect("a range")]);
    let second = Duration::from_secs(5);
    Egress::new(Arc::new(policy), Limits { connect: second, first_byte: second, idle: second })
}

fn profile(authorities: Option<&str>, identity: Option<(&str, &Secret)>) -> Arc<TlsProfile> {
    Arc::new(TlsProfile::new(authorities, identity).expect("a profile"))
}

/// What the provider saw.
struct Seen {
    version: Version,
    connection: String,
    certificate: Bytes,
}

async fn call(egress: &Egress, url: &str) -> Result<Seen, Error> {
    let request = Request::get(url).body(Body::empty()).expect("a request");
    let (head, body) = egress.send(request).await?.into_parts();
    let connection = head.headers[CONNECTION].to_str().expect("a number").to_owned();
    let certificate = body.collect().await.expect("a body").to_bytes();
    Ok(Seen { version: head.version, connection, certificate })
}

/// The reason why TLS failed; anything else fails the test.
async fn reason(egress: &Egress, url: &str) -> String {
    match call(egress, url).await {
        Err(Error::Tls { host, reason }) => {
            assert_eq!(host, "localhost");
            reason
        }
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was answered"),
    }
}

#[tokio::test]
async fn the_right_certificate_opens_and_is_the_one_that_is_shown() {
    let (ours, clients) = (Authority::new(), Authority::new());
    for (protocols, version) in [(ALL, Version::HTTP_2), (&["http/1.1"], Version::HTTP_11), (&[], Version::HTTP_11)] {
        let provider = Provider::start(&ours, Some(&clients), protocols).await;
        let identity = clients.issue("caller");
        let egress = egress().with_profile(&profile(Some(&ours.pem()), Some(identity.parts())));
        let seen = call(&egress, &provider.url()).await.unwrap();
        assert_eq!(seen.version, version);
        assert_eq!(seen.certificate, identity.certificate.as_ref());
    }
}

#[tokio::test]
async fn no_certificate_or_one_of_a_stranger_opens_nothing() {
    let (ours, clients) = (Authority::new(), Authority::new());
    let stranger = Authority::new().issue("caller");
    for protocols in [ALL, &["http/1.1"]] {
        let provider = Provider::start(&ours, Some(&clients), protocols).await;
        let egress = egress();
        let without = egress.with_profile(&profile(Some(&ours.pem()), None));
        assert!(reason(&without, &provider.url()).await.contains("CertificateRequired"));
        let rogue = egress.with_profile(&profile(Some(&ours.pem()), Some(stranger.parts())));
        let reason = reason(&rogue, &provider.url()).await;
        // The stranger's authority has the name of the right one, so the signature is what fails.
        assert!(reason.contains("UnknownCA") || reason.contains("DecryptError"), "{reason}");
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_by_its_profile_only() {
    let (ours, others) = (Authority::new(), Authority::new());
    let provider = Provider::start(&ours, None, ALL).await;
    let egress = egress();
    let trusting = egress.with_profile(&profile(Some(&ours.pem()), None));
    call(&trusting, &provider.url()).await.unwrap();
    let both = egress.with_profile(&profile(Some(&format!("{}{}", others.pem(), ours.pem())), None));
    call(&both, &provider.url()).await.unwrap();

    let identity = ours.issue("caller");
    let public = egress.with_profile(&profile(None, Some(identity.parts())));
    let wrong = egress.with_profile(&profile(Some(&others.pem()), None));
    for distrusting in [&egress, &public, &wrong] {
        let reason = reason(distrusting, &provider.url()).await;
        assert!(reason.starts_with("invalid peer certificate"), "{reason}");
    }
}

#[tokio::test]
async fn connections_are_kept_for_a_profile_and_never_shared_with_another() {
    let (ours, clients) = (Authority::new(), Authority::new());
    let (one, two) = (clients.issue("one"), clients.issue("two"));
    for protocols in [ALL, &["http/1.1"]] {
        let provider = Provider::start(&ours, Some(&clients), protocols).await;
        let egress = egress();
        let mut connections = Vec::new();
        for identity in [&one, &two, &one, &two] {
            // Read anew every time, as for calls that know nothing of each other.
            let egress = egress.with_profile(&profile(Some(&ours.pem()), Some(identity.parts())));
            let seen = call(&egress, &provider.url()).await.unwrap();
            assert_eq!(seen.certificate, identity.certificate.as_ref());
            connections.push(seen.connection);
        }
        assert_eq!(connections, ["1", "2", "1", "2"]);
        // A profile is left behind by asking for another, wherever one begins.
        let egress = egress.with_profile(&profile(Some(&ours.pem()), Some(one.parts())));
        let egress = egress.with_profile(&profile(Some(&ours.pem()), Some(two.parts())));
        assert_eq!(call(&egress, &provider.url()).await.unwrap().certificate, two.certificate.as_ref());
    }
}

#[tokio::test]
async fn nothing_of_a_profile_goes_without_tls() {
    let egress = egress();
    let with = egress.with_profile(&profile(Some(&Authority::new().pem()), None));
    let url = "http://localhost:9/";
    assert_eq!(reason(&with, url).await, "the URL does not begin with https");
    // The way out that it was made from still may.
    assert!(matches!(call(&egress, url).await, Err(Error::Connect { .. })));
}

#[tokio::test]
async fn the_address_policy_holds_for_profiles_too() {
    let ours = Authority::new();
    let provider = Provider::start(&ours, None, ALL).await;
    let second = Duration::from_secs(5);
    let limits = Limits { connect: second, first_byte: second, idle: second };
    let egress = Egress::new(Arc::new(AddressPolicy::default()), limits);
    let egress = egress.with_profile(&profile(Some(&ours.pem()), None));
    assert!(matches!(call(&egress, &provider.url()).await, Err(Error::Blocked { .. })));
}
