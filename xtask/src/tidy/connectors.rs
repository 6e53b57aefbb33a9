//! No Rust knows a provider's name: what differs from provider to provider is data in `connectors/`.

use std::collections::BTreeSet;

use super::lexer;
use super::problem::Problem;
use super::tree::{File, Tree};

/// The connector for any base URL is not a provider, and its key is a word of its own.
const GENERIC: &str = "http";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let keys = keys(tree);
    let sources = tree.below(&["crates/"], ".rs").filter(|file| !file.is_test());
    sources.flat_map(|file| check_file(file, &keys)).collect()
}

fn keys(tree: &Tree) -> BTreeSet<&str> {
    let folders = tree.files.iter().filter_map(|file| file.path.strip_prefix("connectors/")?.split_once('/'));
    folders.map(|(key, _)| key).filter(|key| *key != GENERIC).collect()
}

fn check_file(file: &File, keys: &BTreeSet<&str>) -> Vec<Problem> {
    let text = lexer::without_tests(&file.text);
    let mut problems = Vec::new();
    for literal in lexer::literals(&text).into_iter().filter(|literal| keys.contains(literal.content)) {
        let line = 1 + text.bytes().take(literal.position).filter(|byte| *byte == b'\n').count();
        let message = format!("names the provider `{}`; say it in connectors/", literal.content);
        problems.push(Problem::new(&file.path, line, message));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    #[test]
    fn a_provider_in_a_literal_is_flagged_outside_tests() {
        let text = "//! A.\nfn f() { g(\"acme\"); g(\"http\"); g(\"acme corporation\"); }\n#[cfg(test)]\nmod tests {\n    const A: &str = \"acme\";\n}\n";
        let tree = Tree::of(&[
            ("connectors/acme/connector.yaml", ""),
            ("connectors/http/connector.yaml", ""),
            ("crates/app/src/a.rs", text),
            ("crates/app/src/a/tests.rs", text),
            ("crates/app/tests/it/a.rs", text),
        ]);
        let problems = check(&tree);
        assert_eq!(
            problems.iter().map(|problem| (problem.file.as_str(), problem.line)).collect::<Vec<_>>(),
            [("crates/app/src/a.rs", 2)]
        );
    }
}
