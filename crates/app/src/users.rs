//! Users of the caller's organization.

use std::collections::BTreeMap;

use keyway_model::ceql::{Expression, Literal, Operator};
use keyway_model::{AccountId, Caller, Page, PageSize, Problems, Secret, User, UserId, Visibility, plain_text};
use keyway_store::{NewUser, Selection, user_fields};
use keyway_vault::Context;

use crate::access::USER_SECRET;
use crate::paging::Paging;
use crate::passwords::Passwords;
use crate::{App, Error, Result, accounts, filter, instances};

/// A user to be made; every member but the last two is required.
#[derive(Clone, Debug, Default)]
pub struct NewUserInput {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Sign-in name.
    pub email: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// The caller's own id for it.
    pub external_id: Option<String>,
    /// Postal address and telephone number, by wire name.
    pub profile: BTreeMap<String, String>,
}

/// What may be changed of a user.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    /// A new given name.
    pub first_name: Option<String>,
    /// A new family name.
    pub last_name: Option<String>,
    /// A new sign-in name.
    pub email: Option<String>,
    /// A new external id.
    pub external_id: Option<String>,
    /// Switch on or off.
    pub active: Option<bool>,
    /// Members of the profile to set.
    pub profile: BTreeMap<String, String>,
}

/// The users that the caller may see and for which `wanted` holds, of one account where given. [`Error::Invalid`]
/// names unknown fields of `wanted`.
pub async fn list(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
    with_inactive: bool,
    wanted: Option<&Expression>,
    paging: Paging,
) -> Result<Page<User>> {
    filter::check(wanted, user_fields())?;
    let account = match account {
        Some(id) => Some(accounts::show(app, caller, id).await?.id),
        None => (!matches!(caller.visibility(), Visibility::Organization(_))).then_some(caller.user.account),
    };
    if !caller.administers(account.unwrap_or(caller.user.account)) && !sees_organization(caller) {
        return oneself(app, caller, wanted).await;
    }
    let selection = Selection { account, with_inactive, filter: wanted };
    let mut tx = app.store.read().await?;
    Ok(tx.users(caller.organization(), &selection, paging.after, paging.size).await?)
}

/// The list of a default user, who sees nobody but itself.
async fn oneself(app: &App, caller: &Caller, wanted: Option<&Expression>) -> Result<Page<User>> {
    let Some(wanted) = wanted else {
        return Ok(Page { items: vec![caller.user.clone()], has_more: false });
    };
    let own = Expression::Compare {
        field: "id".to_owned(),
        operator: Operator::Equal,
        value: Literal::Number(caller.user.id.to_string()),
    };
    let both = Expression::And(vec![own, wanted.clone()]);
    let selection = Selection { account: Some(caller.user.account), with_inactive: false, filter: Some(&both) };
    let mut tx = app.store.read().await?;
    Ok(tx.users(caller.organization(), &selection, 0, PageSize::default()).await?)
}

/// One user, by number or email.
pub async fn show(app: &App, caller: &Caller, id_or_email: &str) -> Result<User> {
    let mut tx = app.store.read().await?;
    let found = match id_or_email.parse() {
        Ok(id) => tx.user(caller.organization(), UserId(id)).await?,
        Err(_) => tx.user_by_email(&id_or_email.to_lowercase()).await?,
    };
    let user = found.map(|stored| stored.user).filter(|user| may_see(caller, user));
    user.ok_or_else(|| unknown(id_or_email))
}

/// A user's secret, for somebody who shows that user's password.
pub async fn secret(
    app: &App,
    caller: &Caller,
    user: &User,
    password: &Secret,
    address: Option<std::net::IpAddr>,
) -> Result<Secret> {
    app.throttle.try_once(address, &user.email)?;
    let stored = app.store.read().await?.user(caller.organization(), user.id).await?.ok_or(Error::Unauthenticated)?;
    if !app.passwords.verify(password, stored.password_hash.clone()).await? {
        return Err(Error::Unauthenticated);
    }
    app.keyring.open_value(place(user, stored.uuid), &stored.secret_sealed).await
}

/// Makes a user in an account.
pub async fn create(app: &App, caller: &Caller, account: AccountId, new: NewUserInput) -> Result<User> {
    let account = accounts::show(app, caller, account).await?;
    if !caller.administers(account.id) {
        return Err(Error::Unauthenticated);
    }
    let complete = complete(new)?;
    let hash = app.passwords.hash(&complete.password).await?;
    let secret = app.entropy.base64_token();
    let uuid = app.entropy.uuid();
    let context = Context { organization: Some(account.organization), record: uuid, field: "secret" };
    let new = NewUser {
        uuid,
        organization: account.organization,
        account: account.id,
        email: &complete.email,
        first_name: &complete.first_name,
        last_name: &complete.last_name,
        external_id: complete.external_id.as_deref(),
        profile: &complete.profile,
        password_hash: Some(&hash),
        secret_sealed: &app.keyring.seal(context, &secret).await?,
        secret_hash: &app.keyring.lookup().hash(USER_SECRET, secret.expose()),
        created_at: app.clock.now(),
    };
    let mut tx = app.store.write().await?;
    let id = tx.insert_user(&new).await.map_err(|error| conflict(error, &complete.email))?;
    let stored = tx.user(account.organization, id).await?.ok_or(Error::Unauthenticated)?;
    tx.commit().await?;
    Ok(stored.user)
}

