//! The programs that Debian brings. Installs them when we are root; otherwise says the exact command to type.

use std::path::Path;
use std::process::Command;

use crate::account::is_root;
use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::postgres;

/// A package, and how to tell that its program is there, whoever installed it.
struct Package {
    name: &'static str,
    is_there: fn() -> bool,
}

const PACKAGES: [Package; 8] = [
    Package { name: "python3", is_there: || has("python3") },
    Package { name: "python3-venv", is_there: can_make_environments },
    Package { name: "nginx", is_there: || has("nginx") },
    Package { name: "wrk", is_there: || has("wrk") },
    Package { name: "postgresql", is_there: postgres::is_installed },
    Package { name: "openssl", is_there: || has("openssl") },
    Package { name: "curl", is_there: || has("curl") },
    Package { name: "chromium", is_there: || has("chromium") },
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
    let missing = missing();
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
    match self::missing().first() {
        None => Ok(()),
        Some(name) => Err(Failure::new(format!("{name} was installed but is not found"))),
    }
}

fn missing() -> Vec<&'static str> {
    PACKAGES.iter().filter(|package| !(package.is_there)()).map(|package| package.name).collect()
}

fn has(program: &str) -> bool {
    exec::find_program(program).is_some()
}

fn can_make_environments() -> bool {
    exec::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}
