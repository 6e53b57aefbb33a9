//! The real servers and SDKs that the tests run against, installed once into `.cache/counterparts`:
//! Python ones in `venv/`, Node ones in `node/node_modules`, servers from Debian's packages.

mod debian;
mod node;
mod python;
mod stamp;

use std::fs::{self, File};

use crate::failure::{Context, Result};
use crate::step::step;
use crate::workspace::Workspace;

/// Installs whatever is missing or declared differently than last time.
pub(crate) fn command(workspace: &Workspace) -> Result<()> {
    step("counterparts", || {
        debian::install()?;
        let declared = workspace.path("counterparts");
        let folder = workspace.counterparts();
        let describe = || format!("cannot write in {}", folder.display());
        fs::create_dir_all(&folder).context(describe)?;
        // Two commands at once: the second waits, then finds everything there.
        let lock = File::create(folder.join("lock")).context(describe)?;
        lock.lock().context(describe)?;
        python::install(&declared, &folder)?;
        node::install(&declared, &folder)
    })
}

/// Installs the Debian packages alone, for commands that need a server but no SDK.
pub(crate) fn install_servers() -> Result<()> {
    step("programs", debian::install)
}
