//! The catalogue: compiled connectors, the numbers that the store gives them, and the versions of their definitions.
//!
//! An instance works by the version of its definition that it was made with, whatever becomes of the file. Added folders
//! are read again when they change; a folder with a mistake changes nothing until it is mended.

mod watch;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use keyway_config::Settings;
use keyway_model::{ConnectorId, ConnectorKey, Instance, Timestamp};
use keyway_store::Store;

pub use keyway_connector::{AUTHENTICATION_TYPE, BodyForm, Connector, Field, FieldKind, Method};

use crate::{App, Error, Result, Start};

pub(crate) use watch::watch;

/// Connectors with their numbers and versions.
#[derive(Debug)]
pub struct Catalogue {
    present: RwLock<Arc<Present>>,
    /// Older versions that instances work by, compiled when first needed; `Err` says why one cannot be read any more.
    kept: Mutex<BTreeMap<(ConnectorKey, i64), Older>>,
}

type Older = std::result::Result<Arc<Connector>, String>;

/// What the definitions say now.
#[derive(Debug, Default)]
struct Present {
    connectors: keyway_connector::Catalogue,
    ids: BTreeMap<ConnectorKey, ConnectorId>,
    versions: BTreeMap<ConnectorKey, i64>,
}

/// A connector, its number and which version of its definition this is.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number.
    pub id: ConnectorId,
    /// The version of the definition, from 1.
    pub version: i64,
    /// The connector.
    pub connector: Arc<Connector>,
}

impl Catalogue {
    /// Compiles shipped and added definitions, numbers the new ones and keeps their versions.
    pub(crate) async fn load(settings: &Settings, store: &Store, now: Timestamp) -> Result<Self, Start> {
        let present = Present::load(settings, store, now).await?;
        Ok(Self { present: RwLock::new(Arc::new(present)), kept: Mutex::default() })
    }

    /// Reads all definitions again. Where one of them is wrong, nothing changes.
    pub(crate) async fn reload(&self, settings: &Settings, store: &Store, now: Timestamp) -> Result<(), Start> {
        let present = Present::load(settings, store, now).await?;
        *self.present.write().expect("no holder of this lock panics") = Arc::new(present);
        Ok(())
    }

    fn present(&self) -> Arc<Present> {
        Arc::clone(&self.present.read().expect("no holder of this lock panics"))
    }

    /// Every connector, ordered by key.
    pub fn all(&self) -> impl Iterator<Item = Listed> + use<> {
        let present = self.present();
        let listed: Vec<Listed> = present.connectors.iter().filter_map(|connector| present.listed(connector)).collect();
        listed.into_iter()
    }

    /// The connector with a key, as it is defined now.
    pub fn by_key(&self, key: &ConnectorKey) -> Option<Listed> {
        let present = self.present();
        present.connectors.get(key).and_then(|connector| present.listed(connector))
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

    /// A connector as one version of its definition says, whether or not the definition is still installed.
    pub async fn version(&self, store: &Store, key: &ConnectorKey, version: i64) -> Result<Option<Listed>> {
        if let Some(listed) = self.by_key(key).filter(|listed| listed.version == version) {
            return Ok(Some(listed));
        }
        let Some(older) = self.older(store, key, version).await? else { return Ok(None) };
        let connector = older.map_err(|reason| {
            Error::Refused(format!(
                "version {version} of '{key}' cannot be read by this version of the program: {reason}"
            ))
        })?;
        let id = match self.present().ids.get(key) {
            Some(id) => Some(*id),
            // Another node has numbered it since.
            None => store.read().await?.connector_ids().await?.get(key).copied(),
        };
        Ok(id.map(|id| Listed { id, version, connector }))
    }

    /// The connector that an instance works by. A version that this program cannot read any more must not take its
    /// instances with it: they work by the installed definition then, and the log says so.
    pub(crate) async fn of_instance(&self, store: &Store, instance: &Instance) -> Result<Option<Listed>> {
        let (key, version) = (&instance.connector, instance.connector_version);
        match (self.version(store, key, version).await, self.by_key(key)) {
            (Err(Error::Refused(reason)), Some(installed)) => {
                tracing::warn!(instance.id = %instance.id, installed.version, "{reason}; the installed one is used");
                Ok(Some(installed))
            }
            (found, _) => found,
        }
    }

    async fn older(&self, store: &Store, key: &ConnectorKey, version: i64) -> Result<Option<Older>> {
        let place = (key.clone(), version);
        if let Some(known) = self.kept.lock().expect("no holder of this lock panics").get(&place) {
            return Ok(Some(known.clone()));
        }
        let Some(text) = store.read().await?.connector_definition(key, version).await? else { return Ok(None) };
        let file = format!("{key} version {version}");
        let compiled = Connector::compile(Path::new(&file), &text).map(Arc::new).map_err(|error| error.to_string());
        self.kept.lock().expect("no holder of this lock panics").insert(place, compiled.clone());
        Ok(Some(compiled))
    }
}

/// Every version of a connector's definition, oldest first, and when it was first used.
pub async fn versions(app: &App, listed: &Listed) -> Result<Vec<(i64, Timestamp)>> {
    Ok(app.store.read().await?.connector_versions(&listed.connector.key).await?)
}

impl Present {
    async fn load(settings: &Settings, store: &Store, now: Timestamp) -> Result<Self, Start> {
        let mut connectors = keyway_connector::embedded()?;
        for folder in &settings.connectors {
            connectors.add_folder(folder)?;
        }
        let mut tx = store.write().await?;
        let known = tx.connector_ids().await?;
        let mut versions = BTreeMap::new();
        for connector in connectors.iter() {
            // An insert that finds its row there would use up a number all the same.
            if !known.contains_key(&connector.key) {
                tx.insert_connector(&connector.key, now).await?;
            }
            let hash = keyway_vault::digest(connector.text.as_bytes());
            let version = tx.connector_version(&connector.key, &hash, &connector.text, now).await?;
            versions.insert(connector.key.clone(), version);
        }
        let ids = tx.connector_ids().await?;
        tx.commit().await?;
        Ok(Self { connectors, ids, versions })
    }

    fn listed(&self, connector: &Arc<Connector>) -> Option<Listed> {
        let (id, version) = (*self.ids.get(&connector.key)?, *self.versions.get(&connector.key)?);
        Some(Listed { id, version, connector: Arc::clone(connector) })
    }
}
