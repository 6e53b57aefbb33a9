//! Dependencies stand in alphabetical order; an empty line begins a new group.

use super::manifest;
use super::problem::Problem;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.files.iter().filter(|file| is_manifest(&file.path)).flat_map(check_manifest).collect()
}

fn is_manifest(path: &str) -> bool {
    path == "Cargo.toml" || path.ends_with("/Cargo.toml")
}

fn check_manifest(file: &File) -> Vec<Problem> {
    let mut entries = manifest::entries(&file.text);
    entries.retain(|entry| entry.table.ends_with("dependencies"));
    let pairs = entries.iter().zip(entries.iter().skip(1));
    let wrong = pairs.filter(|(first, second)| first.group == second.group && first.key > second.key);
    wrong
        .map(|(first, second)| {
            Problem::new(&file.path, second.line, format!("`{}` should come before `{}`", second.key, first.key))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    #[test]
    fn only_disorder_within_a_group_is_flagged() {
        let text = "[package]\nname = \"x\"\nedition = \"2024\"\n\n[dependencies]\nb = \"1\"\nc = \"1\"\na = \"1\"\n\n# Ours.\na2 = \"1\"\n\n[dev-dependencies]\nz = \"1\"\ny.workspace = true\n";
        let problems = check(&Tree::of(&[("crates/app/Cargo.toml", text)]));
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [8, 15]);
        assert_eq!(problems[0].message, "`a` should come before `c`");
    }
}
