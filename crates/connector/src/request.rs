//! A request to the provider, compiled: the one description of it wherever a request is made.

use http::HeaderName;
use serde_json::Value;

use crate::Template;
use crate::pattern::Pattern;
use crate::place::Place;

/// Calls of a chain at most (section 2.3, `nextResource`).
pub(crate) const LONGEST_CHAIN: usize = 5;

/// A request with places.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) method: http::Method,
    pub(crate) root: Root,
    pub(crate) path: Pattern,
    pub(crate) query: Vec<(String, Pattern)>,
    pub(crate) headers: Vec<(HeaderName, Tree)>,
    pub(crate) body: Body,
    /// A place that must be true in a successful answer.
    pub success_when: Option<Place>,
    /// Configuration entries that are set from the answer.
    pub capture: Vec<(String, Place)>,
    /// The next request of a chain.
    pub then: Option<Box<Request>>,
}

/// What a request's path stands below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// The instance's `base.url`.
    Base,
    /// The URL in another configuration entry.
    Config(String),
    /// Scheme and host as the definition says.
    Url(String),
    /// Scheme and host, or a whole URL, made of values.
    Made(Template),
}

/// A request's body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// There is none.
    None,
    /// What the caller sent.
    Caller,
    /// A JSON value with places.
    Json(Tree),
    /// A value with places, sent as a form.
    Form(Tree),
    /// A text with places, escaped as its type asks.
    Text { pattern: Pattern, content_type: String },
    /// Parts by name.
    Multipart(Vec<(String, Tree)>),
    /// The bytes of the caller's file.
    File,
}

/// A value with places at its leaves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    /// No place in it.
    Fixed(Value),
    /// A text with places; one that is nothing but a place keeps the type of what is put there.
    Text(Pattern),
    /// A list.
    List(Vec<Tree>),
    /// Members; `spread` puts all members of the caller's body there first.
    Map { members: Vec<(String, Tree)>, spread: bool },
}

impl Request {
    /// Method at the provider.
    pub const fn method(&self) -> &http::Method {
        &self.method
    }

    /// What its path stands below.
    pub const fn root(&self) -> &Root {
        &self.root
    }

    /// The provider's path as the definition writes it.
    pub fn vendor_path(&self) -> String {
        self.path.to_string()
    }

    /// Whether its body is the caller's, whole, and nothing else of it reads that body.
    pub fn sends_callers_body(&self) -> bool {
        self.body == Body::Caller && self.places().iter().filter(|name| **name == "body").count() == 1
    }

    /// Whether the caller's file goes with it.
    pub(crate) fn sends_file(&self) -> bool {
        // An upload passes its body on, so the caller's body is the file.
        self.body == Body::Caller || self.places().contains(&"file")
    }

    /// Whether it sends what the caller's body holds.
    pub fn takes_body(&self) -> bool {
        self.chain().flat_map(Self::places).any(|name| name == "body")
    }

    /// This request and those that follow it.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |request| request.then.as_deref())
    }

    /// The configuration entries that it reads, by itself.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys = Vec::new();
        match &self.root {
            Root::Config(key) => keys.push(key.as_str()),
            Root::Made(template) => keys.extend(template.keys()),
            Root::Base | Root::Url(_) => {}
        }
        self.each_pattern(&mut |pattern| keys.extend(pattern.keys()));
        keys
    }

    /// Whether it reads a named value, by itself.
    pub fn reads_root(&self, root: &str) -> bool {
        let mut reads = false;
        self.each_pattern(&mut |pattern| {
            reads |= pattern.expressions().any(|expression| expression.roots().iter().any(|(name, _)| *name == root));
        });
        reads
    }

    /// The names of its places, by itself.
    pub(crate) fn places(&self) -> Vec<&str> {
        let mut places = Vec::new();
        self.each_pattern(&mut |pattern| places.extend(pattern.places()));
        match self.body {
            Body::File => places.push("file"),
            Body::Caller => places.push("body"),
            _ => {}
        }
        let spreads = |tree: &Tree| matches!(tree, Tree::Map { spread: true, .. });
        if matches!(&self.body, Body::Json(tree) | Body::Form(tree) if spreads(tree)) {
            places.push("body");
        }
        places
    }

    fn each_pattern<'a>(&'a self, visit: &mut impl FnMut(&'a Pattern)) {
        visit(&self.path);
        for (_, pattern) in &self.query {
            visit(pattern);
        }
        for (_, tree) in &self.headers {
            tree.each_pattern(visit);
        }
        match &self.body {
            Body::Json(tree) | Body::Form(tree) => tree.each_pattern(visit),
            Body::Text { pattern, .. } => visit(pattern),
            Body::Multipart(parts) => parts.iter().for_each(|(_, tree)| tree.each_pattern(visit)),
            Body::None | Body::Caller | Body::File => {}
        }
    }
}

impl Tree {
    fn each_pattern<'a>(&'a self, visit: &mut impl FnMut(&'a Pattern)) {
        match self {
            Self::Fixed(_) => {}
            Self::Text(pattern) => visit(pattern),
            Self::List(items) => items.iter().for_each(|item| item.each_pattern(visit)),
            Self::Map { members, .. } => members.iter().for_each(|(_, member)| member.each_pattern(visit)),
        }
    }
}
