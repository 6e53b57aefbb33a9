//! A registered client belongs to somebody else than the person who connects by it: its secret goes to hosts that the
//! definition or the registration names, and never to one that the person chooses.

use std::collections::BTreeSet;

use keyway_auth::BaseUrl;
use keyway_connector::{
    BASE_URL, ClientAuthentication, Connector, Grant, Method, Request, Root, Scope, Step, Template,
};
use keyway_model::{Configuration, Problems, Secret};

use crate::instances::is_kept_back;
use crate::{Error, Result};

/// Stands for a value that the person chooses.
const ANYTHING: &str = "any-label-of-the-person";

/// Refuses a configuration by which a registered client would show itself to a host of the person's choice. `own` are the
/// registration's entries. A value that is part of a name below a domain that the definition names is no choice of host.
pub(crate) fn check_hosts(
    connector: &Connector,
    method: &Method,
    configuration: &Configuration,
    own: &Configuration,
) -> Result<()> {
    if method.grant.as_ref().is_some_and(|grant| grant.described.is_some()) {
        let message = "a registered client is not for requests that a person describes: give a client of your own";
        return Err(Error::Refused(message.to_owned()));
    }
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
    if client_roots(method).any(|root| matches!(root, Root::Made(template) if is_of_browser(template))) {
        let message = "the registered client is not for a host that the browser brings back: give a client of your own";
        return Err(Error::Refused(message.to_owned()));
    }
    // What the registration lends besides the client goes with calls, and so does a token that is the client's own.
    let with_calls = !method.asks_a_person() || own.keys().any(|key| is_kept_back(connector, key));
    let named = destinations(connector, method, &masked, with_calls);
    for origin in destinations(connector, method, configuration, with_calls) {
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

/// Where the requests of a method that show who the client is begin.
fn client_roots(method: &Method) -> impl Iterator<Item = &Root> {
    let of_grant = method.grant.iter().flat_map(Grant::steps).filter(|step| step.client != ClientAuthentication::None);
    let others = method.steps().filter(|step| shows_client(step));
    of_grant.chain(others).flat_map(|step| step.request.chain()).map(Request::root)
}

fn is_of_browser(template: &Template) -> bool {
    template.roots().iter().any(|(name, _)| *name == "callback")
}

/// Scheme and host of every request that shows who the client is, and of calls where they count.
fn destinations(
    connector: &Connector,
    method: &Method,
    configuration: &Configuration,
    with_calls: bool,
) -> BTreeSet<String> {
    let complete = connector.complete(configuration).unwrap_or_else(|_| configuration.clone());
    let scope = Scope::of(&complete);
    let of_entry = |key: &str| complete.get(key).and_then(|value| origin(value.expose()));
    let of_root = |root: &Root| match root {
        Root::Base => of_entry(BASE_URL),
        Root::Config(key) => of_entry(key),
        Root::Url(origin) => Some(origin.clone()),
        Root::Made(template) => template.fill_origin(&scope).ok().and_then(|url| origin(&url)),
    };
    let issuer = method.grant.as_ref().and_then(|grant| grant.issuer.as_ref());
    let issuer = issuer.and_then(|template| template.fill_origin(&scope).ok()).and_then(|url| origin(&url));
    let base = method.reads_root("client").then(|| of_entry(BASE_URL)).flatten();
    let hosts = connector.host_keys_for(method).into_iter().filter(|_| with_calls).filter_map(of_entry);
    client_roots(method).filter_map(of_root).chain(issuer).chain(base).chain(hosts).collect()
}

/// Whether a request says who the client is in its own texts.
fn shows_client(step: &Step) -> bool {
    let shows = |request: &Request| ["client", "assertion", "made"].iter().any(|root| request.reads_root(root));
    step.request.chain().any(shows)
}

fn origin(url: &str) -> Option<String> {
    BaseUrl::parse(url.split(['?', '#']).next().unwrap_or_default()).ok().map(|base| base.origin())
}

/// Whether an origin differs from a named one only in labels that the person chooses, below a domain of at least two labels.
fn is_below_same(named: &str, origin: &str) -> bool {
    let Some((before, after)) = named.split_once(ANYTHING) else { return named == origin };
    let domain = after.split_once('.').map_or("", |(_, domain)| domain);
    domain.contains('.')
        && origin.len() > before.len() + after.len()
        && origin.starts_with(before)
        && origin.ends_with(after)
}

#[cfg(test)]
mod tests {
    use super::{ANYTHING, is_below_same};

    #[test]
    fn only_what_stands_below_a_domain_may_differ() {
        let named = |host: &str| format!("https://{}", host.replace('*', ANYTHING));
        let zendesk = named("*.zendesk.com");
        assert!(is_below_same(&zendesk, "https://acme.zendesk.com"));
        assert!(is_below_same("https://127.0.0.1:80", "https://127.0.0.1:80"));
        assert!(is_below_same(&named("*.api.vendor.co.uk"), "https://acme.api.vendor.co.uk"));
        assert!(!is_below_same(&zendesk, "https://acme.zendesk.com.evil.example"));
        assert!(!is_below_same(&zendesk, "http://acme.zendesk.com"));
        assert!(!is_below_same(&zendesk, "https://acme.zendesk.com:8443"));
        assert!(!is_below_same(&named("*"), "https://evil.example"));
        assert!(!is_below_same(&named("*.com"), "https://evil.com"));
        // Two owners below one public suffix.
        assert!(!is_below_same("https://login.vendor.co.uk", "https://evil.co.uk"));
        assert!(!is_below_same("https://login.vendor.co.uk", "https://login.evil.co.uk"));
    }
}
