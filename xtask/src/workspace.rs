//! Where things are: the repository's root, cargo's target folder, the cache. Makes no folder itself.

use std::env::current_dir;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::env;
use crate::exec;
use crate::failure::{Context, Failure, Result};

/// The repository that the command was typed in.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
}

impl Workspace {
    /// Walks up from the current folder to the one that holds `Cargo.toml` and `xtask/`.
    pub(crate) fn find() -> Result<Self> {
        let here = current_dir().context(|| "cannot tell the current folder".into())?;
        let holds_xtask = |folder: &&Path| folder.join("Cargo.toml").is_file() && folder.join("xtask").is_dir();
        let root = here.ancestors().find(holds_xtask);
        let root = root.ok_or_else(|| Failure::new("this is not inside the repository"))?;
        Ok(Self { root: root.to_owned() })
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where the counterparts are installed; git-ignored, safe to delete.
    pub(crate) fn counterparts(&self) -> PathBuf {
        self.path(".cache/counterparts")
    }

    /// A cargo command, written as one would type it, that runs at the root.
    pub(crate) fn cargo(&self, line: &str) -> Command {
        let mut command = Command::new(env::cargo());
        command.current_dir(&self.root).args(line.split_whitespace());
        command
    }

    /// The `keyway` binary of a profile folder (`debug` or `release`), wherever cargo was told to build.
    pub(crate) fn binary(&self, profile: &str) -> Result<PathBuf> {
        let metadata = self.metadata("--no-deps")?;
        let target = metadata["target_directory"].as_str();
        let target = target.ok_or_else(|| Failure::new("cargo metadata names no target_directory"))?;
        Ok(Path::new(target).join(profile).join("keyway"))
    }

    pub(crate) fn metadata(&self, option: &str) -> Result<Value> {
        let mut command = self.cargo("metadata --format-version 1");
        let text = exec::capture(command.arg(option))?;
        serde_json::from_str(&text).context(|| "cannot read cargo metadata".into())
    }
}
