//! The vault over the store: which data key seals what, and the master key's life.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use keyway_config::MasterKeySource;
use keyway_model::{Clock, Entropy, OrganizationId, Secret};
use keyway_store::{Store, StoredDataKey, Tx, VaultState};
use keyway_vault::{Context, DataKey, LookupKey, MasterKey, key_id_of};
use thiserror::Error;
use uuid::Uuid;

use crate::master_file::{folder_of, load_master, move_next, next_file, remove_if_there, source_name, write_key};

/// Why the vault cannot be opened. Every message is one line that says what to do.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The store is sealed, the key is not there.
    #[error(
        "the master key {0} is missing, but the store is sealed with one; put the key back, without it nothing opens"
    )]
    Missing(String),
    /// The operator named a file for the key of a new store, and it is not there.
    #[error(
        "the master key {0} is missing; put 32 random bytes in standard base64 there, as openssl rand -base64 32 makes them"
    )]
    NotMade(String),
    /// The key cannot be read.
    #[error("the master key {0} cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// The text is no key.
    #[error("the master key {0} is malformed: a master key is 32 bytes in standard base64 (44 characters)")]
    Malformed(String),
    /// A key of another store.
    #[error("the master key {0} is not the one that this store is sealed with; put the right key in its place")]
    Wrong(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] keyway_store::Error),
}

/// Why the master key was not rotated.
#[derive(Debug, Error)]
pub enum RotateError {
    /// A running server could not learn the new key.
    #[error(
        "the master key comes from the environment; name a file with KEYWAY_MASTER_KEY_FILE to rotate it while the server runs"
    )]
    Environment,
    /// The file cannot be written.
    #[error("the new master key cannot be written to {}: {source}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Another rotation was faster.
    #[error("the master key was rotated by somebody else at the same time; nothing was changed")]
    Raced,
    /// A data key does not open.
    #[error("data key {0} does not open under the present master key; run keyway doctor")]
    Sealed(Uuid),
    /// The vault cannot be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<keyway_store::Error> for RotateError {
    fn from(error: keyway_store::Error) -> Self {
        Self::Vault(VaultError::Store(error))
    }
}

/// What a rotation did.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// The new master key's fingerprint.
    pub master_key_id: Uuid,
    /// Data keys that were wrapped anew.
    pub data_keys: usize,
}

/// Seals and opens values with the keys that the store keeps wrapped.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    store: Store,
    entropy: Entropy,
    clock: Arc<dyn Clock>,
    source: MasterKeySource,
    master: RwLock<MasterKey>,
    keys: RwLock<Keys>,
    lookup: LookupKey,
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<Uuid, DataKey>,
    current: HashMap<Option<OrganizationId>, Uuid>,
}

