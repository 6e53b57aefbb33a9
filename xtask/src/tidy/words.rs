//! Nothing unfinished and no test switched off. The words are split here so that this file passes its own rule.

use super::problem::Problem;
use super::tree::{File, Tree};

const WORDS: [(&str, &str); 5] = [
    (concat!("#[", "ignore"), "a test is run or deleted, never ignored"),
    (concat!("to", "do!"), "unfinished code"),
    (concat!("unimple", "mented!"), "unfinished code"),
    (concat!("FIX", "ME"), "file an issue instead"),
    (concat!("TO", "DO"), "file an issue instead"),
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.below(&["crates/", "xtask/"], ".rs").flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let found = WORDS.iter().find(|(word, _)| holds_word(line, word));
        problems.extend(found.map(|(word, why)| Problem::new(&file.path, number + 1, format!("`{word}`: {why}"))));
    }
    problems
}

/// Whether `word` stands in the line and is not merely part of a longer one.
fn holds_word(line: &str, word: &str) -> bool {
    let joins = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(start, _)| {
        let (before, rest) = line.split_at(start);
        let after = rest.strip_prefix(word).unwrap_or_default();
        !before.ends_with(joins) && !after.starts_with(joins)
    })
}

#[cfg(test)]
mod tests {
    use super::{WORDS, check};
    use crate::tidy::tree::Tree;

    #[test]
    fn every_word_is_flagged_where_it_stands() {
        for (word, _) in WORDS {
            let text = format!("//! A.\n    {word}] // {word}\n");
            let problems = check(&Tree::of(&[("crates/app/src/a.rs", &text)]));
            assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2], "{word}");
        }
    }

    #[test]
    fn longer_words_are_fine() {
        let text = concat!("METHO", "DOLOGY mytodo!() TO", "DOS\n");
        assert_eq!(check(&Tree::of(&[("crates/app/src/a.rs", text)])), []);
    }
}
