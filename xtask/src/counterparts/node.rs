//! The Node counterparts: `npm ci` of `counterparts/package-lock.json` into the cache, without install scripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::stamp::Stamp;
use crate::exec;
use crate::failure::{Context, Failure, Result};

const SOURCES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
const OLDEST: u32 = 20;

pub(super) fn install(declared: &Path, folder: &Path) -> Result<()> {
    check_version()?;
    let folder = folder.join("node");
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    let sources: Vec<PathBuf> = SOURCES.iter().map(|name| declared.join(name)).collect();
    let stamp = Stamp::new(&folder, &sources.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
    if stamp.is_current() && folder.join("node_modules").is_dir() {
        return Ok(());
    }
    println!("   node: installing into {}", folder.display());
    for (source, name) in sources.iter().zip(SOURCES) {
        fs::copy(source, folder.join(name)).context(|| format!("cannot copy {}", source.display()))?;
    }
    exec::capture(Command::new("npm").args(["ci", "--loglevel=error"]).current_dir(&folder))?;
    stamp.write()
}

fn check_version() -> Result<()> {
    let needed = || format!("Node.js {OLDEST} or newer is needed for the counterparts");
    let version = exec::capture(Command::new("node").arg("--version")).context(needed)?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= OLDEST) {
        return Ok(());
    }
    Err(Failure::new(format!("{}; this is {}", needed(), version.trim())))
}
