//! Every method of a store transaction is named in a contract test, which runs on both databases.

use super::lexer;
use super::problem::Problem;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let tests: Vec<String> = tree.below(&["crates/store/tests/"], ".rs").map(|file| lexer::code(&file.text)).collect();
    let is_tested = |name: &str| tests.iter().any(|code| words(code).any(|word| word == name));
    let mut problems = Vec::new();
    for file in tree.below(&["crates/store/src/"], ".rs") {
        for (line, name) in methods(file).into_iter().filter(|(_, name)| !is_tested(name)) {
            let message = format!("`Tx::{name}` is in no contract test of crates/store/tests/");
            problems.push(Problem::new(&file.path, line, message));
        }
    }
    problems
}

/// The public async methods in blocks `impl Tx`, with their lines.
fn methods(file: &File) -> Vec<(usize, String)> {
    let code = lexer::code(&file.text);
    let mut methods = Vec::new();
    let mut inside = false;
    for (number, line) in code.lines().enumerate() {
        // rustfmt puts the head and the end of a block into the first column.
        inside |= line.starts_with("impl") && is_transaction(line);
        inside &= line.trim_end() != "}";
        if let Some(rest) = line.trim_start().strip_prefix("pub async fn ").filter(|_| inside) {
            methods.extend(words(rest).next().map(|name| (number + 1, name.to_owned())));
        }
    }
    methods
}

/// `impl Tx {`, `impl Tx<'_> {`, `impl<'a> Tx<'a> {`, but no trait for it.
fn is_transaction(head: &str) -> bool {
    !head.contains(" for ") && words(head).any(|word| word == "Tx")
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|character: char| !character.is_alphanumeric() && character != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    const SOURCE: &str = "impl<'a> Tx<'a> {\n    pub async fn user(&mut self) {\n    }\n\n    pub async fn insert_user(&mut self) {\n    }\n    async fn inner(&mut self) {}\n}\nimpl Store {\n    pub async fn read(&self) {}\n}\n";

    #[test]
    fn a_method_without_a_contract_test_is_flagged() {
        let test = "//! Tests.\n// insert_user is only mentioned here\nfn t() { tx.user(id); other.insert_users(); }\n";
        let problems =
            check(&Tree::of(&[("crates/store/src/user.rs", SOURCE), ("crates/store/tests/it/user.rs", test)]));
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [5]);
        assert!(problems[0].message.contains("insert_user"));
    }

    #[test]
    fn without_any_test_all_are_flagged() {
        assert_eq!(check(&Tree::of(&[("crates/store/src/user.rs", SOURCE)])).len(), 2);
    }
}
