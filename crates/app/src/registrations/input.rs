//! What a registration may consist of.

use std::collections::{BTreeMap, BTreeSet};

use keyway_auth::engine::Client;
use keyway_connector::{Connector, Template};
use keyway_model::{AccountId, Configuration, Problems, Secret, plain_text};

use super::Level;
use super::sealed::Content;
use crate::connect::is_callback;
use crate::instances::{ConfigurationInput, is_kept_back, is_mask};
use crate::{Error, Result};

/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Most callback URLs.
const MAX_URLS: usize = 50;

/// A registration to be made.
#[derive(Clone, Debug)]
pub struct NewRegistrationInput {
    /// Key or number of the connector.
    pub connector: String,
    /// Whose it is.
    pub level: Level,
    /// The account; the caller's own where absent.
    pub account: Option<AccountId>,
    /// Its name; empty for the one that is taken unless another is asked for.
    pub name: Option<String>,
    /// The client's identifier.
    pub client_id: String,
    /// What else the client consists of, such as `secret`.
    pub members: BTreeMap<String, Option<Secret>>,
    /// Entries of the configuration that every connection by it has.
    pub configuration: ConfigurationInput,
    /// Where browsers may be sent back to.
    pub callback_urls: Vec<String>,
}

/// What is to be changed of a registration; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct RegistrationPatch {
    /// A new name.
    pub name: Option<String>,
    /// The identifier, which must be the present one.
    pub client_id: Option<String>,
    /// Members to set or unset.
    pub members: BTreeMap<String, Option<Secret>>,
    /// Entries to set or unset.
    pub configuration: ConfigurationInput,
    /// Callback URLs instead of the present ones.
    pub callback_urls: Option<Vec<String>>,
}

impl NewRegistrationInput {
    /// What is sealed.
    pub(super) fn content(&self, connector: &Connector) -> Result<Content> {
        let id = self.client_id.trim().to_owned();
        if id.is_empty() || id.chars().any(char::is_control) {
            return Err(Error::invalid("clientId", "is required and holds no control characters"));
        }
        let empty =
            Content { client: Client { id, members: Configuration::new() }, configuration: Configuration::new() };
        over(connector, empty, &self.members, &self.configuration)
    }
}

impl RegistrationPatch {
    /// What is sealed after the change.
    pub(super) fn over(&self, connector: &Connector, content: Content) -> Result<Content> {
        if self.client_id.as_ref().is_some_and(|id| *id != content.client.id) {
            let message = "cannot be changed, because tokens belong to the client that they were made out to; \
                           make another registration";
            return Err(Error::invalid("clientId", message));
        }
        self.check_hosts(connector, &content)?;
        over(connector, content, &self.members, &self.configuration)
    }
}

impl RegistrationPatch {
    /// A secret that somebody has entered follows nobody to another host: where one changes, it has to be sent again.
    fn check_hosts(&self, connector: &Connector, content: &Content) -> Result<()> {
        let made = connector.made_hosts().flat_map(Template::keys);
        let computed = connector.fields.iter().filter_map(|field| field.computed.as_ref()).flat_map(Template::keys);
        let hosts: BTreeSet<&str> = connector.host_keys().into_iter().chain(made).chain(computed).collect();
        let changes = |key: &str, value: Option<&Secret>| content.configuration.get(key) != value;
        if !self.configuration.iter().any(|(key, value)| hosts.contains(key.as_str()) && changes(key, value.as_ref())) {
            return Ok(());
        }
        let mut problems = Problems::default();
        let message = "must be sent again, because a host changes";
        for name in content.client.members.keys() {
            if self.members.get(name).is_none_or(|value| is_mask(value.as_ref())) {
                problems.add(if name == "secret" { name.clone() } else { format!("members.{name}") }, message);
            }
        }
        for key in content.configuration.keys().filter(|key| is_kept_back(connector, key)) {
            if self.configuration.get(key).is_none_or(|value| is_mask(value.as_ref())) {
                problems.add(format!("configuration.{key}"), message);
            }
        }
        Ok(problems.into_result()?)
    }
}

/// Puts what was sent over what there is. A mask means "as it is".
fn over(
    connector: &Connector,
    mut content: Content,
    members: &BTreeMap<String, Option<Secret>>,
    configuration: &ConfigurationInput,
) -> Result<Content> {
    let mut problems = Problems::default();
    if !connector.methods.iter().any(|method| method.grant.is_some()) {
        problems.add("connector", format!("'{}' has no clients: none of its methods gets tokens", connector.key));
    }
    for (name, value) in members.iter().filter(|(_, value)| !is_mask(value.as_ref())) {
        let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if name == "id" || name.is_empty() || !is_name {
            problems.add(format!("members.{name}"), "is not a name of lower-case letters, digits and underscores");
        }
        set(&mut content.client.members, name, value.as_ref());
    }
    for (key, value) in configuration {
        if is_mask(value.as_ref()) && is_kept_back(connector, key) {
            continue;
        }
        let is_client = key.starts_with("oauth.api.");
        if is_client || connector.field(key).is_none_or(|field| field.internal) {
            problems.add(format!("configuration.{key}"), "is no entry that a registration can have");
        }
        set(&mut content.configuration, key, value.as_ref());
    }
    problems.into_result()?;
    Ok(content)
}

fn set(values: &mut Configuration, name: &str, value: Option<&Secret>) {
    match value.filter(|value| !value.expose().is_empty()) {
        Some(value) => values.insert(name.to_owned(), value.clone()),
        None => values.remove(name),
    };
}

/// A name without markup.
pub(super) fn checked_name(name: &str) -> Result<String> {
    let name = plain_text(name);
    if name.chars().count() > MAX_NAME {
        return Err(Error::invalid("name", format!("must have {MAX_NAME} characters at most")));
    }
    Ok(name)
}

/// URLs that a browser can be sent to. Each is compared as it is written.
pub(super) fn checked_urls(urls: Vec<String>) -> Result<Vec<String>> {
    if urls.len() > MAX_URLS || !urls.iter().all(|url| is_callback(url)) {
        let message = format!("must be {MAX_URLS} absolute http or https URLs at most, without user name and fragment");
        return Err(Error::invalid("callbackUrls", message));
    }
    Ok(urls)
}
