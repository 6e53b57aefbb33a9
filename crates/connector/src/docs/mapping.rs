//! How a connector's operations map to the provider's, in the words of section 2.3 (`resources[]`, `parameters[]`).

use crate::parameter::{Parameter, Source};
use crate::pattern::Pattern;
use crate::request::{Body, Tree};
use crate::resource::Segment;
use crate::{Connector, Operation, Paging, Request, Resource, Root};

/// An operation beside the one that it becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The caller's method.
    pub method: &'static str,
    /// The caller's path, below the hub.
    pub path: &'a str,
    /// The provider's method.
    pub vendor_method: String,
    /// The provider's path below `base.url`, or a whole URL.
    pub vendor_path: String,
    /// Whether it is in the documentation.
    pub documented: bool,
    /// For documentation.
    pub description: &'a str,
    /// `VENDOR_SUPPORTED`, `VENDOR_NOT_SUPPORTED` or `NO_PAGINATION`.
    pub pagination_type: &'static str,
    /// Where the objects are: of the request and of the answer, with `|` between; empty where they are everything.
    pub root_key: String,
    /// The object that it is about.
    pub object: &'a str,
    /// What the caller may send.
    pub parameters: Vec<Mapped>,
}

/// A parameter beside what it becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The caller's name.
    pub name: String,
    /// The provider's name.
    pub vendor_name: String,
    /// Where the caller puts it: `path`, `query`, `header`, `bodyField` or `form`.
    pub source: &'static str,
    /// Where it goes: `path`, `query`, `header`, `bodyField`, `form` or `no-op`.
    pub target: &'static str,
    /// `string`, `integer`, `number`, `boolean` or `array`.
    pub kind: &'static str,
    /// Whether the call cannot be made without it.
    pub required: bool,
    /// For documentation.
    pub help: String,
}

/// Every operation of a connector, hidden ones too; one row for each of the caller's methods.
pub fn rows(connector: &Connector) -> Vec<Row<'_>> {
    let operations = connector.resources.all().iter().flat_map(|resource| {
        resource.operations.iter().flat_map(move |operation| {
            operation.verb.methods().iter().map(move |method| row(resource, operation, method))
        })
    });
    operations.collect()
}

fn row<'a>(resource: &'a Resource, operation: &'a Operation, method: &'static str) -> Row<'a> {
    let pagination_type = match operation.listing.as_ref().map(|listing| &listing.paging) {
        None => "NO_PAGINATION",
        Some(Paging::Whole) => "VENDOR_NOT_SUPPORTED",
        Some(Paging::Vendor(_)) => "VENDOR_SUPPORTED",
    };
    let reading = &operation.reading;
    let answer = if operation.listing.is_some() { &reading.items } else { &reading.item };
    let answer = answer.members().map(|members| members.join(".")).unwrap_or_default();
    let wrap = reading.wrap.as_deref().filter(|_| operation.verb.has_body()).unwrap_or_default();
    let places = operation.segments.iter().filter_map(|segment| match segment {
        Segment::Name(name) => Some(place(&operation.request, name)),
        Segment::Text(_) => None,
    });
    Row {
        method,
        path: &operation.path,
        vendor_method: operation.request.method.as_str().to_owned(),
        vendor_path: vendor_path(&operation.request),
        documented: !resource.hidden,
        description: &resource.description,
        pagination_type,
        root_key: if wrap.is_empty() && answer.is_empty() { String::new() } else { format!("{wrap}|{answer}") },
        object: resource.object(),
        parameters: places
            .chain(operation.parameters.iter().map(|known| declared(&operation.request, known)))
            .collect(),
    }
}

fn place(request: &Request, name: &str) -> Mapped {
    let (target, vendor_name) = target(request, name);
    let (name, help) = (name.to_owned(), String::new());
    Mapped { name, vendor_name, source: "path", target, kind: "string", required: true, help }
}

fn declared(request: &Request, parameter: &Parameter) -> Mapped {
    let (target, vendor_name) =
        if parameter.ignore { ("no-op", parameter.name.clone()) } else { target(request, &parameter.name) };
    Mapped {
        name: parameter.outer.clone(),
        vendor_name,
        source: match parameter.source {
            Source::Query => "query",
            Source::Header => "header",
            Source::Body => "bodyField",
            Source::Form => "form",
        },
        target,
        kind: parameter.kind.as_str(),
        required: parameter.required,
        help: parameter.help.clone(),
    }
}

/// Where a place stands in a request, and the name that it has there.
fn target(request: &Request, name: &str) -> (&'static str, String) {
    let has = |pattern: &Pattern| pattern.places().any(|place| place == name);
    if has(&request.path) {
        return ("path", name.to_owned());
    }
    if let Some((key, _)) = request.query.iter().find(|(_, pattern)| has(pattern)) {
        return ("query", key.clone());
    }
    if let Some((key, _)) = request.headers.iter().find(|(_, tree)| holds(tree, name)) {
        return ("header", key.as_str().to_owned());
    }
    let (target, members) = match &request.body {
        Body::Form(Tree::Map { members, .. }) => ("form", members.as_slice()),
        Body::Json(Tree::Map { members, .. }) => ("bodyField", members.as_slice()),
        Body::Multipart(parts) => ("multipart", parts.as_slice()),
        _ => return ("no-op", name.to_owned()),
    };
    match members.iter().find(|(_, tree)| holds(tree, name)) {
        Some((key, _)) => (target, key.clone()),
        None => ("no-op", name.to_owned()),
    }
}

fn holds(tree: &Tree, name: &str) -> bool {
    match tree {
        Tree::Fixed(_) => false,
        Tree::Text(pattern) => pattern.places().any(|place| place == name),
        Tree::List(items) => items.iter().any(|item| holds(item, name)),
        Tree::Map { members, .. } => members.iter().any(|(_, member)| holds(member, name)),
    }
}

/// A request's path as the definition writes it; a whole URL where it is not below `base.url`.
pub(super) fn vendor_path(request: &Request) -> String {
    let mut text = match &request.root {
        Root::Base => String::new(),
        Root::Config(key) => format!("${{config.{key}}}"),
        Root::Url(url) => url.clone(),
        Root::Made(template) => template.to_string(),
    };
    text.push_str(&request.path.to_string());
    text
}
