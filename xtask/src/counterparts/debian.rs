//! The programs that Debian brings. Installs them when we are root; otherwise says the exact command to type.

use std::path::Path;
use std::process::Command;

use crate::account::is_root;
use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::postgres;

/// A package, and how to tell that its program is there (whoever installed it).
const PACKAGES: [(&str, fn() -> bool); 7] = [
    ("python3", || exec::find_program("python3").is_some()),
    ("python3-venv", || exec::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))),
    ("nginx", || exec::find_program("nginx").is_some()),
    ("wrk", || exec::find_program("wrk").is_some()),
    ("postgresql", postgres::is_installed),
    ("openssl", || exec::find_program("openssl").is_some()),
    ("curl", || exec::find_program("curl").is_some()),
];

/// Debian starts a service that is installed; `policy-rc.d` is its way to say no. Ours is there only while
/// packages are installed, goes even on Ctrl-C, and one that was there before stays.
const INSTALL: &str = r#"
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" || exit 1
fi
apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >&2
"#;

pub(super) fn install() -> Result<()> {
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|(_, is_there)| !is_there()).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err(Failure::new(format!("please install what Debian calls: {list}")));
    }
    if !is_root() {
        let command = format!("sudo apt-get install --no-install-recommends {list}");
        return Err(Failure::new(format!("programs are missing; type: {command}")));
    }
    println!("   debian: installing {list}");
    let mut command = Command::new("sh");
    command.args(["-c", INSTALL, "sh"]).args(&missing).env("DEBIAN_FRONTEND", "noninteractive");
    let output = command.output().context(|| "cannot run sh".into())?;
    if !output.status.success() {
        return Err(Failure::new(format!("cannot install {list}: {}", exec::last_word(&output))));
    }
    let still = PACKAGES.iter().find(|(_, is_there)| !is_there());
    still.map_or(Ok(()), |(package, _)| Err(Failure::new(format!("{package} was installed but is not found"))))
}
