//! What is wrong with a definition file, and where.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::nearest;

/// A definition that was refused, in the form `file:line: what is wrong`.
#[derive(Debug, Error)]
#[error("{}:{line}: {message}", file.display())]
pub struct DefinitionError {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong, and the nearest known name where one was misspelt.
    pub message: String,
}

/// Finds lines in a source, so that errors found after parsing can still say where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) file: &'a Path,
    pub(crate) text: &'a str,
}

/// A part of a source: from a line on, up to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    source: Source<'a>,
    /// Its first line, counted from 1; 0 is the whole file.
    line: usize,
    /// The line behind its last one.
    end: usize,
}

impl<'a> Source<'a> {
    /// The part that begins at a line, counted from 1.
    pub(crate) const fn at_line(self, line: usize) -> Scope<'a> {
        Scope { source: self, line, end: usize::MAX }
    }

    /// The member of the file's top level with a name; the whole file where no line begins with it.
    pub(crate) fn top(self, member: &str) -> Scope<'a> {
        let starts = |line: &str| line.strip_prefix(member).is_some_and(|rest| rest.starts_with(':'));
        let Some(start) = self.text.lines().position(starts) else { return self.at_line(0) };
        let begins = |line: &str| line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"');
        let next = self.text.lines().skip(start + 1).position(begins);
        Scope { source: self, line: start + 1, end: next.map_or(usize::MAX, |next| start + 2 + next) }
    }

    /// An error at a line.
    pub(crate) fn error(&self, line: usize, message: impl Into<String>) -> DefinitionError {
        DefinitionError { file: self.file.to_owned(), line, message: message.into() }
    }

    /// An error that the YAML reader found; a misspelt member gets the nearest name instead of all of them.
    pub(crate) fn error_of_reader(&self, line: usize, message: &str) -> DefinitionError {
        let first = message.lines().next().unwrap_or_default();
        // The line is told before the message already.
        let first = first.rsplit_once(" at line ").map_or(first, |(told, _)| told);
        match unknown(first) {
            Some((given, known)) => {
                let hint = nearest::hint(given, known.iter().copied());
                let hint = if hint.is_empty() { format!("; known are {}", known.join(", ")) } else { hint };
                self.error(line, format!("\"{given}\" is not known here{hint}"))
            }
            None => self.error(line, first),
        }
    }
}

/// What was given and what is known, of "unknown field `a`, expected one of b, c".
fn unknown(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (given, rest) = rest.split_once('`')?;
    let known = rest.split_once("expected ")?.1;
    let known = known.strip_prefix("one of ").unwrap_or(known);
    let names = known.split(", ").flat_map(|names| names.split(" or ")).map(|name| name.trim_matches('`'));
    Some((given, names.collect()))
}

impl Scope<'_> {
    /// The part from a line of this one on.
    pub(crate) const fn at_line(self, line: usize) -> Self {
        Self { line, ..self }
    }

    /// The part before a line.
    pub(crate) const fn up_to(self, end: usize) -> Self {
        Self { end, ..self }
    }

    /// The part from the first member of a name on; this one where there is none.
    pub(crate) fn member(self, name: &str) -> Self {
        let is_member = |line: &str| {
            line.match_indices(name).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let alone = before.is_none_or(|c| !c.is_alphanumeric() && !"_-.".contains(c));
                alone && line[at + name.len()..].trim_start_matches('"').starts_with(':')
            })
        };
        self.find(is_member).map_or(self, |line| self.at_line(line))
    }

    /// An error at the first line of this part that contains `needle`; at its beginning where none does.
    pub(crate) fn error_at(&self, needle: &str, message: impl Into<String>) -> DefinitionError {
        self.source.error(self.find(|line| line.contains(needle)).unwrap_or(self.line), message)
    }

    /// An error at the first line of this part that has a place of a name.
    pub(crate) fn error_at_place(&self, name: &str, message: impl Into<String>) -> DefinitionError {
        let written = [format!("{{{name}}}"), format!("{{+{name}}}"), format!("{{{name}:json}}")];
        let line = self.find(|line| written.iter().any(|place| line.contains(place)));
        self.source.error(line.unwrap_or(self.line), message)
    }

    /// An error at the beginning of this part.
    pub(crate) fn error(&self, message: impl Into<String>) -> DefinitionError {
        self.source.error(self.line, message)
    }

    fn find(&self, is: impl Fn(&str) -> bool) -> Option<usize> {
        let start = self.line.saturating_sub(1);
        let lines = self.source.text.lines().enumerate().skip(start).take(self.end.saturating_sub(start + 1));
        lines.map(|(index, line)| (index + 1, line)).find(|(_, line)| is(line)).map(|(number, _)| number)
    }
}
