//! The Python counterparts: a virtual environment with the pinned versions of `counterparts/requirements.txt`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::stamp::Stamp;
use crate::exec;
use crate::failure::{Context, Result};

pub(super) fn install(declared: &Path, folder: &Path) -> Result<()> {
    let requirements = declared.join("requirements.txt");
    let venv = folder.join("venv");
    let stamp = Stamp::new(&venv, &[&requirements])?;
    // An upgraded or removed interpreter leaves a dead link behind: then the stamp alone proves nothing.
    let python = venv.join("bin/python");
    if stamp.is_current() && exec::succeeds(Command::new(&python).arg("--version")) {
        return Ok(());
    }
    if venv.exists() {
        fs::remove_dir_all(&venv).context(|| format!("cannot remove {}", venv.display()))?;
    }
    println!("   python: making {}", venv.display());
    exec::capture(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    fill(&venv, &requirements)?;
    stamp.write()
}

/// `uv` takes seconds where `pip` takes most of a minute; without it, `pip` does the same work.
fn fill(venv: &Path, requirements: &Path) -> Result<()> {
    let python = venv.join("bin/python");
    let text = fs::read_to_string(requirements).context(|| format!("cannot read {}", requirements.display()))?;
    let uv = text.lines().find(|line| line.starts_with("uv=="));
    println!("   python: installing {} packages", text.lines().filter(|line| line.contains("==")).count());
    let pip = || {
        let mut command = Command::new(&python);
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        command
    };
    if let Some(uv) = uv
        && exec::succeeds(pip().arg(uv))
    {
        let mut command = Command::new(venv.join("bin/uv"));
        command.args(["pip", "install", "--quiet", "--python"]).arg(&python).arg("-r").arg(requirements);
        match exec::capture(&mut command) {
            Ok(_) => return Ok(()),
            Err(failure) => println!("   python: {failure}; trying again with pip"),
        }
    }
    exec::run(pip().arg("-r").arg(requirements))
}
