//! Accounts of the caller's organization.

use keyway_model::ceql::Expression;
use keyway_model::{Account, AccountId, Caller, Page, Visibility, plain_text};
use keyway_store::{NewAccount, Selection, account_fields};

use crate::paging::Paging;
use crate::{App, Error, Result, filter, instances};

/// An account to be made.
#[derive(Clone, Debug, Default)]
pub struct NewAccountInput {
    /// The caller's own id for it; required.
    pub external_id: Option<String>,
    /// Its name; the external id where absent.
    pub name: Option<String>,
    /// A line about it; the external id where absent.
    pub description: Option<String>,
}

/// What may be changed of an account.
#[derive(Clone, Debug, Default)]
pub struct AccountPatch {
    /// A new name.
    pub name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new external id.
    pub external_id: Option<String>,
    /// Switch on or off.
    pub active: Option<bool>,
}

/// The accounts that the caller may see and for which `wanted` holds. [`Error::Invalid`] names unknown fields of it.
pub async fn list(
    app: &App,
    caller: &Caller,
    with_inactive: bool,
    wanted: Option<&Expression>,
    paging: Paging,
) -> Result<Page<Account>> {
    filter::check(wanted, account_fields())?;
    let wide = matches!(caller.visibility(), Visibility::Organization(_));
    let only = (!wide).then_some(caller.user.account);
    let selection = Selection { account: only, with_inactive, filter: wanted };
    let mut tx = app.store.read().await?;
    Ok(tx.accounts(caller.organization(), &selection, paging.after, paging.size).await?)
}

/// One account.
pub async fn show(app: &App, caller: &Caller, id: AccountId) -> Result<Account> {
    let account = app.store.read().await?.account(caller.organization(), id).await?;
    account.filter(|account| caller.may_see_account(account)).ok_or_else(|| unknown(&id.to_string()))
}

/// Makes an account.
pub async fn create(app: &App, caller: &Caller, new: NewAccountInput) -> Result<Account> {
    require_organization_admin(caller)?;
    let external_id = new.external_id.map(|text| plain_text(&text)).filter(|text| !text.is_empty());
    let external_id = external_id.ok_or_else(|| Error::invalid("externalId", "is required"))?;
    let or_external = |text: Option<String>| text.map_or_else(|| external_id.clone(), |text| plain_text(&text));
    let account = NewAccount {
        organization: caller.organization(),
        name: &or_external(new.name),
        description: &or_external(new.description),
        external_id: &external_id,
        is_default: false,
        created_at: app.clock.now(),
    };
    let mut tx = app.store.write().await?;
    let id = tx.insert_account(&account).await.map_err(|error| conflict(error, &external_id))?;
    let account = tx.account(caller.organization(), id).await?.ok_or_else(|| unknown(&id.to_string()))?;
    tx.commit().await?;
    Ok(account)
}

/// Changes an account. Deactivating it ends what its users may do at once.
pub async fn update(app: &App, caller: &Caller, id: AccountId, patch: AccountPatch) -> Result<Account> {
    let mut account = show(app, caller, id).await?;
    require_organization_admin(caller)?;
    if patch.active == Some(false) && account.is_default {
        return Err(Error::Refused("the default account of an organization cannot be deactivated".to_owned()));
    }
    account.name = patch.name.map_or(account.name, |text| plain_text(&text));
    account.description = patch.description.map_or(account.description, |text| plain_text(&text));
    if let Some(external_id) = patch.external_id.map(|text| plain_text(&text)) {
        if external_id.is_empty() {
            return Err(Error::invalid("externalId", "must not be empty"));
        }
        account.external_id = external_id;
    }
    account.active = patch.active.unwrap_or(account.active);
    account.updated_at = app.clock.now();
    let mut tx = app.store.write().await?;
    tx.update_account(&account).await.map_err(|error| conflict(error, &account.external_id))?;
    tx.commit().await?;
    app.cache.forget_callers();
    Ok(account)
}

/// Deactivates an account; `permanent` also deletes the instances of its users.
pub async fn remove(app: &App, caller: &Caller, id: AccountId, permanent: bool) -> Result<()> {
    let off = AccountPatch { active: Some(false), ..AccountPatch::default() };
    let account = update(app, caller, id, off).await?;
    if permanent {
        instances::remove_all(app, Visibility::Account(account.organization, account.id)).await?;
    }
    Ok(())
}

fn require_organization_admin(caller: &Caller) -> Result<()> {
    if caller.administers_organization() {
        return Ok(());
    }
    // Section 1.4: a caller who is no administrator gets 401 here.
    Err(Error::Unauthenticated)
}

fn conflict(error: keyway_store::Error, external_id: &str) -> Error {
    match error {
        keyway_store::Error::Conflict => {
            Error::Conflict(format!("An account with externalId '{external_id}' already exists"))
        }
        other => other.into(),
    }
}

/// The error for an account that is not there for this caller; the text is the platform's own.
pub fn unknown(id: &str) -> Error {
    Error::NotFound(format!("No account found with ID {id}"))
}
