//! Which crate may know which: the arrows of ARCHITECTURE.md. Dependencies of tests are free.

use super::manifest;
use super::problem::Problem;
use super::tree::{File, Tree};

/// Everything that `app` may know; `server` may know these and what stands on `app`.
const PARTS: [&str; 8] = ["model", "config", "connector", "script", "vault", "egress", "store", "auth"];

/// The crates that one may depend on; `None` for a crate that has no place in the design yet.
fn allowed(name: &str) -> Option<Vec<&'static str>> {
    let allowed = match name {
        "model" => vec![],
        "connector" | "script" | "vault" | "egress" | "config" | "store" => vec!["model"],
        "auth" => vec!["model", "connector", "egress", "script"],
        "events" => vec!["model", "connector", "script", "egress", "store"],
        "app" => [&PARTS[..], &["events"]].concat(),
        "api" | "connect" => vec!["app", "model"],
        "server" => [&PARTS[..], &["events", "app", "api", "connect"]].concat(),
        "testing" => [&PARTS[..], &["events", "app", "api", "connect", "server"]].concat(),
        _ => return None,
    };
    Some(allowed)
}

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.below(&["crates/"], "/Cargo.toml").flat_map(check_manifest).collect()
}

fn check_manifest(file: &File) -> Vec<Problem> {
    let name = file.path.split('/').nth(1).unwrap_or_default();
    let Some(allowed) = allowed(name) else {
        return vec![Problem::new(&file.path, 1, format!("crate `{name}` has no place in tidy/arrows.rs"))];
    };
    let mut problems = Vec::new();
    for entry in manifest::entries(&file.text) {
        // `[dependencies] x = …`, or a table of its own: `[dependencies.x]`.
        let (table, key) = match entry.table.rsplit_once("dependencies.") {
            Some((before, key)) => (format!("{before}dependencies"), key.to_owned()),
            None => (entry.table, entry.key),
        };
        let counts = table.ends_with("dependencies") && !table.ends_with("dev-dependencies");
        if let Some(known) = key.strip_prefix("keyway-").filter(|_| counts)
            && !allowed.contains(&known)
        {
            problems.push(Problem::new(&file.path, entry.line, format!("`{name}` must not know `{known}`")));
        }
    }
    problems.dedup();
    problems
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn a_forbidden_arrow_is_flagged_where_it_stands() {
        let text =
            "[dependencies]\nserde.workspace = true\nkeyway-store.workspace = true\nkeyway-model.workspace = true\n";
        assert_eq!(lines("crates/api/Cargo.toml", text), [3]);
        assert!(lines("crates/app/Cargo.toml", text).is_empty());
    }

    #[test]
    fn other_spellings_are_seen_and_tests_are_free() {
        assert_eq!(lines("crates/model/Cargo.toml", "[dependencies.keyway-app]\npath = \"../app\"\n"), [2]);
        assert_eq!(lines("crates/vault/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nkeyway-app = \"1\"\n"), [2]);
        assert!(lines("crates/model/Cargo.toml", "[dev-dependencies]\nkeyway-app = \"1\"\n").is_empty());
    }

    #[test]
    fn a_crate_without_a_place_is_flagged() {
        assert_eq!(lines("crates/misc/Cargo.toml", ""), [1]);
    }
}
