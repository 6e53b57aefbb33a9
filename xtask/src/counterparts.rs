//! The real servers and SDKs that the tests run against, installed once into `.cache/counterparts`:
//! Python ones in `venv/`, Node ones in `node/node_modules`, servers from Debian's packages.

mod debian;
mod node;
mod python;
mod stamp;

use std::fs::{self, File};
use std::path::PathBuf;

use crate::failure::{Context, Result};
use crate::workspace::Workspace;

/// Installs whatever is missing or declared differently than last time; returns the folder.
pub(crate) fn install(workspace: &Workspace) -> Result<PathBuf> {
    debian::install()?;
    let declared = workspace.path("counterparts");
    let folder = workspace.cache().join("counterparts");
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    // Two commands at once: the second waits, then finds everything there.
    let lock = File::create(folder.join("lock")).context(|| format!("cannot write in {}", folder.display()))?;
    lock.lock().context(|| format!("cannot lock {}", folder.display()))?;
    python::install(&declared, &folder)?;
    node::install(&declared, &folder)?;
    Ok(folder)
}

/// Installs the Debian packages alone, for commands that need a server but no SDK.
pub(crate) fn install_servers() -> Result<()> {
    debian::install()
}
