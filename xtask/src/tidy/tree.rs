//! The text files of the repository: what git tracks or would track. Ignored files do not exist for tidy.

use std::fs;
use std::process::Command;

use crate::exec;
use crate::failure::Result;
use crate::workspace::Workspace;

#[derive(Debug)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
}

#[derive(Debug)]
pub(super) struct File {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Tree {
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let mut command = Command::new("git");
        command.current_dir(&workspace.root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listing = exec::capture(&mut command)?;
        let read = |path: &str| {
            // Deleted but not yet committed, or not text: nothing to check.
            let text = fs::read_to_string(workspace.path(path)).ok()?;
            Some(File { path: path.to_owned(), text })
        };
        Ok(Self { files: listing.split_terminator('\0').filter_map(read).collect() })
    }

    /// The files below one of `folders` (each ending in `/`) with this extension.
    pub(super) fn below<'a>(&'a self, folders: &'a [&str], extension: &'a str) -> impl Iterator<Item = &'a File> {
        let wanted = move |file: &&File| {
            let place = folders.iter().any(|folder| file.path.starts_with(folder));
            place && file.path.ends_with(extension)
        };
        self.files.iter().filter(wanted)
    }

    pub(super) fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        Self { files: files.iter().map(file).collect() }
    }
}

impl File {
    /// Whether the whole file is only there for tests.
    pub(super) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs") || self.path.starts_with("crates/testing/")
    }

    /// The line, counted from 1, of a byte position.
    pub(super) fn line_of(&self, position: usize) -> usize {
        1 + self.text.bytes().take(position).filter(|byte| *byte == b'\n').count()
    }
}
