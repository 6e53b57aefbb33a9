//! What a connector offers: resources, each with operations that know their request.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::listing::Listing;
use crate::parameter::Parameter;
use crate::reading::Reading;
use crate::request::Request;

/// What can be done with a resource.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// `GET path`: a list.
    List,
    /// `GET path/{id}`: one object.
    Get,
    /// `POST path`: one object.
    Create,
    /// `PATCH path/{id}` and `PUT path/{id}`: one object.
    Update,
    /// `PUT path/{id}`, where it differs from `update`: one object.
    Replace,
    /// `DELETE path/{id}`.
    Delete,
    /// `GET path`: one object.
    Read,
    /// `PATCH path` and `PUT path`: one object.
    Write,
    /// `DELETE path`.
    Remove,
    /// `GET path`: bytes.
    Download,
    /// `POST path` with a file.
    Upload,
}

impl Verb {
    /// Every verb, in the order of documentation.
    pub(crate) const ALL: [Self; 11] = [
        Self::List,
        Self::Read,
        Self::Download,
        Self::Create,
        Self::Upload,
        Self::Get,
        Self::Update,
        Self::Replace,
        Self::Write,
        Self::Delete,
        Self::Remove,
    ];

    /// The callers' methods; the first is the one that documentation names first.
    pub const fn methods(self) -> &'static [&'static str] {
        match self {
            Self::List | Self::Get | Self::Read | Self::Download => &["GET"],
            Self::Create | Self::Upload => &["POST"],
            Self::Update | Self::Write => &["PATCH", "PUT"],
            Self::Replace => &["PUT"],
            Self::Delete | Self::Remove => &["DELETE"],
        }
    }

    /// Whether it acts on an item of the collection, named by one more segment.
    pub const fn is_on_item(self) -> bool {
        matches!(self, Self::Get | Self::Update | Self::Replace | Self::Delete)
    }

    /// Whether the caller sends a body.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Replace | Self::Write | Self::Upload)
    }

    /// Whether its answer shows one object.
    pub(crate) const fn shows_object(self) -> bool {
        !matches!(self, Self::List | Self::Delete | Self::Remove | Self::Download)
    }

    /// Its name in definitions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Read => "read",
            Self::Write => "write",
            Self::Remove => "remove",
            Self::Download => "download",
            Self::Upload => "upload",
        }
    }
}

/// A resource of a connector.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The path that callers use, such as `/accounts/{id}/notes`.
    pub path: String,
    /// What can be done with it.
    pub operations: Vec<Operation>,
    /// For documentation.
    pub description: String,
    /// Callable but not documented.
    pub hidden: bool,
    /// Fields and their types, where the definition tells them.
    pub model: Vec<(String, String)>,
}

/// One operation of a resource.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What it does.
    pub verb: Verb,
    /// The caller's path, with the item's place where it acts on one.
    pub path: String,
    pub(crate) segments: Vec<Segment>,
    /// The provider's side.
    pub request: Request,
    /// What the caller may send.
    pub parameters: Vec<Parameter>,
    /// How the answer is read.
    pub reading: Reading,
    /// How a list is filtered, ordered and paged; other verbs have none.
    pub listing: Option<Listing>,
}

/// A segment of a caller's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Text(String),
    Name(String),
}

/// All resources of a connector.
#[derive(Clone, Debug, Default)]
pub struct Resources(pub(crate) Vec<Resource>);

/// An operation found for a call, and what its places are filled with, as the caller encoded it.
#[derive(Debug)]
pub struct Found<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The operation.
    pub operation: &'a Operation,
    /// Values of the path's places.
    pub places: Vec<(String, String)>,
}

impl Resource {
    /// The object that it is about: the last word of its path.
    pub fn object(&self) -> &str {
        self.path.rsplit('/').find(|part| !part.starts_with('{')).unwrap_or_default()
    }

    /// Whether it is a collection of its own, not one below an item.
    pub fn is_top(&self) -> bool {
        self.path.matches('/').count() == 1
    }

