//! The files and folders of the stand-in.

use bytes::Bytes;
use keyway_testing::Reply;
use serde_json::{Value, json};

use super::conflict;

/// A file, or a folder where there is no content.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) content: Option<Bytes>,
    rev: String,
}

/// Everything there is, in the order in which it was made.
#[derive(Default)]
pub(super) struct Files {
    entries: Vec<Entry>,
    made: u64,
}

impl Entry {
    pub(super) fn metadata(&self) -> Value {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let mut metadata = json!({
            ".tag": if self.content.is_some() { "file" } else { "folder" },
            "id": self.id,
            "name": name,
            "path_display": self.path,
            "path_lower": self.path.to_lowercase(),
        });
        if let Some(content) = &self.content {
            metadata["size"] = content.len().into();
            metadata["rev"] = self.rev.as_str().into();
            metadata["client_modified"] = "2026-01-02T03:04:05Z".into();
            metadata["server_modified"] = "2026-01-02T03:04:06Z".into();
            metadata["is_downloadable"] = true.into();
        }
        metadata
    }
}

impl Files {
    pub(super) fn used(&self) -> usize {
        self.entries.iter().filter_map(|entry| entry.content.as_ref()).map(Bytes::len).sum()
    }

    /// What a path, `id:…` or `rev:…` names; `union` is the name of the error's first part.
    pub(super) fn at(&self, path: &str, union: &str) -> Result<&Entry, Reply> {
        let position = self.position(path).ok_or_else(|| not_found(union))?;
        Ok(&self.entries[position])
    }

    pub(super) fn add(&mut self, path: &str, content: Option<Bytes>, overwrite: bool) -> Result<Entry, Reply> {
        if !path.starts_with('/') || path.ends_with('/') {
            return Err(conflict("path/malformed_path/..", &json!({ ".tag": "path" })));
        }
        self.made += 1;
        let rev = format!("a1c10ce0dd{:02}", self.made);
        if let Some(position) = self.position(path) {
            let there = &mut self.entries[position];
            if !overwrite || there.content.is_none() {
                let what = if there.content.is_some() { "file" } else { "folder" };
                return Err(conflict(&format!("path/conflict/{what}/..."), &json!({ ".tag": "path" })));
            }
            (there.content, there.rev) = (content, rev);
            return Ok(there.clone());
        }
        let entry =
            Entry { id: format!("id:a4ayc_80_OEAAAAAAAAA{:02}", self.made), path: path.to_owned(), content, rev };
        self.entries.push(entry.clone());
        Ok(entry)
    }

    pub(super) fn remove(&mut self, path: &str) -> Result<Entry, Reply> {
        let gone = self.at(path, "path_lookup")?.clone();
        let below = format!("{}/", gone.path);
        self.entries.retain(|entry| entry.path != gone.path && !entry.path.starts_with(&below));
        Ok(gone)
    }

    pub(super) fn copy(&mut self, from: &str, to: &str, and_remove: bool) -> Result<Entry, Reply> {
        let source = self.at(from, "from_lookup")?.clone();
        if self.position(to).is_some() {
            return Err(conflict("to/conflict/file/...", &json!({ ".tag": "to" })));
        }
        if and_remove {
            self.remove(from)?;
        }
        self.add(to, source.content, false)
    }

    pub(super) fn children(&self, folder: &str) -> Vec<Entry> {
        let inside = |entry: &&Entry| {
            entry
                .path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|rest| !rest.contains('/'))
        };
        self.entries.iter().filter(inside).cloned().collect()
    }

    pub(super) fn matches(&self, words: &str, below: &str) -> Vec<Entry> {
        let (words, below) = (words.to_lowercase(), below.to_lowercase());
        let wanted = |entry: &&Entry| {
            let path = entry.path.to_lowercase();
            path.starts_with(&below) && path.rsplit('/').next().is_some_and(|name| name.contains(&words))
        };
        self.entries.iter().filter(wanted).cloned().collect()
    }

    fn position(&self, path: &str) -> Option<usize> {
        let lower = path.to_lowercase();
        let is = |entry: &Entry| match path.split_once(':') {
            Some(("id", _)) => entry.id == path,
            Some(("rev", rev)) => entry.rev == rev,
            _ => entry.path.to_lowercase() == lower,
        };
        self.entries.iter().position(is)
    }
}

fn not_found(union: &str) -> Reply {
    conflict(&format!("{union}/not_found/.."), &json!({ ".tag": union, union: { ".tag": "not_found" } }))
}
