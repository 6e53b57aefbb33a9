//! Making an instance: check, verify with the provider, seal, one transaction. A failure anywhere leaves nothing behind.

use keyway_connector::Connector;
use keyway_model::{Caller, Configuration, Problems, Secret, Standing, plain_text};
use keyway_store::{NewInstance, StoredToken};
use keyway_vault::Context;

use super::configuration::{self, ConfigurationInput};
use super::{InstanceDetail, TOKEN_FIELD, Target, detail, seal_values};
use crate::access::INSTANCE_TOKEN;
use crate::catalogue::Listed;
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
}

/// Makes an instance once the provider has taken its credential.
pub async fn create(app: &App, caller: &Caller, new: NewInstanceInput) -> Result<InstanceDetail> {
    let Listed { connector, version, .. } = app.catalogue.find(&new.connector)?;
    let given = new.configuration.into_iter().filter(|(_, value)| !configuration::is_mask(value.as_ref())).collect();
    let merged = configuration::merge(&connector, &Configuration::new(), given);
    let complete = configuration::with_defaults(&connector, merged);
    configuration::check(&connector, &complete)?;
    let name = checked_name(new.name, &connector)?;
    let tags = checked_tags(new.tags)?;
    let target = Target::prepare(&connector, &complete)?;
    let verified = target.verify(app, &connector, &complete).await?;

    let organization = caller.organization();
    let uuid = app.entropy.uuid();
    let token = app.entropy.base64_token();
    let place = Context { organization: Some(organization), record: uuid, field: TOKEN_FIELD };
    let token = StoredToken { sealed: app.keyring.seal(place, &token).await?, hash: hash(app, &token) };
    let values = seal_values(app, organization, uuid, &complete).await?;
    let row = NewInstance {
        uuid,
        organization,
        account: caller.user.account,
        user: caller.user.id,
        connector: &connector.key,
        connector_version: version,
        name: &name,
        tags: &tags,
        standing: Standing::Ready,
        verified,
        token: &token,
        values: &values,
        created_at: app.clock.now(),
    };
    let mut tx = app.store.write().await?;
    let id = tx.insert_instance(&row).await?;
    let kept = tx.instance(organization, id).await?.ok_or_else(|| Error::internal("a new instance is not there"))?;
    tx.commit().await?;
    detail(app, kept).await
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
