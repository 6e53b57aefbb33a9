//! Instance keys: credentials that open the raw call of one instance within stated limits.

use keyway_model::{
    Caller, InstanceId, InstanceKey, KeyId, KeyPolicy, MAX_KEY_NAME, Problems, Secret, Timestamp, plain_text,
};
use keyway_store::NewInstanceKey;

use crate::access::INSTANCE_KEY;
use crate::calls::path;
use crate::instances::{Actor, load, load_to_change};
use crate::{App, Error, Result, instances};

/// Every instance key begins so; a key can be told from a token wherever it stands.
pub const PREFIX: &str = "kwk_";

/// Hexadecimal digits that follow the prefix.
const DIGITS: usize = 64;

/// Whether a text holds an instance key, anybody's.
pub(crate) fn is_in(text: &[u8]) -> bool {
    text.windows(PREFIX.len() + DIGITS).any(|window| {
        window.strip_prefix(PREFIX.as_bytes()).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// A key to be made.
#[derive(Clone, Debug, Default)]
pub struct NewKeyInput {
    /// Its name.
    pub name: Option<String>,
    /// Methods it is limited to.
    pub methods: Vec<String>,
    /// Path prefixes it is limited to.
    pub path_prefixes: Vec<String>,
    /// RFC 3339 date-time from which on it opens nothing.
    pub expires_at: Option<String>,
}

/// Makes a key. Its text is shown here and never again.
pub async fn create(
    app: &App,
    caller: &Caller,
    instance: InstanceId,
    new: NewKeyInput,
) -> Result<(InstanceKey, Secret)> {
    load_to_change(app, caller, instance).await?;
    let now = app.clock.now();
    let (name, policy) = checked(new, now)?;
    let text = Secret::new(format!("{PREFIX}{}{}", app.entropy.hex_token().expose(), app.entropy.hex_token().expose()));
    let hash = app.keyring.lookup().hash(INSTANCE_KEY, text.expose());
    let row = NewInstanceKey { instance, name: &name, hash: &hash, policy: &policy, created_at: now };
    let mut tx = app.store.write().await?;
    if !tx.lock_instance(instance).await? {
        return Err(instances::unknown(&instance.to_string()));
    }
    let id = tx.insert_instance_key(&row).await?;
    tx.commit().await?;
    Ok((InstanceKey { id, instance, name, policy, created_at: now }, text))
}

/// The keys of an instance.
pub async fn list(app: &App, caller: &Caller, instance: InstanceId) -> Result<Vec<InstanceKey>> {
    load(app, &Actor::Caller(caller.clone()), instance).await?;
    Ok(app.store.read().await?.instance_keys(instance).await?)
}

/// Revokes a key.
pub async fn revoke(app: &App, caller: &Caller, instance: InstanceId, key: KeyId) -> Result<()> {
    load_to_change(app, caller, instance).await?;
    let mut tx = app.store.write().await?;
    if !tx.delete_instance_key(instance, key).await? {
        return Err(Error::NotFound(format!("No key found with ID {key}")));
    }
    tx.insert_change(instance, app.clock.now()).await?;
    tx.commit().await?;
    app.cache.forget(instance);
    Ok(())
}

fn checked(new: NewKeyInput, now: Timestamp) -> Result<(String, KeyPolicy), Problems> {
    let mut problems = Problems::default();
    let name = new.name.map(|name| plain_text(&name)).unwrap_or_default();
    if name.is_empty() || name.chars().count() > MAX_KEY_NAME {
        problems.add("name", format!("is required and has {MAX_KEY_NAME} characters at most"));
    }
    let methods: Vec<String> = new.methods.iter().map(|method| method.to_ascii_uppercase()).collect();
    if methods.iter().any(|method| method.is_empty() || !method.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')) {
        problems.add("methods", "must be names of HTTP methods");
    }
    if new.path_prefixes.iter().any(|prefix| !path::is_plain(prefix)) {
        problems.add("pathPrefixes", "must begin with / and hold plain segments: no %, .., //, ? or #");
    }
    let expires_at = match new.expires_at.as_deref().map(Timestamp::parse) {
        Some(Some(end)) if end > now => Some(end),
        Some(_) => {
            problems.add("expiresAt", "must be a date-time to come, such as 2030-01-31T00:00:00Z");
            None
        }
        None => None,
    };
    problems.into_result()?;
    Ok((name, KeyPolicy { methods, path_prefixes: new.path_prefixes, expires_at }))
}
