//! Making an instance: check, verify with the provider, seal, one transaction. A failure anywhere leaves nothing behind.

use keyway_auth::engine::Tokens;
use keyway_connector::{Connector, Method};
use keyway_model::{Caller, Configuration, Problems, Secret, Standing, Timestamp, plain_text};
use keyway_store::{NewGrant, NewInstance, SealedInstance, StoredToken};
use keyway_vault::Context;

use super::authenticate::{Authenticated, Brought, authenticate, is_callers};
use super::configuration::{self, ConfigurationInput, method_of};
use super::{InstanceDetail, TOKEN_FIELD, detail, seal_values};
use crate::access::INSTANCE_TOKEN;
use crate::catalogue::Listed;
use crate::credentials::{Held, Sealed, keep_alive_at, seal_grant};
use crate::{App, Error, Result};

/// Longest name or tag, in characters.
const MAX_TEXT: usize = 255;
/// Most tags of an instance.
const MAX_TAGS: usize = 100;

/// An instance to be made.
#[derive(Clone, Debug, Default)]
pub struct NewInstanceInput {
    /// Its name; the connector's where absent.
    pub name: Option<String>,
    /// Key or number of its connector.
    pub connector: String,
    /// What the form asks for.
    pub configuration: ConfigurationInput,
    /// Labels.
    pub tags: Vec<String>,
    /// What was brought from the provider.
    pub brought: Brought,
}

/// Makes an instance once the provider has taken its credential.
pub async fn create(app: &App, caller: &Caller, new: NewInstanceInput) -> Result<InstanceDetail> {
    let listed = app.catalogue.find(&new.connector)?;
    let Listed { connector, version, .. } = &listed;
    let given = new.configuration.into_iter().filter(|(_, value)| !configuration::is_mask(value.as_ref()));
    let given = given.filter(|(key, _)| is_callers(&listed, key)).collect();
    let merged = configuration::merge(connector, &Configuration::new(), given);
    let complete = configuration::with_defaults(connector, merged);
    configuration::check(connector, &complete)?;
    let name = checked_name(new.name, connector)?;
    let tags = checked_tags(new.tags)?;
    let proven = authenticate(app, caller, &listed, complete, &new.brought, None).await?;
    let made = keep(app, caller, &listed, &proven, (&name, &tags, *version)).await;
    let kept = match made {
        Ok(kept) => kept,
        Err(error) => {
            proven.lost(app, &listed, &error, false).await;
            return Err(error);
        }
    };
    app.fault("exchange.finished");
    detail(app, kept).await
}

/// Writes the instance with its tokens in one transaction.
async fn keep(
    app: &App,
    caller: &Caller,
    listed: &Listed,
    proven: &Authenticated,
    (name, tags, version): (&str, &[String], i64),
) -> Result<SealedInstance> {
    let organization = caller.organization();
    let uuid = app.entropy.uuid();
    let token = app.entropy.base64_token();
    let place = Context { organization: Some(organization), record: uuid, field: TOKEN_FIELD };
    let token = StoredToken { sealed: app.keyring.seal(place, &token).await?, hash: hash(app, &token) };
    let values = seal_values(app, organization, uuid, &proven.configuration).await?;
    let grant = match &proven.held.tokens {
        Some(_) => Some(seal_grant(app, organization, uuid, &proven.held).await?),
        None => None,
    };
    let now = app.clock.now();
    let row = NewInstance {
        uuid,
        organization,
        account: caller.user.account,
        user: caller.user.id,
        connector: &listed.connector.key,
        connector_version: version,
        name,
        tags,
        standing: Standing::Ready,
        verified: proven.verified,
        token: &token,
        values: &values,
        created_at: now,
    };
    let mut tx = app.store.write().await?;
    let id = tx.insert_instance(&row).await?;
    if let Some(sealed) = &grant {
        let method = method_of(&listed.connector, &proven.configuration)?;
        tx.insert_grant(id, &new_grant(sealed, &proven.held, method, now, uuid), now).await?;
    }
    let kept = tx.instance(organization, id).await?.ok_or_else(|| Error::internal("a new instance is not there"))?;
    proven.kept(&mut tx, id, "the instance was made", now).await?;
    tx.commit().await?;
    Ok(kept)
}

/// Tokens as a row.
pub(crate) fn new_grant<'a>(
    sealed: &'a Sealed,
    held: &Held,
    method: &Method,
    now: Timestamp,
    uuid: uuid::Uuid,
) -> NewGrant<'a> {
    let tokens = held.tokens.as_ref();
    NewGrant {
        sealed: &sealed.tokens,
        subject: sealed.subject.as_deref(),
        registration: held.registration,
        renew_at: tokens.and_then(|tokens| keep_alive_at(method, tokens, now, uuid)),
        expires_at: tokens.and_then(Tokens::expires_at),
        refresh_expires_at: tokens.and_then(Tokens::refresh_expires_at),
    }
}

fn hash(app: &App, token: &Secret) -> Vec<u8> {
    app.keyring.lookup().hash(INSTANCE_TOKEN, token.expose()).to_vec()
}

/// A name without markup; the connector's own where nothing is left.
pub(crate) fn checked_name(name: Option<String>, connector: &Connector) -> Result<String, Problems> {
    let name = name.map(|name| plain_text(&name)).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| connector.name.clone());
    if name.chars().count() > MAX_TEXT {
        return Err(Problems::one("name", format!("must have {MAX_TEXT} characters at most")));
    }
    Ok(name)
}

/// Tags without markup and without empty ones.
pub(crate) fn checked_tags(tags: Vec<String>) -> Result<Vec<String>, Problems> {
    let tags: Vec<String> = tags.into_iter().map(|tag| plain_text(&tag)).filter(|tag| !tag.is_empty()).collect();
    if tags.len() > MAX_TAGS || tags.iter().any(|tag| tag.chars().count() > MAX_TEXT) {
        return Err(Problems::one("tags", format!("must be {MAX_TAGS} at most, of {MAX_TEXT} characters at most")));
    }
    Ok(tags)
}