/// Changes a user: oneself, or one of an account that the caller administers.
pub async fn update(app: &App, caller: &Caller, id: UserId, patch: UserPatch) -> Result<User> {
    let mut user = show(app, caller, &id.to_string()).await?;
    let own = user.id == caller.user.id;
    let outranked = user.highest_role() > caller.user.highest_role();
    if !own && (!caller.administers(user.account) || outranked) {
        return Err(Error::Forbidden(format!("user {id} is not yours to change")));
    }
    if own && patch.active == Some(false) {
        return Err(Error::Forbidden("nobody deactivates themselves".to_owned()));
    }
    user.first_name = patch.first_name.map_or(user.first_name, |text| plain_text(&text));
    user.last_name = patch.last_name.map_or(user.last_name, |text| plain_text(&text));
    if let Some(email) = patch.email {
        user.email = checked_email(&email).ok_or_else(|| Error::invalid("email", "is not an email address"))?;
    }
    user.external_id = patch.external_id.or(user.external_id);
    user.active = patch.active.unwrap_or(user.active);
    user.profile.extend(patch.profile.into_iter().map(|(name, text)| (name, plain_text(&text))));
    let mut tx = app.store.write().await?;
    tx.update_user(&user).await.map_err(|error| conflict(error, &user.email))?;
    tx.commit().await?;
    app.cache.forget_callers();
    Ok(user)
}

/// Deactivates a user; `permanent` also deletes its instances and gives its email free.
pub async fn remove(app: &App, caller: &Caller, id: UserId, permanent: bool) -> Result<()> {
    let off = UserPatch { active: Some(false), ..UserPatch::default() };
    let mut user = update(app, caller, id, off).await?;
    if !permanent {
        return Ok(());
    }
    instances::remove_all(app, Visibility::User(user.organization, user.id)).await?;
    user.email = format!("deleted-{}@invalid", user.id);
    let mut tx = app.store.write().await?;
    tx.update_user(&user).await?;
    tx.commit().await?;
    Ok(())
}

struct Complete {
    first_name: String,
    last_name: String,
    email: String,
    password: Secret,
    external_id: Option<String>,
    profile: BTreeMap<String, String>,
}

/// Names every missing member at once.
fn complete(new: NewUserInput) -> Result<Complete, Problems> {
    let mut problems = Problems::default();
    let mut text = |field: &str, value: Option<String>| {
        let value = value.map(|text| plain_text(&text)).filter(|text| !text.is_empty());
        if value.is_none() {
            problems.add(field, "is required");
        }
        value.unwrap_or_default()
    };
    let first_name = text("firstName", new.first_name);
    let last_name = text("lastName", new.last_name);
    let email = text("email", new.email);
    let email = match checked_email(&email) {
        Some(email) => email,
        None if email.is_empty() => email,
        None => {
            problems.add("email", "is not an email address");
            email
        }
    };
    match &new.password {
        None => problems.add("password", "is required"),
        Some(password) => problems.0.extend(Passwords::check(password).err().unwrap_or_default().0),
    }
    problems.into_result()?;
    let password = new.password.unwrap_or_else(|| Secret::from(""));
    let profile = new.profile.into_iter().map(|(name, text)| (name, plain_text(&text))).collect();
    Ok(Complete { first_name, last_name, email, password, external_id: new.external_id, profile })
}

/// Lower case, one `@` with something on both sides, no white space. Mail itself decides the rest.
fn checked_email(text: &str) -> Option<String> {
    let (name, host) = text.split_once('@')?;
    let plain = !name.is_empty()
        && !host.is_empty()
        && !host.contains('@')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    (plain && text.len() <= 254).then(|| text.to_lowercase())
}

fn sees_organization(caller: &Caller) -> bool {
    matches!(caller.visibility(), Visibility::Organization(_))
}

fn may_see(caller: &Caller, user: &User) -> bool {
    let same = user.organization == caller.organization();
    same && (user.id == caller.user.id || sees_organization(caller) || caller.administers(user.account))
}

fn place(user: &User, record: uuid::Uuid) -> Context<'static> {
    Context { organization: Some(user.organization), record, field: "secret" }
}

fn conflict(error: keyway_store::Error, email: &str) -> Error {
    match error {
        keyway_store::Error::Conflict => Error::Conflict(format!("A user with email '{email}' already exists")),
        other => other.into(),
    }
}

/// The error for a user who is not there for this caller.
pub fn unknown(id: &str) -> Error {
    Error::NotFound(format!("No user found with ID {id}"))
}
