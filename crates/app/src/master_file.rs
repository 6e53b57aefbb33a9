//! The master key's file: reading it, making it, and changing it so that a crash at any point leaves one that fits.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use keyway_config::{MasterKeySource, environment_master_key};
use keyway_model::Secret;
use keyway_store::VaultState;
use keyway_vault::MasterKey;

use crate::VaultError;

/// Loads the master key that the store expects. A key that an interrupted rotation left beside the file is taken, and
/// put in its place, when the store was already sealed with it.
pub(crate) fn load_master(source: &MasterKeySource, state: Option<VaultState>) -> Result<MasterKey, VaultError> {
    let fits = |key: &MasterKey| state.is_none_or(|state| state.master_key_id == key.id());
    let wrong = || VaultError::Wrong(source_name(source));
    match source {
        MasterKeySource::Environment => {
            let text = environment_master_key().ok_or_else(|| VaultError::Missing(source_name(source)))?;
            let key = MasterKey::parse(&text).map_err(|_| VaultError::Malformed(source_name(source)))?;
            if fits(&key) { Ok(key) } else { Err(wrong()) }
        }
        MasterKeySource::File(file) | MasterKeySource::DataFolder(file) => {
            if let Ok(key) = read_key(file, source)
                && fits(&key)
            {
                return Ok(key);
            }
            if let Ok(key) = read_key(&next_file(file), source)
                && state.is_some()
                && fits(&key)
            {
                take_next(file, &key).map_err(|error| VaultError::Unreadable(source_name(source), error))?;
                return Ok(key);
            }
            // A rotation that ends between the two looks has put its key where the first one was.
            read_key(file, source).and_then(|key| if fits(&key) { Ok(key) } else { Err(wrong()) })
        }
    }
}

fn read_key(file: &Path, source: &MasterKeySource) -> Result<MasterKey, VaultError> {
    let mut text = String::new();
    let read = File::open(file).and_then(|mut file| file.read_to_string(&mut text));
    let text = Secret::new(text);
    match read {
        Ok(_) => MasterKey::parse(&text).map_err(|_| VaultError::Malformed(source_name(source))),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(VaultError::Missing(source_name(source))),
        Err(error) => Err(VaultError::Unreadable(source_name(source), error)),
    }
}

/// Makes a key file, readable by its owner only: whole and on disk when it appears under its name, or not there at all.
/// An existing file is an error and stays as it is.
pub(crate) fn write_key(file: &Path, text: &Secret) -> std::io::Result<()> {
    let draft = beside(file, &format!(".{}.draft", std::process::id()));
    remove_if_there(&draft)?;
    let mut handle = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    handle.set_permissions(Permissions::from_mode(0o600))?;
    handle.write_all(text.expose().as_bytes())?;
    handle.write_all(b"\n")?;
    handle.sync_all()?;
    // Unlike a rename, a link does not replace what somebody else has put there meanwhile.
    let linked = std::fs::hard_link(&draft, file);
    remove_if_there(&draft)?;
    linked?;
    folder_of(file)?.sync_all()
}

/// Removes a file that may not be there.
pub(crate) fn remove_if_there(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The folder of a file. Who holds its lock may write and move the key that waits beside the file.
pub(crate) fn folder_of(file: &Path) -> std::io::Result<File> {
    File::open(file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")))
}

/// Puts the waiting key in its place, unless the rotation that made it still runs and is about to.
fn take_next(file: &Path, key: &MasterKey) -> std::io::Result<()> {
    let folder = folder_of(file)?;
    match folder.try_lock() {
        Ok(()) => move_next(file, key),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Puts the key that waits beside the file in its place, unless somebody has done so already.
pub(crate) fn move_next(file: &Path, key: &MasterKey) -> std::io::Result<()> {
    let holds = |file: &Path| {
        let text = std::fs::read_to_string(file).map(Secret::new).ok()?;
        MasterKey::parse(&text).ok().filter(|found| found.id() == key.id())
    };
    if holds(file).is_some() {
        return Ok(());
    }
    std::fs::rename(next_file(file), file)
}

/// Where the key of a rotation waits.
pub(crate) fn next_file(file: &Path) -> PathBuf {
    beside(file, ".next")
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The source as an operator knows it.
pub(crate) fn source_name(source: &MasterKeySource) -> String {
    match source {
        MasterKeySource::Environment => "KEYWAY_MASTER_KEY".to_owned(),
        MasterKeySource::File(file) | MasterKeySource::DataFolder(file) => file.display().to_string(),
    }
}
