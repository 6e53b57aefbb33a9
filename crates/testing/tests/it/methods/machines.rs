//! Clients that speak for themselves, by every way to say who they are.

use keyway_testing::peers::{Certificates, DjangoOauth, OidcProvider, Registered};
use serde_json::{Value, json};

use super::{Lab, with_client};
use crate::setup::{ask_for_instance, provision, python};

/// An instance's own client asks for a token, and its calls are known as the client's.
async fn is_known(lab: &Lab, client: Registered, configuration: Value) {
    let instance = provision(&lab.server, "discovered", &with_client(client, configuration)).await;
    assert_eq!(lab.call(&instance, "/api/whoami").await.ok()["client"], client.id);
    lab.clock.advance(3600);
    assert_eq!(lab.call(&instance, "/api/whoami").await.ok()["client"], client.id);
    assert_eq!(lab.shown(&instance).await["health"], "healthy");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_provider_takes_basic_credentials_in_the_encoding_of_the_standard() {
    let (lab, peer) = (Lab::start(), OidcProvider::start(&json!({})));
    let machine = json!({ "base.url": peer.url(), "authentication.type": "machine" });
    is_known(&lab, OidcProvider::MACHINE, machine.clone()).await;
    let wrong = Registered { secret: "wrong", ..OidcProvider::MACHINE };
    let refused = ask_for_instance(&lab.server, "discovered", &with_client(wrong, machine)).await;
    assert!(refused.status == 401 && refused.text.contains("invalid_client"), "{} {}", refused.status, refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_provider_takes_a_signed_assertion() {
    let (lab, certificates) = (Lab::start(), Certificates::make());
    let key = certificates.file("client.key");
    let jwks = python("assertion.py", "nobody", key.to_str().expect("a path")).await["jwks"].clone();
    let peer = OidcProvider::start(&json!({ "jwks": jwks }));
    let configuration = |key: &str| {
        json!({
            "base.url": peer.url(), "authentication.type": "signed", "oauth.api.key": OidcProvider::ASSERTION.id,
            "oauth.api.private_key": certificates.text(key), "oauth.api.algorithm": "ES256",
        })
    };
    let instance = provision(&lab.server, "discovered", &configuration("client.key")).await;
    assert_eq!(lab.call(&instance, "/api/whoami").await.ok()["client"], OidcProvider::ASSERTION.id);
    let refused = ask_for_instance(&lab.server, "discovered", &configuration("rogue.key")).await;
    assert!(refused.status == 401 && refused.text.contains("invalid_client"), "{} {}", refused.status, refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_provider_takes_a_client_certificate() {
    let (lab, certificates) = (Lab::start(), Certificates::make());
    let peer = OidcProvider::with_certificates(&json!({}), &certificates);
    let configuration = |name: &str| {
        json!({
            "base.url": peer.url(), "authentication.type": "certified", "oauth.api.key": OidcProvider::CERTIFICATE.id,
            "token.url": format!("{}/token", peer.mutual_url()), "tls.authorities": certificates.text("authority.pem"),
            "tls.certificate": certificates.text(&format!("{name}.pem")), "tls.key": certificates.text(&format!("{name}.key")),
        })
    };
    let instance = provision(&lab.server, "discovered", &configuration("client")).await;
    assert_eq!(lab.shown(&instance).await["lifecycle"], "active");
    let refused = ask_for_instance(&lab.server, "discovered", &configuration("rogue")).await;
    assert!(refused.status == 401 && refused.text.contains("invalid_client"), "{} {}", refused.status, refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn django_gives_a_machine_what_the_scope_allows() {
    let (lab, peer) = (Lab::start(), DjangoOauth::start(&json!({})));
    let configuration = json!({ "base.url": peer.url(), "authentication.type": "machine" });
    let instance = provision(&lab.server, "django", &with_client(DjangoOauth::MACHINE, configuration)).await;
    assert_eq!(lab.call(&instance, "/api/notes/").await.ok()["count"], 25);
    let written = instance.caller(&lab.server).send("POST", "/api/notes/", &json!({ "title": "x" })).await;
    assert_eq!(written.status, 403, "{}", written.text);
}
