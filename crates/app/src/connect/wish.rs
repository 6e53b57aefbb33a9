//! What a caller says about a consent page, in the dialect's words, and which configuration entries it means.

use std::collections::{BTreeMap, BTreeSet};

use keyway_auth::engine::Client;
use keyway_connector::{AUTHENTICATION_TYPE, BASE_URL, Connector, Method, Request, Root, Template};
use keyway_model::{Configuration, Secret};

use crate::credentials::own_client;

/// The entry that a site's address fills where a connector has it.
const SITE: &str = "site.address";

/// What a caller says about a consent page (section 2.2).
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The client's identifier.
    pub api_key: Option<String>,
    /// The client's secret.
    pub api_secret: Option<Secret>,
    /// Where the browser comes back to.
    pub callback_url: Option<String>,
    /// What is asked for, instead of the definition's usual.
    pub scope: Option<String>,
    /// What comes back with the browser.
    pub state: Option<String>,
    /// Where the provider's customer is.
    pub site_address: Option<String>,
    /// The temporary token (OAuth 1.0a).
    pub request_token: Option<String>,
    /// The method of authentication; the default one where absent.
    pub method: Option<String>,
    /// Every other parameter: entries of the configuration by their keys, or by the last part of one.
    pub entries: BTreeMap<String, Secret>,
}

impl Wish {
    /// The client that the caller brings, with what proves it besides a secret.
    pub(super) fn client(&self) -> Option<Client> {
        let more = self.entries.iter().filter(|(name, _)| name.starts_with("oauth.api."));
        let more = more.map(|(name, value)| (name.clone(), value.clone()));
        own_client(&more.chain(self.client_entries()).collect())
    }

    fn client_entries(&self) -> Configuration {
        let id = self.api_key.as_deref().map(|id| ("oauth.api.key".to_owned(), Secret::from(id)));
        let secret = self.api_secret.clone().map(|secret| ("oauth.api.secret".to_owned(), secret));
        [id, secret].into_iter().flatten().collect()
    }

    /// The configuration entries that were given, under their own keys.
    pub(super) fn configuration(&self, connector: &Connector) -> Configuration {
        let mut given = self.client_entries();
        for (name, value) in &self.entries {
            let key = entry_named(connector, name);
            if connector.field(key).is_none_or(|field| !field.internal) {
                given.insert(key.to_owned(), value.clone());
            }
        }
        let told = [(AUTHENTICATION_TYPE, &self.method), ("oauth.scope", &self.scope)];
        let told = told.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Secret::from(value.as_deref()?))));
        given.extend(told);
        let method = connector.method(self.method.as_deref());
        if let (Some(site), Some(key)) = (&self.site_address, method.and_then(|method| site_entry(connector, method))) {
            let is_url = key == BASE_URL && !site.contains("://");
            let value = if is_url { format!("https://{site}") } else { site.clone() };
            given.entry(key).or_insert_with(|| Secret::new(value));
        }
        given
    }
}

/// The entry that a parameter names: the one of that key, or the only one that ends so.
fn entry_named<'a>(connector: &'a Connector, name: &'a str) -> &'a str {
    if connector.field(name).is_some() {
        return name;
    }
    let ends = |key: &str| key.rsplit_once('.').is_some_and(|(_, last)| last == name);
    let mut fields = connector.fields.iter().map(|field| field.key.as_str()).filter(|key| ends(key));
    match (fields.next(), fields.next()) {
        (Some(key), None) => key,
        _ => name,
    }
}

/// The entry that the address of a site fills: its own, or the one that the consent page's URL reads.
fn site_entry(connector: &Connector, method: &Method) -> Option<String> {
    if connector.field(SITE).is_some() {
        return Some(SITE.to_owned());
    }
    let grant = method.grant.as_ref()?;
    let page = grant.authorize.as_ref().map(|authorize| &authorize.request);
    let issuer = grant.issuer.iter().flat_map(Template::keys);
    let read: BTreeSet<&str> = page.into_iter().flat_map(read_by).chain(issuer).collect();
    let mut given = BTreeSet::new();
    for key in read {
        // A person fills in what a computed entry is computed from.
        match connector.field(key).and_then(|field| field.computed.as_ref()) {
            Some(template) => given.extend(template.keys()),
            None => {
                given.insert(key);
            }
        }
    }
    given.retain(|key| !key.starts_with("oauth."));
    match given.into_iter().collect::<Vec<_>>().as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

fn read_by(request: &Request) -> Vec<&str> {
    let root = match request.root() {
        Root::Base => Some(BASE_URL),
        Root::Config(key) => Some(key.as_str()),
        Root::Url(_) | Root::Made(_) => None,
    };
    request.keys().into_iter().chain(root).collect()
}
