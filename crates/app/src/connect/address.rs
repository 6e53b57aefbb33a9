//! Where providers send browsers back to: one address for each client, connector and organization, so that an answer that
//! arrives at another's address shows itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyway_auth::BaseUrl;
use keyway_auth::engine::Client;
use keyway_model::{ConnectorKey, OrganizationId};
use keyway_store::StoredRegistration;

use super::CONTEXT;
use crate::App;

/// Bytes of a context; nobody guesses 144 bits.
const LENGTH: usize = 18;
/// Longest URL that a browser is sent to, in bytes.
const LONGEST: usize = 2_000;

/// The context of a registered client in an organization.
pub(super) fn of_registration(app: &App, stored: &StoredRegistration, organization: OrganizationId) -> String {
    context(app, &format!("registration {}", stored.uuid), &stored.connector, organization)
}

/// The context of a client of the caller's own.
pub(super) fn of_client(app: &App, client: &Client, connector: &ConnectorKey, organization: OrganizationId) -> String {
    context(app, &format!("client {}", client.id), connector, organization)
}

/// Derived, so that it is the same tomorrow: it has to be registered at the provider.
fn context(app: &App, whose: &str, connector: &ConnectorKey, organization: OrganizationId) -> String {
    let hash = app.keyring.lookup().hash(CONTEXT, &format!("{organization} {connector} {whose}"));
    URL_SAFE_NO_PAD.encode(&hash[..LENGTH])
}

/// The redirect URI of a context.
pub(super) fn redirect_uri(app: &App, context: &str) -> String {
    if app.settings.shared_callback { shared(app) } else { own(app, context) }
}

/// The redirect URI that all contexts can share.
pub(super) fn shared(app: &App) -> String {
    format!("{}/oauth/callback", app.settings.public_url())
}

/// The redirect URI that is a context's own.
pub(super) fn own(app: &App, context: &str) -> String {
    format!("{}/{context}", shared(app))
}

/// The page here that a person begins at.
pub(super) fn start_page(app: &App, state: &str) -> String {
    format!("{}/oauth/start/{state}", app.settings.public_url())
}

/// The redirect URI of a registration, to be registered at the provider.
pub(crate) fn redirect_uri_of(app: &App, stored: &StoredRegistration, organization: OrganizationId) -> String {
    redirect_uri(app, &of_registration(app, stored, organization))
}

/// Whether a browser can be sent back to a URL: an absolute one of the web, without user name and fragment.
pub(crate) fn is_callback(url: &str) -> bool {
    let (root, query) = url.split_once('?').unwrap_or((url, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#' && byte != b'\\');
    url.len() <= LONGEST && plain(query) && root.is_ascii() && BaseUrl::parse(root).is_ok()
}

/// A URL with one more parameter.
pub(super) fn with(url: &str, parameters: &[(&str, &str)]) -> String {
    let mut out = url.to_owned();
    for (name, value) in parameters {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(name);
        out.push('=');
        out.push_str(&keyway_connector::encode_component(value));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{is_callback, with};

    #[test]
    fn a_callback_is_an_absolute_url_of_the_web() {
        for good in ["https://app.example.com/cb", "http://localhost:3000/cb?a=1&b=2", "https://app.example.com"] {
            assert!(is_callback(good), "{good}");
        }
        for bad in [
            "",
            "/cb",
            "//evil.example",
            "javascript:alert(1)",
            "https://a@evil.example/",
            "https://app.example.com/#x",
            "https://app.example.com\\@evil.example",
            "https://app.example.com/?a=\r\nx",
            "data:text/html,x",
            "https:///x",
        ] {
            assert!(!is_callback(bad), "{bad}");
        }
    }

    #[test]
    fn parameters_follow_those_that_are_there() {
        assert_eq!(
            with("https://a.example/cb", &[("code", "x y"), ("state", "&")]),
            "https://a.example/cb?code=x%20y&state=%26"
        );
        assert_eq!(with("https://a.example/cb?q=1", &[("code", "x")]), "https://a.example/cb?q=1&code=x");
    }
}
