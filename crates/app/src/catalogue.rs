//! The catalogue: compiled connectors and the numbers that the store gives them.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyway_config::Settings;
use keyway_model::{ConnectorId, ConnectorKey, Timestamp};
use keyway_store::Store;

pub use keyway_connector::{AUTHENTICATION_TYPE, Authentication, Connector, Field, FieldKind, Method};

use crate::{Error, Result, Start};

/// Connectors with their numbers.
#[derive(Debug)]
pub struct Catalogue {
    connectors: keyway_connector::Catalogue,
    ids: BTreeMap<ConnectorKey, ConnectorId>,
}

/// A connector and its number.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number.
    pub id: ConnectorId,
    /// The connector.
    pub connector: Arc<Connector>,
}

impl Catalogue {
    /// Compiles shipped and added definitions and numbers the new ones.
    pub(crate) async fn load(settings: &Settings, store: &Store, now: Timestamp) -> std::result::Result<Self, Start> {
        let mut connectors = keyway_connector::embedded()?;
        for folder in &settings.connectors {
            connectors.add_folder(folder)?;
        }
        let mut ids = store.read().await?.connector_ids().await?;
        if connectors.iter().any(|connector| !ids.contains_key(&connector.key)) {
            let mut tx = store.write().await?;
            for connector in connectors.iter() {
                tx.insert_connector(&connector.key, now).await?;
            }
            ids = tx.connector_ids().await?;
            tx.commit().await?;
        }
        Ok(Self { connectors, ids })
    }

    /// Every connector, ordered by key.
    pub fn all(&self) -> impl Iterator<Item = Listed> {
        self.connectors.iter().filter_map(|connector| self.listed(connector))
    }

    /// The connector with a key.
    pub fn by_key(&self, key: &ConnectorKey) -> Option<Listed> {
        self.connectors.get(key).and_then(|connector| self.listed(connector))
    }

    /// The connector that a text names by key or number.
    pub fn find(&self, key_or_id: &str) -> Result<Listed> {
        let by_key = ConnectorKey::parse(key_or_id).and_then(|key| self.by_key(&key));
        let by_id = || {
            let id: i64 = key_or_id.parse().ok()?;
            self.all().find(|listed| listed.id == ConnectorId(id))
        };
        by_key.or_else(by_id).ok_or_else(|| Error::NotFound(format!("No element found with key '{key_or_id}'")))
    }

    fn listed(&self, connector: &Arc<Connector>) -> Option<Listed> {
        let id = *self.ids.get(&connector.key)?;
        Some(Listed { id, connector: Arc::clone(connector) })
    }
}