    /// An operation by its verb.
    pub fn operation(&self, verb: Verb) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.verb == verb)
    }
}

impl Resources {
    /// Every resource, in file order.
    pub fn all(&self) -> &[Resource] {
        &self.0
    }

    /// Whether any operation answers to a path.
    pub fn knows(&self, path: &str) -> bool {
        let parts = parts(path);
        self.operations().any(|(_, operation)| operation.bind(&parts).is_some())
    }

    /// The methods that a path answers to.
    pub fn methods(&self, path: &str) -> BTreeSet<&'static str> {
        let parts = parts(path);
        let bound = self.operations().filter(|(_, operation)| operation.bind(&parts).is_some());
        bound.flat_map(|(_, operation)| operation.verb.methods().iter().copied()).collect()
    }

    /// Finds the operation of a call. Where several paths fit, words win over places.
    pub fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let parts = parts(path);
        let fits = self.operations().filter(|(_, operation)| operation.verb.methods().contains(&method));
        let bound = fits.filter_map(|(resource, operation)| {
            let places = operation.bind(&parts)?;
            Some(Found { resource, operation, places })
        });
        bound.min_by_key(|found| (found.operation.vagueness(), found.operation.verb != Verb::Replace))
    }

    fn operations(&self) -> impl Iterator<Item = (&Resource, &Operation)> {
        self.0.iter().flat_map(|resource| resource.operations.iter().map(move |operation| (resource, operation)))
    }
}

impl Operation {
    /// Whether the caller's body goes to the provider as it is.
    pub fn is_verbatim(&self) -> bool {
        let taken = self.parameters.iter().any(|parameter| parameter.source == crate::parameter::Source::Body);
        self.request.sends_callers_body() && self.request.then.is_none() && !taken && self.reading.keeps_bodies()
    }

    fn bind(&self, parts: &[&str]) -> Option<Vec<(String, String)>> {
        if parts.len() != self.segments.len() {
            return None;
        }
        let mut places = Vec::new();
        for (segment, part) in self.segments.iter().zip(parts) {
            match segment {
                Segment::Text(text) if text == part => {}
                Segment::Name(name) if !part.is_empty() => places.push((name.clone(), (*part).to_owned())),
                _ => return None,
            }
        }
        Some(places)
    }

    /// Where the path's places stand; fewer and later ones are less vague.
    fn vagueness(&self) -> Vec<bool> {
        self.segments.iter().map(|segment| matches!(segment, Segment::Name(_))).collect()
    }
}

fn parts(path: &str) -> Vec<&str> {
    path.trim_matches('/').split('/').collect()
}

/// Reads `/accounts/{id}/notes`.
pub(crate) fn parse_path(path: &str) -> Result<Vec<Segment>, String> {
    let rest =
        path.strip_prefix('/').ok_or_else(|| format!("the resource path \"{path}\" does not begin with \"/\""))?;
    rest.split('/')
        .map(|part| match part.strip_prefix('{') {
            Some(name) => name
                .strip_suffix('}')
                .filter(|name| !name.is_empty())
                .map(|name| Segment::Name(name.to_owned()))
                .ok_or_else(|| format!("\"{part}\" in \"{path}\" is not a place of the form \"{{name}}\"")),
            None if part.is_empty() => Err(format!("the resource path \"{path}\" has an empty segment")),
            None => Ok(Segment::Text(part.to_owned())),
        })
        .collect()
}

/// The name of an item's place: `id`, or `noteId` below `/accounts/{id}/notes`, where `id` is taken.
pub(crate) fn item_name(path: &str, segments: &[Segment]) -> String {
    let taken = segments.iter().any(|segment| *segment == Segment::Name("id".to_owned()));
    if !taken {
        return "id".to_owned();
    }
    let word = path.rsplit('/').find(|part| !part.starts_with('{')).unwrap_or_default();
    let singular = match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(word).to_owned(),
    };
    format!("{}Id", singular.replace('-', "_"))
}
