//! The operations that documentation names, each with its method, its path and a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use crate::{Connector, Operation, Resource, Verb};

/// An operation as documentation shows it.
#[derive(Debug)]
pub(super) struct Documented<'a> {
    pub(super) resource: &'a Resource,
    pub(super) operation: &'a Operation,
    /// The caller's method, such as `GET`.
    pub(super) method: &'static str,
    /// The caller's path. Where two paths differ in the names of their places only, both have the names of the first.
    pub(super) path: String,
    /// Its name, unique in the connector.
    pub(super) id: String,
}

/// Every operation that is not hidden, in the order of the file.
pub(super) fn documented(connector: &Connector) -> Vec<Documented<'_>> {
    let mut paths: BTreeMap<String, String> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    let mut found = Vec::new();
    for (resource, operation, method) in offered(connector) {
        let path = paths.entry(shape(&operation.path)).or_insert_with(|| operation.path.clone()).clone();
        let id = format!("{}{}", action(operation.verb, method), names::pascal(&path, true));
        let id = names::free(id, |id| ids.contains(id));
        ids.insert(id.clone());
        found.push(Documented { resource, operation, method, path, id });
    }
    found
}

fn offered(connector: &Connector) -> impl Iterator<Item = (&Resource, &Operation, &'static str)> {
    let shown = connector.resources.all().iter().filter(|resource| !resource.hidden);
    let operations = shown.flat_map(|resource| resource.operations.iter().map(move |operation| (resource, operation)));
    let calls = operations.flat_map(|(resource, operation)| {
        operation.verb.methods().iter().map(move |method| (resource, operation, *method))
    });
    // Where two operations answer to one call, only the one that is reached is documented.
    calls.filter(|(_, operation, method)| {
        let reached = connector.resources.find(method, &operation.path);
        reached.is_some_and(|found| std::ptr::eq(found.operation, *operation))
    })
}

/// A path without the names of its places.
pub(super) fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The names of a path's places.
pub(super) fn places(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn action(verb: Verb, method: &str) -> &'static str {
    match verb {
        Verb::List | Verb::Get | Verb::Read | Verb::Download => "get",
        Verb::Create => "create",
        Verb::Upload => "upload",
        Verb::Replace => "replace",
        Verb::Update | Verb::Write if method == "PUT" => "replace",
        Verb::Update | Verb::Write => "update",
        Verb::Delete | Verb::Remove => "delete",
    }
}

impl Documented<'_> {
    /// What it does, in a few words.
    pub(super) fn summary(&self) -> String {
        let many = names::spoken(self.resource.object());
        let one = names::singular(&many);
        match self.operation.verb {
            Verb::List => format!("List {many}"),
            Verb::Get => format!("Get one {one}"),
            Verb::Create => format!("Create {one}"),
            Verb::Update => format!("Update one {one}"),
            Verb::Replace => format!("Replace one {one}"),
            Verb::Delete => format!("Delete one {one}"),
            Verb::Read => format!("Get {many}"),
            Verb::Write => format!("Update {many}"),
            Verb::Remove => format!("Delete {many}"),
            Verb::Download => format!("Download {many}"),
            Verb::Upload => format!("Upload to {many}"),
        }
    }
}
