//! Proof keys of the classical way: kept for the user who asked for the URL, found again when the code is redeemed.

use keyway_auth::sign::pkce;
use keyway_model::{Caller, ConnectorKey, Secret};
use keyway_store::NewAttempt;

use super::VERIFIER;
use super::asked::Asked;
use super::attempt::place_of;
use crate::{App, Result};

/// Seconds that a proof key is handed out again; it is redeemed as long as nobody has thrown it away.
const LIFE: i64 = 3_600;

/// The proof key of a connection: whoever asks for the same URL again within an hour is given the same.
pub(super) async fn keep(app: &App, caller: &Caller, asked: &Asked, redirect_uri: &str) -> Result<Secret> {
    let organization = caller.organization();
    let fresh = pkce::verifier(&app.entropy.bytes());
    let uuid = app.entropy.uuid();
    let sealed = app.keyring.seal(place_of(organization, uuid), &fresh).await?;
    let now = app.clock.now();
    let row = NewAttempt {
        uuid,
        state_hash: &hash(app, caller, &asked.connector.key, &asked.client.id, redirect_uri),
        finish_hash: None,
        context: "",
        organization,
        account: caller.user.account,
        user: caller.user.id,
        connector: &asked.connector.key,
        method: &asked.method.name,
        registration: None,
        instance: None,
        sealed: &sealed,
        created_at: now,
        expires_at: now.plus_seconds(LIFE),
    };
    let mut tx = app.store.write().await?;
    let kept = tx.keep_verifier(&row).await?;
    tx.commit().await?;
    app.keyring.open_value(place_of(organization, kept.uuid), &kept.sealed).await
}

/// The proof key that was kept, if one was.
pub(super) async fn kept(
    app: &App,
    caller: &Caller,
    connector: &ConnectorKey,
    client: &str,
    redirect_uri: &str,
) -> Result<Option<Secret>> {
    let hash = hash(app, caller, connector, client, redirect_uri);
    let Some(kept) = app.store.read().await?.attempt_by_state(&hash).await? else { return Ok(None) };
    app.keyring.open_value(place_of(kept.organization, kept.uuid), &kept.sealed).await.map(Some)
}

fn hash(app: &App, caller: &Caller, connector: &ConnectorKey, client: &str, redirect_uri: &str) -> [u8; 32] {
    let (organization, user) = (caller.organization(), caller.user.id);
    // Quoted, so that no text makes one place into another.
    let text = format!("{organization} {user} {connector} {client:?} {redirect_uri:?}");
    app.keyring.lookup().hash(VERIFIER, &text)
}
