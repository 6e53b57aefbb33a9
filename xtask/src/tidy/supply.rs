//! What we are built from: licences, sources and banned crates, as `deny.toml` says, without another tool.

use std::collections::BTreeSet;

use serde_json::Value;

use super::licence;
use super::manifest;
use super::problem::Problem;
use super::tree::Tree;
use crate::exec;
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

const LOCK: &str = "Cargo.lock";
/// What ends up in our programs on the machines that we ship for.
const TREE: &str = "tree --locked --workspace --prefix none --edges normal --format {p} \
     --target x86_64-unknown-linux-gnu";
const REGISTRY: &str = concat!("registry+https://github.com/rust-lang/crates", ".io-index");

/// The lists of `deny.toml`: one place for both tools.
#[derive(Debug)]
struct Policy {
    licences: Vec<String>,
    banned: Vec<String>,
}

pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Result<Vec<Problem>> {
    let policy = Policy::read(tree)?;
    let lock = tree.find(LOCK).map(|file| file.text.as_str()).unwrap_or_default();
    let metadata = workspace.metadata("--locked")?;
    let root = workspace.root.to_string_lossy();
    let packages = metadata["packages"].as_array().ok_or_else(|| Failure::new("cargo metadata lists no packages"))?;
    let mut problems: Vec<Problem> =
        packages.iter().flat_map(|package| check_package(package, &policy, &root, lock)).collect();

    let mut tree = workspace.cargo(TREE);
    problems.extend(check_banned(&exec::capture(&mut tree)?, &policy, lock));
    Ok(problems)
}

impl Policy {
    fn read(tree: &Tree) -> Result<Self> {
        let file = tree.find("deny.toml").ok_or_else(|| Failure::new("deny.toml is missing"))?;
        let entries = manifest::entries(&file.text);
        let list = |table: &str, key: &str| {
            let entry = entries.iter().find(|entry| entry.table == table && entry.key == key);
            let strings = entry.map(|entry| entry.strings().into_iter().map(str::to_owned).collect::<Vec<_>>());
            strings.ok_or_else(|| Failure::new(format!("deny.toml has no `{key}` in [{table}]")))
        };
        Ok(Self { licences: list("licenses", "allow")?, banned: list("bans", "deny")? })
    }
}

fn check_package(package: &Value, policy: &Policy, root: &str, lock: &str) -> Vec<Problem> {
    let text = |key: &str| package[key].as_str();
    let name = text("name").unwrap_or_default();
    let mut messages = Vec::new();
    let licence = text("license").unwrap_or_default();
    let allowed: Vec<&str> = policy.licences.iter().map(String::as_str).collect();
    match licence::is_satisfied(licence, &allowed) {
        Some(true) => {}
        Some(false) => messages.push(format!("`{name}` is under `{licence}`, which deny.toml does not allow")),
        None => messages.push(format!("`{name}` has no readable licence (`{licence}`)")),
    }
    let in_workspace = || text("manifest_path").is_some_and(|path| path.starts_with(root));
    match text("source") {
        Some(REGISTRY) => {}
        None if in_workspace() => {}
        source => messages.push(format!("`{name}` comes from {}", source.unwrap_or("outside the workspace"))),
    }
    messages.into_iter().map(|message| Problem::new(LOCK, line_of(name, lock), message)).collect()
}

/// `tree` has one `name version` a line; a name may come often.
fn check_banned(tree: &str, policy: &Policy, lock: &str) -> Vec<Problem> {
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let found = names.into_iter().filter(|name| policy.banned.iter().any(|banned| banned == name));
    found.map(|name| Problem::new(LOCK, line_of(name, lock), format!("`{name}` is banned by deny.toml"))).collect()
}

fn line_of(name: &str, lock: &str) -> usize {
    let wanted = format!("name = \"{name}\"");
    lock.lines().position(|line| line == wanted).map_or(1, |position| position + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Policy, REGISTRY, check_banned, check_package};
    use crate::tidy::tree::Tree;

    const DENY: &str = "[licenses]\nallow = [\n  \"MIT\", # fine\n]\n[bans]\ndeny = [{ name = \"bad\" }]\n";
    const KEYWAY_LOCK: &str = "[[package]]\nname = \"bad\"\n[[package]]\nname = \"x\"\n";

    fn policy() -> Policy {
        Policy::read(&Tree::of(&[("deny.toml", DENY)])).expect("it reads")
    }

    fn messages(package: &Value) -> Vec<String> {
        let problems = check_package(package, &policy(), "/repo", KEYWAY_LOCK);
        problems.into_iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
    }

    #[test]
    fn licences_and_sources_are_judged() {
        assert!(messages(&json!({"name": "x", "license": "MIT", "source": REGISTRY})).is_empty());
        let inside =
            json!({"name": "x", "license": "MIT", "source": null, "manifest_path": "/repo/crates/x/Cargo.toml"});
        assert!(messages(&inside).is_empty());
        let copyleft = json!({"name": "x", "license": "GPL-3.0", "source": REGISTRY});
        assert_eq!(messages(&copyleft), ["4: `x` is under `GPL-3.0`, which deny.toml does not allow"]);
        let nothing = json!({"name": "x", "license": null, "source": REGISTRY});
        assert_eq!(messages(&nothing), ["4: `x` has no readable licence (``)"]);
        let git = json!({"name": "x", "license": "MIT", "source": "git+https://example.com/x"});
        assert_eq!(messages(&git), ["4: `x` comes from git+https://example.com/x"]);
        let outside = json!({"name": "x", "license": "MIT", "source": null, "manifest_path": "/elsewhere/Cargo.toml"});
        assert_eq!(messages(&outside), ["4: `x` comes from outside the workspace"]);
    }

    #[test]
    fn a_banned_crate_is_flagged_once() {
        let problems = check_banned("x v1.0.0\nbad v0.1.0\n\nbad v0.1.0 (*)\nbadger v1.0.0\n", &policy(), KEYWAY_LOCK);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].to_string(), "Cargo.lock:2: `bad` is banned by deny.toml");
    }
}
