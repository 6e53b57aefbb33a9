//! Migrations come in pairs: the same numbered names for SQLite and PostgreSQL, without a gap.

use std::collections::BTreeSet;

use super::problem::Problem;
use super::tree::Tree;

const SQLITE: &str = "crates/store/migrations/sqlite/";
const POSTGRES: &str = "crates/store/migrations/postgres/";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let names = |folder: &'static str| -> BTreeSet<&str> {
        tree.files.iter().filter_map(|file| file.path.strip_prefix(folder)).collect()
    };
    let (sqlite, postgres) = (names(SQLITE), names(POSTGRES));
    let mut problems = Vec::new();
    for (folder, here, there) in [(SQLITE, &sqlite, &postgres), (POSTGRES, &postgres, &sqlite)] {
        for name in here.difference(there) {
            problems.push(Problem::new(&format!("{folder}{name}"), 1, "has no twin for the other database"));
        }
        problems.extend(check_numbers(folder, here));
    }
    problems
}

fn check_numbers(folder: &str, names: &BTreeSet<&str>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut numbered: Vec<(usize, &str)> = Vec::new();
    for name in names {
        match name
            .strip_suffix(".sql")
            .and_then(|stem| stem.split_once('_'))
            .and_then(|(number, _)| number.parse().ok())
        {
            Some(number) => numbered.push((number, name)),
            None => problems.push(Problem::new(&format!("{folder}{name}"), 1, "is not named NNNN_what.sql")),
        }
    }
    numbered.sort_unstable();
    let wrong = numbered.iter().zip(1..).find(|((number, _), expected)| number != expected);
    problems.extend(wrong.map(|((number, name), expected)| {
        Problem::new(&format!("{folder}{name}"), 1, format!("number {number} where {expected} should come"))
    }));
    problems
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    fn messages(names: &[&str]) -> Vec<String> {
        let paths: Vec<String> = names.iter().map(|name| format!("crates/store/migrations/{name}")).collect();
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        check(&Tree::of(&files)).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn pairs_in_order_are_fine() {
        let names = ["sqlite/0001_a.sql", "postgres/0001_a.sql", "sqlite/0002_b.sql", "postgres/0002_b.sql"];
        assert!(messages(&names).is_empty());
    }

    #[test]
    fn a_missing_twin_a_gap_and_a_bad_name_are_flagged() {
        assert_eq!(messages(&["sqlite/0001_a.sql"]), ["has no twin for the other database"]);
        let gap = ["sqlite/0001_a.sql", "postgres/0001_a.sql", "sqlite/0003_b.sql", "postgres/0003_b.sql"];
        assert_eq!(messages(&gap), ["number 3 where 2 should come"; 2]);
        assert_eq!(messages(&["sqlite/a.sql", "postgres/a.sql"]), ["is not named NNNN_what.sql"; 2]);
    }
}
