//! Temporary folders that go away with the value that owns them, also when this process is killed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::account::Account;
use crate::failure::{Context, Result};
use crate::watcher::Watcher;

/// Servers that are stopped at the same moment may still write: the removal is tried again for a while.
const REMOVE: &str = r#"for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1" && exit 0; sleep 1; done"#;

static NEXT: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
pub(crate) struct TemporaryFolder {
    path: PathBuf,
    _watcher: Watcher,
}

impl TemporaryFolder {
    pub(crate) fn new(purpose: &str) -> Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("keyway-{purpose}-{}-{number}", process::id()));
        fs::create_dir(&path).context(|| format!("cannot make {}", path.display()))?;
        let watcher = Watcher::start(REMOVE, &[&path.to_string_lossy()])?;
        Ok(Self { path, _watcher: watcher })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Hands the folder to the account that a server will run as, closed to others.
    pub(crate) fn give_to(&self, account: Option<&Account>) -> Result<()> {
        let describe = || format!("cannot hand over {}", self.path.display());
        fs::set_permissions(&self.path, fs::Permissions::from_mode(0o700)).context(describe)?;
        if let Some(account) = account {
            std::os::unix::fs::chown(&self.path, Some(account.uid), Some(account.gid)).context(describe)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::TemporaryFolder;

    #[test]
    fn a_dropped_folder_is_gone_with_its_files() {
        let folder = TemporaryFolder::new("test").expect("it is made");
        let path = folder.path().to_owned();
        fs::write(path.join("file"), "x").expect("it is writable");
        drop(folder);
        assert!(!path.exists());
    }
}
