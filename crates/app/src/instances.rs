//! Instances: making, showing, changing, switching and deleting them, for every dialect.

mod authenticate;
mod change;
mod configuration;
mod list;
mod provision;
mod repoint;
mod target;

use std::collections::BTreeMap;

use keyway_auth::engine::Tokens;
use keyway_model::{Caller, Configuration, Instance, InstanceId, OrganizationId, Secret, Timestamp, User};
use keyway_store::{SealedInstance, SealedValue, StoredGrant};
use keyway_vault::Context;

pub use authenticate::{Brought, brought};
pub use change::{InstancePatch, VersionChoice, patch, remove, set_enabled};
pub(crate) use change::{keep_captured, remove_all};
pub use configuration::{ConfigurationInput, MASK, Shown};
pub(crate) use configuration::{is_default, is_kept_back, is_mask, method_of, shown, with_defaults};
pub use list::{ListFilter, count, list};
pub use provision::{NewInstanceInput, create};
pub(crate) use repoint::check_overlay;
pub(crate) use target::{Target, refused};

use crate::access::TokenHolder;
use crate::catalogue::Listed;
use crate::credentials::open_grant;
use crate::{App, Error, Result};

/// Field under which an instance's token is sealed.
pub(crate) const TOKEN_FIELD: &str = "token";

/// Field under which a configuration value is sealed.
pub(crate) fn value_field(key: &str) -> String {
    format!("configuration.{key}")
}

/// An instance with everything that an answer about it shows.
#[derive(Debug)]
pub struct InstanceDetail {
    /// The instance.
    pub instance: Instance,
    /// Its token.
    pub token: Secret,
    /// Its connector.
    pub listed: Listed,
    /// What became of its tokens, where it has any.
    pub grant: Option<GrantDetail>,
    /// Its configuration; secrets are masked already.
    pub configuration: BTreeMap<String, Shown>,
    /// Its owner.
    pub owner: User,
}

/// What an answer shows of an instance's tokens: nothing of the tokens themselves.
#[derive(Clone, Debug)]
pub struct GrantDetail {
    /// When the access token ends.
    pub expires_at: Option<Timestamp>,
    /// When the token that renews it ends.
    pub refresh_expires_at: Option<Timestamp>,
    /// What was asked for.
    pub asked: String,
    /// What was granted, as the provider says it.
    pub granted: Option<String>,
    /// Scopes that calls cannot do without and that were not granted.
    pub missing: Vec<String>,
}

/// Who acts on an instance: a user, or the bearer of its token.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A user with both secrets.
    Caller(Caller),
    /// The bearer of the instance's own token, who may look at it.
    Bearer(TokenHolder),
}

/// One instance, for somebody who may look at it.
pub async fn show(app: &App, actor: &Actor, id: InstanceId) -> Result<InstanceDetail> {
    let sealed = load(app, actor, id).await?;
    detail(app, sealed).await
}

/// The sealed instance, if the actor may look at it.
pub(crate) async fn load(app: &App, actor: &Actor, id: InstanceId) -> Result<SealedInstance> {
    let organization = match actor {
        Actor::Caller(caller) => caller.organization(),
        Actor::Bearer(holder) => holder.organization,
    };
    let found = app.store.read().await?.instance(organization, id).await?;
    let visible = found.filter(|found| match actor {
        Actor::Caller(caller) => caller.may_see(&found.instance),
        Actor::Bearer(holder) => holder.instance == id,
    });
    visible.ok_or_else(|| unknown(&id.to_string()))
}

/// The sealed instance, if the caller may change it.
pub(crate) async fn load_to_change(app: &App, caller: &Caller, id: InstanceId) -> Result<SealedInstance> {
    let found = load(app, &Actor::Caller(caller.clone()), id).await?;
    if caller.may_change(&found.instance) {
        return Ok(found);
    }
    Err(Error::Forbidden(format!("instance {id} is not yours to change")))
}

/// Opens what an answer shows.
pub(crate) async fn detail(app: &App, sealed: SealedInstance) -> Result<InstanceDetail> {
    let SealedInstance { instance, token, values } = sealed;
    let listed = connector_of(app, &instance).await?;
    let place = Context { organization: Some(instance.organization), record: instance.uuid, field: TOKEN_FIELD };
    let token = app.keyring.open_value(place, &token).await?;
    let clear = open_values(app, &instance, &values).await?;
    let mut tx = app.store.read().await?;
    let owner = tx.user(instance.organization, instance.user).await?;
    let stored = tx.grant(instance.id).await?;
    drop(tx);
    let owner = owner.ok_or_else(|| Error::internal("an instance without owner"))?.user;
    let grant = match &stored {
        Some(stored) => Some(grant_detail(app, &instance, &listed.connector, &clear, stored).await?),
        None => None,
    };
    let configuration = shown(&listed.connector, clear);
    Ok(InstanceDetail { instance, token, listed, grant, configuration, owner })
}

async fn grant_detail(
    app: &App,
    instance: &Instance,
    connector: &keyway_connector::Connector,
    configuration: &Configuration,
    stored: &StoredGrant,
) -> Result<GrantDetail> {
    let held = open_grant(app, instance, configuration, Some(stored)).await?;
    let main = held.tokens.as_ref().and_then(Tokens::main);
    Ok(GrantDetail {
        expires_at: stored.expires_at,
        refresh_expires_at: stored.refresh_expires_at,
        granted: main.and_then(|set| set.scope.clone()),
        missing: method_of(connector, configuration).map(|method| held.missing_scopes(method)).unwrap_or_default(),
        asked: held.asked,
    })
}

/// The connector of an instance, as the version of its definition says that the instance was made with.
pub(crate) async fn connector_of(app: &App, instance: &Instance) -> Result<Listed> {
    let found = app.catalogue.of_instance(&app.store, instance).await?;
    found.ok_or_else(|| {
        Error::Refused(format!(
            "instance {} is of the connector '{}', whose definition is not installed",
            instance.id, instance.connector
        ))
    })
}

/// Opens an instance's configuration.
pub(crate) async fn open_values(app: &App, instance: &Instance, values: &[SealedValue]) -> Result<Configuration> {
    let mut configuration = Configuration::new();
    for value in values {
        let field = value_field(&value.field);
        let place = Context { organization: Some(instance.organization), record: instance.uuid, field: &field };
        configuration.insert(value.field.clone(), app.keyring.open_value(place, &value.sealed).await?);
    }
    Ok(configuration)
}

/// Seals configuration values for an instance.
pub(crate) async fn seal_values(
    app: &App,
    organization: OrganizationId,
    record: uuid::Uuid,
    values: &Configuration,
) -> Result<Vec<SealedValue>> {
    let mut sealed = Vec::new();
    for (key, value) in values {
        let field = value_field(key);
        let place = Context { organization: Some(organization), record, field: &field };
        sealed.push(SealedValue { field: key.clone(), sealed: app.keyring.seal(place, value).await? });
    }
    Ok(sealed)
}

/// The error for an instance that is not there for this caller.
pub fn unknown(id: &str) -> Error {
    Error::NotFound(format!("No instance found with ID {id}"))
}
