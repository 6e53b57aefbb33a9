//! Whose call it is: an instance's token, or one of its keys wherever an SDK puts its API key.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use keyway_model::{InstanceId, OrganizationId, Secret};
use keyway_vault::TokenHash;

use super::cache::{Access, Snapshot};
use crate::access::{self, Credentials, INSTANCE_KEY, INSTANCE_TOKEN};
use crate::instance_keys::PREFIX;
use crate::{App, Error, Result};

/// An instance key as the caller sent it, kept so that it can be taken out of what is forwarded.
pub type ShownKey = Option<Secret>;

/// Whose call it is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// What may be called.
    pub access: Arc<Access>,
    /// The key that was shown, if it was one.
    pub key: ShownKey,
}

/// Finds the instance of a call. `host` is the instance that the host name names, when the call came by host name.
pub async fn identify(
    app: &App,
    credentials: &Credentials,
    headers: &HeaderMap,
    host: Option<InstanceId>,
) -> Result<Identity> {
    let key = shown_key(credentials, headers);
    let (kind, text) = match (&key, &credentials.element) {
        (Some(key), _) => (INSTANCE_KEY, key),
        (None, Some(token)) => (INSTANCE_TOKEN, token),
        (None, None) => return Err(Error::Unauthenticated),
    };
    let hash = app.keyring.lookup().hash(kind, text.expose());
    let access = match app.cache.get(&hash) {
        Some(access) => access,
        None => Box::pin(on_control(app, load(app.clone(), kind, hash))).await?,
    };
    if host.is_some_and(|id| id != access.snapshot.id) {
        return Err(Error::Unauthenticated);
    }
    if access.policy.as_ref().is_some_and(|policy| !policy.is_valid_at(app.clock.now())) {
        return Err(Error::Unauthenticated);
    }
    let beside = credentials.user.is_some() || credentials.organization.is_some();
    if key.is_none() && beside {
        Box::pin(check_secrets(app, credentials, access.snapshot.organization)).await?;
    }
    Ok(Identity { access, key })
}

/// Looks for an instance key where SDKs put theirs: `Bearer`, `token`, basic user or password, `x-api-key`.
fn shown_key(credentials: &Credentials, headers: &HeaderMap) -> ShownKey {
    if credentials.user.is_some() {
        return None;
    }
    let is_key = |text: &str| text.starts_with(PREFIX).then(|| Secret::from(text));
    let named = headers.get("x-api-key").and_then(|value| value.to_str().ok()).and_then(is_key);
    named.or_else(|| {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, rest) = value.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("basic") {
            let decoded = Secret::new(String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?);
            let (user, password) = decoded.expose().split_once(':')?;
            return is_key(user).or_else(|| is_key(password));
        }
        let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
        is_key(rest.trim()).filter(|_| known)
    })
}

/// Runs what needs the store on the runtime that the store lives on.
async fn on_control<T: Send + 'static>(app: &App, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    app.control.spawn(work).await.map_err(Error::internal)?
}

async fn load(app: App, kind: &'static str, hash: TokenHash) -> Result<Arc<Access>> {
    let epoch = app.cache.epoch();
    let mut tx = app.store.read().await?;
    let (sealed, policy) = if kind == INSTANCE_TOKEN {
        (tx.instance_by_token(&hash).await?, None)
    } else {
        let key = tx.instance_key_by_hash(&hash).await?.ok_or(Error::Unauthenticated)?;
        let organization = tx.instance_organization(key.instance).await?.ok_or(Error::Unauthenticated)?;
        (tx.instance(organization, key.instance).await?, Some(key.policy))
    };
    drop(tx);
    let sealed = sealed.ok_or(Error::Unauthenticated)?;
    let snapshot = match app.cache.snapshot(sealed.instance.id) {
        Some(snapshot) => snapshot,
        None => Snapshot::open(&app, &sealed, epoch).await?,
    };
    let access = Arc::new(Access { snapshot, policy });
    app.cache.keep(hash, &access);
    Ok(access)
}

/// User and organization secrets beside a token are optional, but wrong ones are refused.
async fn check_secrets(app: &App, credentials: &Credentials, organization: OrganizationId) -> Result<()> {
    let part = |secret: &Option<Secret>| secret.as_ref().map_or_else(String::new, |secret| secret.expose().clone());
    let pair = Secret::new(format!("{}\0{}", part(&credentials.user), part(&credentials.organization)));
    let hash = app.keyring.lookup().hash("secrets beside a token", pair.expose());
    if app.cache.caller(&hash) == Some(organization) {
        return Ok(());
    }
    let (owned, credentials) = (app.clone(), credentials.clone());
    on_control(app, async move { access::check_optional(&owned, &credentials, organization).await }).await?;
    app.cache.keep_caller(hash, organization);
    Ok(())
}
