//! What is wrong with a definition file, and where.

use std::path::{Path, PathBuf};

use thiserror::Error;

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

impl Source<'_> {
    /// An error at the first line that contains `needle`.
    pub(crate) fn error_at(&self, needle: &str, message: impl Into<String>) -> DefinitionError {
        let line = self.text.lines().position(|line| line.contains(needle)).map_or(0, |index| index + 1);
        self.error(line, message)
    }

    /// An error at a line.
    pub(crate) fn error(&self, line: usize, message: impl Into<String>) -> DefinitionError {
        DefinitionError { file: self.file.to_owned(), line, message: message.into() }
    }
}