impl Keyring {
    /// Opens the vault of a store that has one.
    pub(crate) async fn open(
        store: Store,
        source: MasterKeySource,
        entropy: Entropy,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, VaultError> {
        let (mut state, mut server_key) = sealed_with(&store).await?;
        let master = loop {
            match load_master(&source, Some(state)) {
                Err(VaultError::Wrong(name)) => {
                    // Another process may have rotated the key between the look at the store and that at the file.
                    let before = state.master_key_id;
                    (state, server_key) = sealed_with(&store).await?;
                    if state.master_key_id == before {
                        return Err(VaultError::Wrong(name));
                    }
                }
                loaded => break loaded?,
            }
        };
        let name = source_name(&source);
        let key = master.unwrap(server_key.id, None, &server_key.wrapped).map_err(|_| VaultError::Wrong(name))?;
        let lookup = LookupKey::derive(&key);
        let inner =
            Inner { store, entropy, clock, source, master: RwLock::new(master), keys: RwLock::default(), lookup };
        Ok(Self(Arc::new(inner)))
    }

    /// The key of all token hashes.
    pub fn lookup(&self) -> &LookupKey {
        &self.0.lookup
    }

    /// Seals a value for its place. What belongs to no organization is sealed with the server's own key.
    pub async fn seal(&self, context: Context<'_>, clear: &Secret) -> crate::Result<Vec<u8>> {
        let key = self.current(context.organization).await?;
        Ok(key.seal(&context, clear, &self.0.entropy))
    }

    /// Opens a value in its place.
    pub async fn open_value(&self, context: Context<'_>, sealed: &[u8]) -> crate::Result<Secret> {
        let id = key_id_of(sealed).map_err(crate::Error::internal)?;
        let key = self.by_id(id).await?;
        key.open(&context, sealed).map_err(crate::Error::internal)
    }

    /// Makes a new data key for an organization; what is sealed from here on is sealed with it.
    pub(crate) async fn renew_data_key(&self, organization: OrganizationId) -> crate::Result<()> {
        let mut tx = self.0.store.write().await?;
        let master = self.master();
        // Locks the state, so that a rotation of the master key at the same time waits and then sees this key.
        if !tx.replace_master_key(master.id(), master.id()).await? {
            return Err(crate::Error::Unavailable("the master key is being rotated; try again".to_owned()));
        }
        let key = insert_data_key(&mut tx, &master, Some(organization), &self.0.entropy, self.0.clock.as_ref()).await?;
        tx.commit().await?;
        let mut keys = self.0.keys.write().expect("no holder of this lock panics");
        keys.current.insert(Some(organization), key.id());
        keys.by_id.insert(key.id(), key);
        Ok(())
    }

    async fn current(&self, organization: Option<OrganizationId>) -> crate::Result<DataKey> {
        {
            let keys = self.0.keys.read().expect("no holder of this lock panics");
            if let Some(key) = keys.current.get(&organization).and_then(|id| keys.by_id.get(id)) {
                return Ok(key.clone());
            }
        }
        let stored = self.0.store.read().await?.current_data_key(organization).await?;
        let stored = stored.ok_or_else(|| crate::Error::internal("the owner has no data key"))?;
        let key = self.unwrap(&stored)?;
        let mut keys = self.0.keys.write().expect("no holder of this lock panics");
        keys.current.insert(organization, stored.id);
        keys.by_id.insert(stored.id, key.clone());
        Ok(key)
    }

    async fn by_id(&self, id: Uuid) -> crate::Result<DataKey> {
        if let Some(key) = self.0.keys.read().expect("no holder of this lock panics").by_id.get(&id) {
            return Ok(key.clone());
        }
        let stored = self.0.store.read().await?.data_key(id).await?;
        let stored = stored.ok_or_else(|| crate::Error::internal(format!("data key {id} is missing")))?;
        let key = self.unwrap(&stored)?;
        self.0.keys.write().expect("no holder of this lock panics").by_id.insert(id, key.clone());
        Ok(key)
    }

    /// Unwraps a data key; one that another master key wrapped means that ours was rotated by another process.
    fn unwrap(&self, stored: &StoredDataKey) -> crate::Result<DataKey> {
        if stored.master_key_id != self.master().id() {
            let state = VaultState { master_key_id: stored.master_key_id, server_id: Uuid::nil() };
            let fresh = load_master(&self.0.source, Some(state)).map_err(crate::Error::internal)?;
            *self.0.master.write().expect("no holder of this lock panics") = fresh;
        }
        self.master().unwrap(stored.id, stored.organization, &stored.wrapped).map_err(crate::Error::internal)
    }

    fn master(&self) -> MasterKey {
        self.0.master.read().expect("no holder of this lock panics").clone()
    }

    /// Makes a new master key and wraps every data key with it. A crash at any point leaves a store that opens.
    pub async fn rotate(&self) -> Result<Rotation, RotateError> {
        let file = match &self.0.source {
            MasterKeySource::Environment => return Err(RotateError::Environment),
            MasterKeySource::File(file) | MasterKeySource::DataFolder(file) => file.clone(),
        };
        let old = self.master();
        let (new, text) = MasterKey::generate(&self.0.entropy);
        // Held until the new key is in its place: nobody else may write or move the file beside it until then.
        let _alone = folder_of(&file)
            .and_then(|folder| folder.lock().map(|()| folder))
            .map_err(|source| RotateError::Write { file: file.clone(), source })?;
        let data_keys = self.rewrap_all(&old, &new, &next_file(&file), &text).await?;
        move_next(&file, &new).map_err(|source| RotateError::Write { file, source })?;
        *self.0.master.write().expect("no holder of this lock panics") = new.clone();
        Ok(Rotation { master_key_id: new.id(), data_keys })
    }

    async fn rewrap_all(
        &self,
        old: &MasterKey,
        new: &MasterKey,
        next: &Path,
        text: &Secret,
    ) -> Result<usize, RotateError> {
        let mut tx = self.0.store.write().await?;
        if !tx.replace_master_key(old.id(), new.id()).await? {
            return Err(RotateError::Raced);
        }
        // The store is sealed with the old key, so a key that an interrupted rotation left here was never taken.
        remove_if_there(next)
            .and_then(|()| write_key(next, text))
            .map_err(|source| RotateError::Write { file: next.to_owned(), source })?;
        let keys = tx.data_keys().await?;
        for stored in &keys {
            let key = old
                .unwrap(stored.id, stored.organization, &stored.wrapped)
                .map_err(|_| RotateError::Sealed(stored.id))?;
            let wrapped = new.wrap(&key, stored.organization, &self.0.entropy);
            tx.rewrap_data_key(stored.id, new.id(), &wrapped).await?;
        }
        tx.commit().await?;
        Ok(keys.len())
    }

    /// The fingerprint of the master key in force.
    pub fn master_key_id(&self) -> Uuid {
        self.master().id()
    }

    /// Proves that a data key opens, with the master key that is in force by now.
    pub(crate) fn check_data_key(&self, stored: &StoredDataKey) -> crate::Result<()> {
        self.unwrap(stored).map(drop)
    }
}

/// What the store is sealed with: the master key's fingerprint, and the server's own data key.
async fn sealed_with(store: &Store) -> Result<(VaultState, StoredDataKey), VaultError> {
    let mut tx = store.read().await?;
    match (tx.vault_state().await?, tx.current_data_key(None).await?) {
        (Some(state), Some(server_key)) => Ok((state, server_key)),
        _ => Err(VaultError::Store(keyway_store::Error::Unavailable("the store has no vault yet".to_owned()))),
    }
}

/// Makes the first master key where there is none, and the server's own data key, in the first start's transaction.
pub(crate) async fn initialise(
    tx: &mut Tx,
    source: &MasterKeySource,
    entropy: &Entropy,
    clock: &dyn Clock,
) -> Result<(), VaultError> {
    if let MasterKeySource::DataFolder(file) = source {
        let (_, text) = MasterKey::generate(entropy);
        match write_key(file, &text) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(VaultError::Unreadable(source_name(source), error)),
        }
    }
    let master = load_master(source, None).map_err(|error| match error {
        VaultError::Missing(name) => VaultError::NotMade(name),
        other => other,
    })?;
    tx.insert_vault_state(VaultState { master_key_id: master.id(), server_id: entropy.uuid() }).await?;
    insert_data_key(tx, &master, None, entropy, clock).await?;
    Ok(())
}

