//! SQL is written in the store and nowhere else.

use super::lexer;
use super::problem::Problem;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let outside = tree.below(&["crates/"], ".rs").filter(|file| !file.path.starts_with("crates/store/"));
    outside.flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let code = lexer::code(&file.text);
    let driver = code.match_indices("sqlx::").map(|(position, _)| position);
    let statements = lexer::literals(&file.text)
        .into_iter()
        .filter(|literal| is_sql(literal.content))
        .map(|literal| literal.position);
    let message = "SQL belongs into crates/store";
    driver.chain(statements).map(|position| Problem::new(&file.path, file.line_of(position), message)).collect()
}

/// By how it begins; a sentence such as "select a connector" is none.
fn is_sql(literal: &str) -> bool {
    let words = literal.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let has = |word: &str| words.contains(word);
    let selects_number = words.strip_prefix("select ").is_some_and(|rest| rest.starts_with(char::is_numeric));
    selects_number
        || (words.starts_with("select ") && has(" from "))
        || words.starts_with("insert into ")
        || words.starts_with("delete from ")
        || (words.starts_with("update ") && has(" set "))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    #[test]
    fn statements_and_the_driver_are_flagged_outside_the_store() {
        let text = "use sqlx::Row; // sqlx::Pool\nfn f() { g(\"select 1\"); g(\"\n  SELECT id\n  FROM users\"); }\nconst A: &str = \"delete from users\";\nconst B: &str = \"update users set a = 1\";\nconst C: &str = r#\"insert into users\"#;\n";
        let lines =
            |path| check(&Tree::of(&[(path, text)])).into_iter().map(|problem| problem.line).collect::<Vec<_>>();
        assert_eq!(lines("crates/app/src/users.rs"), [1, 2, 2, 5, 6, 7]);
        assert!(lines("crates/store/src/user.rs").is_empty());
        assert!(lines("crates/store/tests/it/user.rs").is_empty());
    }

    #[test]
    fn sentences_are_no_statements() {
        let text = r#"const A: &str = "select a connector first"; const B: &str = "update failed";"#;
        assert_eq!(check(&Tree::of(&[("crates/app/src/a.rs", text)])), []);
    }
}
