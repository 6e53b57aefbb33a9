//! Expressions of definitions: the part of JavaScript that needs no engine, over named values, with functions of our own.
//!
//! What parses here evaluates as JavaScript would, with these differences: what JSON cannot hold (`undefined`, `NaN`, infinity)
//! and what would be an error is null; an entry without value is null; whole numbers of 64 bits keep their digits; half of a
//! surrogate pair is U+FFFD; and a list or object is the same as no other, not even as itself. Everything beyond is an error
//! when the definition is read. A test compares all of this with Node.

mod evaluate;
mod functions;
mod json;
mod lexer;
mod members;
mod node;
mod number;
mod parser;
mod seconds;

use std::collections::BTreeSet;
use std::fmt;

use keyway_model::Secret;
use serde_json::Value;
use thiserror::Error;

use crate::Scope;
use node::Node;

pub use seconds::seconds;

/// Longest expression, in bytes.
const LONGEST: usize = 4096;

/// An expression, ready to be evaluated.
#[derive(Clone, PartialEq)]
pub struct Expression {
    source: String,
    node: Node,
}

impl Eq for Expression {}

/// Why a text is no expression.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("\"{source_text}\" is no expression: {message}")]
pub struct ExpressionError {
    /// The text.
    pub source_text: String,
    /// Where it goes wrong, in bytes.
    pub position: usize,
    /// What is wrong there.
    pub message: String,
}

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let wrong = |(position, message): (usize, String)| ExpressionError {
            source_text: text.trim().chars().take(80).collect(),
            position,
            message,
        };
        if text.len() > LONGEST {
            return Err(wrong((LONGEST, format!("it is longer than {LONGEST} bytes"))));
        }
        let tokens = lexer::tokens(text).map_err(wrong)?;
        let node = parser::parse(&tokens, text.len()).map_err(wrong)?;
        Ok(Self { source: text.trim().to_owned(), node })
    }

    /// The expression that is nothing but a configuration entry.
    pub(crate) fn of_entry(key: &str) -> Self {
        Self { source: format!("config.{key}"), node: Node::Config(key.to_owned()) }
    }

    /// The expression as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The configuration entries that it reads.
    pub fn keys(&self) -> BTreeSet<&str> {
        let mut keys = BTreeSet::new();
        self.node.visit(&mut |node| {
            if let Node::Config(key) = node {
                keys.insert(key.as_str());
            }
        });
        keys
    }

    /// The other names that it reads, each with its first member where that is fixed.
    pub fn roots(&self) -> BTreeSet<(&str, Option<&str>)> {
        let mut roots = BTreeSet::new();
        self.node.visit_roots(&mut |root, member| {
            roots.insert((root, member));
        });
        roots
    }

    /// Whether it differs from call to call: it reads the time, chance or the call itself.
    pub fn is_moving(&self) -> bool {
        let mut moving = self.roots().iter().any(|(root, _)| *root == "request");
        self.node.visit(&mut |node| moving |= matches!(node, Node::Call(function, _) if function.is_moving()));
        moving
    }

    /// The configuration entry, when it is nothing else.
    pub fn plain_key(&self) -> Option<&str> {
        match &self.node {
            Node::Config(key) => Some(key),
            _ => None,
        }
    }

    /// The value.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Value {
        evaluate::evaluate(&self.node, scope)
    }

    /// The value as text; nothing for null. Lists and objects are JSON.
    pub fn text(&self, scope: &Scope<'_>) -> Option<Secret> {
        match self.evaluate(scope) {
            Value::Null => None,
            value => Some(Secret::new(evaluate::plain(&value))),
        }
    }

    /// Whether the value counts as true.
    pub fn holds(&self, scope: &Scope<'_>) -> bool {
        evaluate::is_true(&self.evaluate(scope))
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({})", self.source)
    }
}

#[cfg(test)]
mod tests;
