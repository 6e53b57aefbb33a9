//! The tree of an expression.

use super::functions::Function;
use super::members::Member;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A fixed value.
    Literal(serde_json::Value),
    /// An entry of the configuration.
    Config(String),
    /// A named value.
    Root(String),
    /// A member by name or position.
    Index(Box<Node>, Box<Node>),
    /// A method of a text or list.
    Method(Box<Node>, Member, Vec<Node>),
    /// A function.
    Call(Function, Vec<Node>),
    /// A list.
    List(Vec<Node>),
    /// An object.
    Object(Vec<(String, Node)>),
    /// `!`, `-` or `+` before a value.
    Unary(Unary, Box<Node>),
    /// Something between two values.
    Binary(Binary, Box<Node>, Box<Node>),
    /// `a ? b : c`
    Choice(Box<Node>, Box<Node>, Box<Node>),
}

/// What stands before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Minus,
    Plus,
}

/// What stands between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    Nullish,
    Same,
    NotSame,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Node {
    fn children(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Config(_) | Self::Root(_) => Vec::new(),
            Self::Index(of, at) => vec![of, at],
            Self::Method(of, _, arguments) => std::iter::once(&**of).chain(arguments).collect(),
            Self::Call(_, arguments) | Self::List(arguments) => arguments.iter().collect(),
            Self::Object(members) => members.iter().map(|(_, member)| member).collect(),
            Self::Unary(_, of) => vec![of],
            Self::Binary(_, left, right) => vec![left, right],
            Self::Choice(condition, yes, no) => vec![condition, yes, no],
        }
    }

    /// Every node.
    pub(super) fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Self)) {
        see(self);
        for child in self.children() {
            child.visit(see);
        }
    }

    /// Every named value, with its first member where that is fixed.
    pub(super) fn visit_roots<'a>(&'a self, see: &mut impl FnMut(&'a str, Option<&'a str>)) {
        match self {
            Self::Root(name) => see(name, None),
            Self::Index(of, at) => {
                if let (Self::Root(name), Self::Literal(serde_json::Value::String(member))) = (&**of, &**at) {
                    see(name, Some(member));
                } else {
                    of.visit_roots(see);
                    at.visit_roots(see);
                }
            }
            other => other.children().into_iter().for_each(|child| child.visit_roots(see)),
        }
    }
}