/// Makes an organization's data key in the first start's transaction, before there is a keyring.
pub(crate) async fn first_data_key(
    tx: &mut Tx,
    source: &MasterKeySource,
    organization: OrganizationId,
    entropy: &Entropy,
    clock: &dyn Clock,
) -> Result<(DataKey, LookupKey), VaultError> {
    let master = load_master(source, None)?;
    let server = tx.current_data_key(None).await?.ok_or_else(|| VaultError::Missing(source_name(source)))?;
    let server = master.unwrap(server.id, None, &server.wrapped).map_err(|_| VaultError::Wrong(source_name(source)))?;
    let key = insert_data_key(tx, &master, Some(organization), entropy, clock).await?;
    Ok((key, LookupKey::derive(&server)))
}

async fn insert_data_key(
    tx: &mut Tx,
    master: &MasterKey,
    organization: Option<OrganizationId>,
    entropy: &Entropy,
    clock: &dyn Clock,
) -> Result<DataKey, keyway_store::Error> {
    let key = DataKey::generate(entropy);
    let wrapped = master.wrap(&key, organization, entropy);
    let stored = StoredDataKey { id: key.id(), organization, current: true, master_key_id: master.id(), wrapped };
    tx.insert_data_key(&stored, clock.now()).await?;
    Ok(key)
}
