//! Nothing tracked names a package registry or a folder of somebody's machine: both differ from place to place.
//! The names are split here so that this file passes its own rule.

use super::problem::Problem;
use super::tree::{File, Tree};

const REGISTRIES: [&str; 8] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("yarnpkg", ".com"),
    concat!("deb.", "debian.org"),
    concat!("security.", "debian.org"),
];

const LOCKS: [&str; 2] = ["Cargo.lock", "package-lock.json"];

const FOLDERS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.files.iter().filter(|file| !is_lock(&file.path)).flat_map(check_file).collect()
}

/// Lock files are written by the package managers.
fn is_lock(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| LOCKS.contains(&name))
}

fn check_file(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        if let Some(host) = REGISTRIES.iter().find(|host| line.contains(*host)) {
            problems.push(Problem::new(&file.path, number + 1, format!("names the registry `{host}`")));
        }
        if let Some(folder) = FOLDERS.iter().find(|folder| holds_path(line, folder)) {
            problems.push(Problem::new(&file.path, number + 1, format!("names the machine's folder `{folder}`")));
        }
    }
    problems
}

/// Whether an absolute path begins there, not a part of a longer path or URL.
fn holds_path(line: &str, folder: &str) -> bool {
    let continues = |character: char| character.is_alphanumeric() || "._-}/)".contains(character);
    line.match_indices(folder).any(|(start, _)| !line.split_at(start).0.ends_with(continues))
}

#[cfg(test)]
mod tests {
    use super::{FOLDERS, REGISTRIES, check};
    use crate::tidy::tree::Tree;

    #[test]
    fn hosts_and_folders_are_flagged_but_not_in_lock_files() {
        for host in REGISTRIES {
            let text = format!("a\nhttps://static.{host}/x\n");
            assert_eq!(check(&Tree::of(&[("README.md", &text)])).len(), 1, "{host}");
            assert_eq!(check(&Tree::of(&[("Cargo.lock", &text), ("a/package-lock.json", &text)])), []);
        }
        for folder in FOLDERS {
            assert_eq!(check(&Tree::of(&[("README.md", &format!("cd {folder}main"))])).len(), 1, "{folder}");
            assert_eq!(check(&Tree::of(&[("README.md", &format!("home{folder}main"))])), []);
        }
    }
}
