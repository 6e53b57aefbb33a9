//! `oidc-provider`: an identity provider with every usual way to authenticate a client.

use std::process::Command;

use serde_json::{Value, json};

use super::{Certificates, Registered};
use crate::{Counterpart, Page, counterparts, free_port};

const SCRIPT: &str = include_str!("../../../../counterparts/oidc.mjs");
const SECRET: &str = "s3cret: a+b/c=d&e%20?#";

/// An identity provider, with endpoints as its discovery document tells.
///
/// Anybody may sign in, with any password; the name becomes the subject. Every refresh brings a new refresh token, and
/// an old one that is shown again ends the whole grant. A refresh token needs the scope `offline_access` and
/// `prompt=consent`. `GET /api/whoami` takes a live token of any client and tells `client`, `account`, `scope` and
/// `audience`; `GET /me` takes tokens of persons with the scope `openid` and without a resource.
#[derive(Debug)]
pub struct OidcProvider {
    server: Counterpart,
    mutual_port: Option<u16>,
}

impl OidcProvider {
    /// A client of the code flow that shows its secret as basic credentials; both are full of characters that need
    /// to be encoded.
    pub const BASIC: Registered = Registered { id: "basic client+1:a/b%20&c", secret: SECRET };
    /// A client of the code flow that shows its secret in the body.
    pub const POST: Registered = Registered { id: "post-client", secret: SECRET };
    /// A client of the code flow without a secret, which must use PKCE.
    pub const PUBLIC: Registered = Registered { id: "public-client", secret: "" };
    /// A client that speaks for itself alone, with basic credentials.
    pub const MACHINE: Registered = Registered { id: "machine client/1", secret: SECRET };
    /// A client of the device flow without a secret.
    pub const DEVICE: Registered = Registered { id: "device-client", secret: "" };
    /// A client that signs assertions with a key of the option `jwks`, for the code flow and for itself.
    pub const ASSERTION: Registered = Registered { id: "assertion-client", secret: "" };
    /// A client that shows the client certificate of [`OidcProvider::with_certificates`], for the code flow and for
    /// itself. Its tokens are bound to the certificate.
    pub const CERTIFICATE: Registered = Registered { id: "certificate-client", secret: "" };

    /// Starts a provider. The options are `redirect_uris`, which are compared exactly, `access_token_seconds`,
    /// `refresh_token_seconds`, and `jwks`, the public keys of [`OidcProvider::ASSERTION`].
    pub fn start(options: &Value) -> Self {
        Self { server: launch(options), mutual_port: None }
    }

    /// Starts a provider that also listens where clients may show certificates.
    pub fn with_certificates(options: &Value, certificates: &Certificates) -> Self {
        let (port, mut options) = (free_port(), options.clone());
        options["tls"] = json!({
            "port": port,
            "key": certificates.file("server.key"),
            "cert": certificates.file("server.pem"),
            "ca": certificates.file("authority.pem"),
            "subject": Certificates::CLIENT,
        });
        Self { server: launch(&options), mutual_port: Some(port) }
    }

    /// The issuer, and the root of all addresses.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The root of all addresses where clients may show certificates.
    ///
    /// # Panics
    /// When the provider was started without certificates.
    pub fn mutual_url(&self) -> String {
        format!("https://127.0.0.1:{}", self.mutual_port.expect("started with certificates"))
    }

    /// The resource that tokens may be asked for, with the scopes `read` and `write`.
    pub fn resource(&self) -> String {
        format!("{}/api", self.url())
    }

    /// Signs a person in on the login page.
    pub async fn sign_in(page: &Page, name: &str) {
        page.fill("input[name=login]", name).await;
        page.fill("input[name=password]", "any").await;
        page.click("button.login-submit").await;
    }

    /// Says yes on the page that asks for consent.
    pub async fn allow(page: &Page) {
        page.wait_for("input[name=prompt][value=consent] ~ button").await;
        page.click("input[name=prompt][value=consent] ~ button").await;
    }

    /// Says no on the login page or on the page that asks for consent.
    pub async fn deny(page: &Page) {
        page.click("a[href$='/abort']").await;
    }
}

fn launch(options: &Value) -> Counterpart {
    let port = free_port();
    let mut command = Command::new("node");
    command.args(["--input-type=module", "-e", SCRIPT, &port.to_string(), &options.to_string()]);
    command.current_dir(counterparts().join("node"));
    Counterpart::run(command, port)
}
