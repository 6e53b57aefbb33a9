//! Every Rust file says what it is for, stays short, and is found where its module path says.

use super::problem::Problem;
use super::tree::{File, Tree};

const LONGEST: usize = 500;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.below(&["crates/", "xtask/"], ".rs").flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !file.text.starts_with("//!") {
        problems.push(Problem::new(&file.path, 1, "does not start with a `//!` line that says what it is for"));
    }
    let length = file.text.lines().count();
    if length > LONGEST && file.path.contains("/src/") {
        let message = format!("has {length} lines; {LONGEST} are the most");
        problems.push(Problem::new(&file.path, LONGEST + 1, message));
    }
    if file.path.ends_with("/mod.rs") {
        problems.push(Problem::new(&file.path, 1, "is a mod.rs; name it after its module"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn each_rule_flags_its_bad_sample() {
        assert_eq!(count("crates/app/src/lib.rs", "//! Fine.\n"), 0);
        assert_eq!(count("crates/app/src/lib.rs", "fn main() {}\n"), 1);
        assert_eq!(count("crates/app/tests/it/main.rs", ""), 1);
        assert_eq!(count("crates/app/src/a/mod.rs", "//! Here.\n"), 1);
        let long = format!("//! Long.\n{}", "\n".repeat(500));
        assert_eq!(count("xtask/src/a.rs", &long), 1);
        assert_eq!(count("crates/app/tests/it/a.rs", &long), 0);
    }
}
