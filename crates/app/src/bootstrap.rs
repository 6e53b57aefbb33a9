//! The first start: an organization, its default account and an administrator, all or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyway_config::{MasterKeySource, Settings};
use keyway_model::{Clock, Entropy, Role};
use keyway_store::{NewAccount, NewOrganization, NewUser, Store};
use keyway_vault::Context;

use crate::access::{ORGANIZATION_SECRET, USER_SECRET};
use crate::keyring::{self, VaultError};

/// Makes everything that a new store needs; whether it was new.
pub(crate) async fn first_start(
    store: &Store,
    settings: &Settings,
    source: &MasterKeySource,
    entropy: &Entropy,
    clock: &Arc<dyn Clock>,
) -> Result<bool, VaultError> {
    let mut tx = store.write().await?;
    if tx.vault_state().await?.is_some() {
        return Ok(false);
    }
    let now = clock.now();
    keyring::initialise(&mut tx, source, entropy, clock.as_ref()).await?;

    let uuid = entropy.uuid();
    let secret = entropy.hex_token();
    let placeholder: [u8; 32] = entropy.bytes();
    let new = NewOrganization { uuid, name: "Default organization", secret_hash: &placeholder, created_at: now };
    let organization = tx.insert_organization(&new).await?;
    let (key, lookup) = keyring::first_data_key(&mut tx, source, organization, entropy, clock.as_ref()).await?;
    let context = Context { organization: Some(organization), record: uuid, field: "secret" };
    let sealed = key.seal(&context, &secret, entropy);
    tx.set_organization_secret(organization, &sealed, &lookup.hash(ORGANIZATION_SECRET, secret.expose())).await?;

    let account = NewAccount {
        organization,
        name: "Default account",
        description: "The account that the organization began with",
        external_id: "default",
        is_default: true,
        created_at: now,
    };
    let account = tx.insert_account(&account).await?;

    let uuid = entropy.uuid();
    let secret = entropy.base64_token();
    let context = Context { organization: Some(organization), record: uuid, field: "secret" };
    let administrator = NewUser {
        uuid,
        organization,
        account,
        email: &settings.admin_email.to_lowercase(),
        first_name: "Keyway",
        last_name: "Administrator",
        external_id: None,
        profile: &BTreeMap::new(),
        password_hash: None,
        secret_sealed: &key.seal(&context, &secret, entropy),
        secret_hash: &lookup.hash(USER_SECRET, secret.expose()),
        created_at: now,
    };
    let user = tx.insert_user(&administrator).await?;
    tx.grant_role(user, Role::OrganizationAdmin).await?;
    tx.commit().await?;
    Ok(true)
}
