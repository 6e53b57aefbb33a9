//! What a result was measured on: the machine, the day and the commit.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use serde_json::{Value, json};

use crate::exec;
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// Today in UTC, `2026-01-31`.
pub(crate) fn today() -> Result<String> {
    let date = exec::capture(Command::new("date").args(["-u", "+%F"]))?;
    Ok(date.trim().to_owned())
}

/// Date, machine and commit: the head of every result file.
pub(crate) fn describe(workspace: &Workspace) -> Result<Value> {
    Ok(json!({
        "date": today()?,
        "machine": {
            "cores": available_parallelism().map(usize::from).map_err(|error| Failure::new(error.to_string()))?,
            "cpu": cpu_model(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            "kernel": fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
        },
        "commit": commit(workspace),
    }))
}

/// The commit that is checked out, marked when the tree differs from it.
fn commit(workspace: &Workspace) -> String {
    let git = |args: &[&str]| exec::capture(Command::new("git").current_dir(&workspace.root).args(args));
    let Ok(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "none".to_owned();
    };
    let changed = git(&["status", "--porcelain"]).is_ok_and(|changes| !changes.is_empty());
    format!("{}{}", commit.trim(), if changed { " with changes" } else { "" })
}

fn cpu_model(cpuinfo: &str) -> String {
    let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
    model.and_then(|line| line.split_once(':')).map_or("unknown", |(_, name)| name.trim()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::cpu_model;

    #[test]
    fn the_cpu_is_named_by_its_model() {
        assert_eq!(cpu_model("processor : 0\nmodel name\t: Some CPU @ 2 GHz\n"), "Some CPU @ 2 GHz");
        assert_eq!(cpu_model(""), "unknown");
    }
}
