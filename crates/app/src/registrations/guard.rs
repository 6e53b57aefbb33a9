//! A registered client belongs to somebody else than the person who connects by it: its secret goes to hosts that the
//! definition or the registration names, and never to one that the person chooses.

use std::collections::BTreeSet;

use keyway_auth::BaseUrl;
use keyway_connector::{BASE_URL, ClientAuthentication, Connector, Grant, Method, Request, Root, Scope, Step};
use keyway_model::{Configuration, Problems, Secret};

use crate::{Error, Result};

/// Stands for a value that the person chooses.
const ANYTHING: &str = "x";

/// Refuses a configuration by which a registered client would show itself to a host of the person's choice. `own` are the
/// registration's entries. A value that is part of a name below a domain that the definition names is no choice of host.
pub(crate) fn check_hosts(
    connector: &Connector,
    method: &Method,
    configuration: &Configuration,
    own: &Configuration,
) -> Result<()> {
    let chosen = |key: &str, value: &Secret| {
        let is_default = connector.field(key).and_then(|field| field.default.as_deref()) == Some(value.expose());
        own.get(key) != Some(value) && !is_default
    };
    let mut masked = configuration.clone();
    for (key, value) in &mut masked {
        if *key != keyway_connector::AUTHENTICATION_TYPE && chosen(key, value) {
            *value = Secret::from(ANYTHING);
        }
    }
    let named = destinations(connector, method, &masked);
    for origin in destinations(connector, method, configuration) {
        if !named.iter().any(|other| is_below_same(other, &origin)) {
            let message = format!(
                "the registered client is not for {origin}: give a client of your own (oauth.api.key, oauth.api.secret), \
                 or have the host set in the registration's configuration"
            );
            return Err(Error::Invalid(Problems::one("configuration", message)));
        }
    }
    Ok(())
}

/// Scheme and host of every request that shows who the client is.
fn destinations(connector: &Connector, method: &Method, configuration: &Configuration) -> BTreeSet<String> {
    let complete = connector.complete(configuration).unwrap_or_else(|_| configuration.clone());
    let scope = Scope::of(&complete);
    let of_entry = |key: &str| complete.get(key).and_then(|value| origin(value.expose()));
    let of_grant = method.grant.iter().flat_map(Grant::steps).filter(|step| step.client != ClientAuthentication::None);
    let others = method.steps().filter(|step| shows_client(step));
    let roots = of_grant.chain(others).flat_map(|step| step.request.chain()).map(Request::root);
    let of_root = |root: &Root| match root {
        Root::Base => of_entry(BASE_URL),
        Root::Config(key) => of_entry(key),
        Root::Url(origin) => Some(origin.clone()),
        Root::Made(template) => template.fill_origin(&scope).ok().and_then(|url| origin(&url)),
    };
    let issuer = method.grant.as_ref().and_then(|grant| grant.issuer.as_ref());
    let issuer = issuer.and_then(|template| template.fill_origin(&scope).ok()).and_then(|url| origin(&url));
    let calls = method.reads_root("client").then(|| of_entry(BASE_URL)).flatten();
    roots.filter_map(of_root).chain(issuer).chain(calls).collect()
}

/// Whether a request says who the client is in its own texts.
fn shows_client(step: &Step) -> bool {
    let shows = |request: &Request| ["client", "assertion", "made"].iter().any(|root| request.reads_root(root));
    step.request.chain().any(shows)
}

fn origin(url: &str) -> Option<String> {
    BaseUrl::parse(url.split(['?', '#']).next().unwrap_or_default()).ok().map(|base| base.origin())
}

/// Whether two origins are the same but for labels below a domain of at least two.
fn is_below_same(named: &str, origin: &str) -> bool {
    named == origin || parts(named).is_some_and(|named| parts(origin) == Some(named))
}

/// Scheme, domain and port of a host with three labels or more.
fn parts(origin: &str) -> Option<(&str, &str, &str)> {
    let (scheme, authority) = origin.split_once("://")?;
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    let (rest, last) = host.rsplit_once('.')?;
    let (below, _) = rest.rsplit_once('.')?;
    let is_address = last.bytes().all(|byte| byte.is_ascii_digit());
    (!is_address).then(|| (scheme, &host[below.len() + 1..], port))
}

#[cfg(test)]
mod tests {
    use super::is_below_same;

    #[test]
    fn only_what_stands_below_a_domain_may_differ() {
        assert!(is_below_same("https://x.zendesk.com", "https://acme.zendesk.com"));
        assert!(is_below_same("https://127.0.0.1:80", "https://127.0.0.1:80"));
        assert!(!is_below_same("https://x.zendesk.com", "https://acme.zendesk.com.evil.example"));
        assert!(!is_below_same("https://x.zendesk.com", "http://acme.zendesk.com"));
        assert!(!is_below_same("https://x.zendesk.com", "https://acme.zendesk.com:8443"));
        assert!(!is_below_same("https://x", "https://evil.example"));
        assert!(!is_below_same("https://x.com", "https://evil.com"));
        assert!(!is_below_same("https://1.2.3.4", "https://9.9.3.4"));
    }
}
