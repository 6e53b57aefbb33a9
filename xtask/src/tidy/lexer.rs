//! Tells code, comments and string literals of a Rust file apart. Knows no more of Rust than that.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Comment,
    Literal,
}

/// A string literal: where its content begins, and the content as written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal<'a> {
    pub(super) position: usize,
    pub(super) content: &'a str,
}

/// All string literals, raw ones and byte strings among them.
pub(super) fn literals(text: &str) -> Vec<Literal<'_>> {
    let found = spans(text).into_iter().filter(|(kind, _)| *kind == Kind::Literal);
    found.map(|(_, span)| Literal { position: span.start, content: text.get(span).unwrap_or_default() }).collect()
}

/// The text with comments and the contents of literals replaced by spaces: every position stays what it was.
pub(super) fn code(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (_, span) in spans(text) {
        for byte in bytes.get_mut(span).into_iter().flatten() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The text without the modules that rustfmt leaves as `#[cfg(test)]` … `}` in the first column.
pub(super) fn without_tests(text: &str) -> String {
    let mut in_tests = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        in_tests |= trimmed == "#[cfg(test)]";
        kept.push_str(if in_tests { "\n" } else { line });
        let ends = trimmed == "}" || trimmed.ends_with(';') && !line.starts_with(' ');
        in_tests &= !ends;
    }
    kept
}

fn spans(text: &str) -> Vec<(Kind, Range<usize>)> {
    let mut spans = Vec::new();
    let mut position = 0;
    while let Some(rest) = text.get(position..).filter(|rest| !rest.is_empty()) {
        let before = text.get(..position).and_then(|before| before.chars().next_back());
        let (length, span) = token(rest, before);
        spans.extend(span.map(|(kind, span)| (kind, span.start + position..span.end + position)));
        position += length;
    }
    spans
}

/// The length of what starts here, and the comment or literal in it.
fn token(rest: &str, before: Option<char>) -> (usize, Option<(Kind, Range<usize>)>) {
    if rest.starts_with("//") {
        let end = rest.find('\n').unwrap_or(rest.len());
        return (end, Some((Kind::Comment, 0..end)));
    }
    if rest.starts_with("/*") {
        let end = block_comment(rest);
        return (end, Some((Kind::Comment, 0..end)));
    }
    if rest.starts_with('"') {
        let end = quoted(rest, 1);
        return (end + 1, Some((Kind::Literal, 1..end)));
    }
    let within_word = before.is_some_and(|before| before.is_alphanumeric() || before == '_');
    // `br"…"` and `cr"…"` come here too: their `r` follows one letter that is no word of its own.
    if rest.starts_with('r')
        && (!within_word || matches!(before, Some('b' | 'c')))
        && let Some((start, end, hashes)) = raw(rest)
    {
        return (end + 1 + hashes, Some((Kind::Literal, start..end)));
    }
    if rest.starts_with('\'') {
        return (character(rest), None);
    }
    (rest.chars().next().map_or(1, char::len_utf8), None)
}

fn block_comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut position) = (0_usize, 0);
    while position < bytes.len() {
        match bytes.get(position..position + 2) {
            Some(b"/*") => (depth, position) = (depth + 1, position + 2),
            Some(b"*/") => (depth, position) = (depth - 1, position + 2),
            _ => position += 1,
        }
        if depth == 0 {
            break;
        }
    }
    position
}

/// The position of the quote that ends a string which began before `from`.
fn quoted(rest: &str, from: usize) -> usize {
    let mut escaped = false;
    for (position, byte) in rest.bytes().enumerate().skip(from) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return position,
            _ => {}
        }
    }
    rest.len()
}

/// Start and end of the content of `r#"…"#`, and how many `#` there are.
fn raw(rest: &str) -> Option<(usize, usize, usize)> {
    let hashes = rest.get(1..)?.bytes().take_while(|byte| *byte == b'#').count();
    let start = 2 + hashes;
    rest.get(1 + hashes..)?.starts_with('"').then_some(())?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = rest.get(start..)?.find(&close).map_or(rest.len(), |end| start + end);
    Some((start, end, hashes))
}

/// The length of a character literal, or 1 for the tick of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((escaped, _))) => {
            rest.get(escaped + 1..).and_then(|after| after.find('\'')).map_or(1, |end| escaped + 1 + end + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{code, literals, without_tests};

    fn contents(text: &str) -> Vec<&str> {
        literals(text).into_iter().map(|literal| literal.content).collect()
    }

    #[test]
    fn literals_of_every_kind_are_found() {
        let text = r##"f("a\"b", r"c\", r#"d"e"#, b"f", br"g"); // "no"
            /* "no" /* "no" */ "no" */ let r = '"'; let c = '\''; fn x<'a>(y: &'a str) { "h" }"##;
        assert_eq!(contents(text), [r#"a\"b"#, r"c\", r#"d"e"#, "f", "g", "h"]);
    }

    #[test]
    fn a_word_that_ends_in_r_begins_no_raw_string() {
        assert_eq!(contents(r#"var"x" error!("y")"#), ["x", "y"]);
    }

    #[test]
    fn code_keeps_positions() {
        let text = "a(\"b\n\"); // c\nd";
        assert_eq!(code(text), "a(\" \n\");     \nd");
    }

    #[test]
    fn modules_of_tests_are_blanked() {
        let text = "a\n#[cfg(test)]\nmod tests {\n    b;\n}\nc\n#[cfg(test)]\nmod tests;\nd\n";
        assert_eq!(without_tests(text), "a\n\n\n\n\nc\n\n\nd\n");
    }
}
