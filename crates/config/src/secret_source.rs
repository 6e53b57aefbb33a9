//! Where the master key comes from.

use std::path::PathBuf;

use keyway_model::Secret;

use crate::Settings;

/// Where the master key is kept.
#[derive(Clone, Debug)]
pub enum MasterKeySource {
    /// In the environment, as `KEYWAY_MASTER_KEY`.
    Environment,
    /// In a file that the operator named; it must exist.
    File(PathBuf),
    /// In `master.key` of the data folder, made by the first start.
    DataFolder(PathBuf),
}

impl MasterKeySource {
    /// Finds the source: a named file, else the environment, else the data folder.
    pub fn of(settings: &Settings) -> Self {
        if !settings.master_key_file.as_os_str().is_empty() {
            Self::File(settings.master_key_file.clone())
        } else if environment_master_key().is_some() {
            Self::Environment
        } else {
            Self::DataFolder(settings.data.join("master.key"))
        }
    }
}

/// The master key of the environment.
#[expect(clippy::disallowed_methods, reason = "the config crate reads the environment")]
pub fn environment_master_key() -> Option<Secret> {
    std::env::var("KEYWAY_MASTER_KEY").ok().map(Secret::new)
}
