//! From words to a tree, by how strongly signs bind (ECMA-262, "Expressions").

mod primary;

use super::lexer::{Placed, Token, Wrong};
use super::members::Member;
use super::node::{Binary, Node, Unary};
use crate::nearest;

/// Deepest nesting: deeper ones come from nobody who means well.
const DEEPEST: usize = 64;

pub(super) fn parse(tokens: &[Placed], end: usize) -> Result<Node, Wrong> {
    let mut parser = Parser { tokens, at: 0, end, depth: 0, is_and: false };
    let node = parser.choice()?;
    match parser.tokens.get(parser.at) {
        None => Ok(node),
        Some((position, token)) => Err((*position, format!("{} is too much", shown(token)))),
    }
}

struct Parser<'a> {
    tokens: &'a [Placed],
    at: usize,
    end: usize,
    depth: usize,
    /// Whether what was read last between `||` or `??` is an `&&` without parentheses.
    is_and: bool,
}

/// Signs between two values, weakest first.
const LEVELS: [&[(&str, Binary)]; 6] = [
    &[("||", Binary::Or), ("??", Binary::Nullish)],
    &[("&&", Binary::And)],
    &[("===", Binary::Same), ("!==", Binary::NotSame), ("==", Binary::Equal), ("!=", Binary::NotEqual)],
    &[("<=", Binary::LessOrEqual), (">=", Binary::MoreOrEqual), ("<", Binary::Less), (">", Binary::More)],
    &[("+", Binary::Add), ("-", Binary::Subtract)],
    &[("*", Binary::Multiply), ("/", Binary::Divide), ("%", Binary::Remainder)],
];

impl Parser<'_> {
    fn choice(&mut self) -> Result<Node, Wrong> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong("it is nested too deeply"));
        }
        let condition = self.binary(0)?;
        let node = if self.take("?") {
            let yes = self.choice()?;
            self.expect(":")?;
            let no = self.choice()?;
            Node::Choice(condition.into(), yes.into(), no.into())
        } else {
            condition
        };
        self.depth -= 1;
        Ok(node)
    }

    fn binary(&mut self, level: usize) -> Result<Node, Wrong> {
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        let mut beside_and = self.is_and;
        let mut mixed = None;
        let mut length = 0;
        while let Some((sign, binary)) = signs.iter().find(|(sign, _)| self.is(sign)).copied() {
            // JavaScript refuses `a || b ?? c` without parentheses.
            if level == 0 && mixed.is_some_and(|first| first != sign) {
                return Err(self.wrong("\"||\" and \"??\" need parentheses beside each other"));
            }
            (mixed, length) = (Some(sign), length + 1);
            if self.depth + length > DEEPEST * 2 {
                return Err(self.wrong("it is too long"));
            }
            self.at += 1;
            let right = self.binary(level + 1)?;
            beside_and |= self.is_and;
            if level == 0 && sign == "??" && beside_and {
                return Err(self.wrong("\"&&\" and \"??\" need parentheses beside each other"));
            }
            left = Node::Binary(binary, left.into(), right.into());
        }
        if level == 1 {
            self.is_and = length > 0;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, Wrong> {
        for (sign, unary) in [("!", Unary::Not), ("-", Unary::Minus), ("+", Unary::Plus)] {
            if self.take(sign) {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(self.wrong("it is nested too deeply"));
                }
                let of = self.unary()?;
                self.depth -= 1;
                return Ok(Node::Unary(unary, of.into()));
            }
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Result<Node, Wrong> {
        let mut node = self.primary()?;
        let mut length = 0;
        loop {
            length += 1;
            if length > DEEPEST {
                return Err(self.wrong("it is nested too deeply"));
            }
            if self.take("[") {
                let at = self.choice()?;
                self.expect("]")?;
                node = index(node, at);
            } else if self.take("?.") {
                node = if self.take("[") {
                    let at = self.choice()?;
                    self.expect("]")?;
                    index(node, at)
                } else {
                    self.member(node)?
                };
            } else if self.take(".") {
                node = self.member(node)?;
            } else if self.is("(") {
                return Err(self.wrong("only functions that are known can be called"));
            } else {
                return Ok(node);
            }
        }
    }

    /// What follows a point: a member, or a method with its arguments.
    fn member(&mut self, of: Node) -> Result<Node, Wrong> {
        let name = self.name()?;
        if !self.is("(") {
            return Ok(match of {
                // Keys of the configuration have points in them.
                Node::Config(key) => Node::Config(format!("{key}.{name}")),
                of => index(of, Node::Literal(name.into())),
            });
        }
        let member = Member::parse(&name).ok_or_else(|| {
            let hint = nearest::hint(&name, Member::names());
            self.wrong(&format!("\"{name}\" is no method that is known here{hint}"))
        })?;
        let arguments = self.arguments()?;
        let (least, most) = member.takes();
        if !(least..=most).contains(&arguments.len()) {
            return Err(self.wrong(&format!("\"{name}\" takes another number of arguments")));
        }
        Ok(Node::Method(of.into(), member, arguments))
    }

    fn arguments(&mut self) -> Result<Vec<Node>, Wrong> {
        self.expect("(")?;
        self.list(")")
    }

    fn list(&mut self, end: &'static str) -> Result<Vec<Node>, Wrong> {
        let mut items = Vec::new();
        while !self.take(end) {
            items.push(self.choice()?);
            if !self.is(end) {
                self.expect(",")?;
            }
        }
        Ok(items)
    }

    fn name(&mut self) -> Result<String, Wrong> {
        match self.tokens.get(self.at) {
            Some((_, Token::Name(name))) => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => Err(self.wrong("a name is missing after the point")),
        }
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at), Some((_, Token::Sign(next))) if *next == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, sign: &str) -> Result<(), Wrong> {
        if self.take(sign) {
            return Ok(());
        }
        Err(self.wrong(&format!("\"{sign}\" is missing")))
    }

    fn wrong(&self, message: &str) -> Wrong {
        (self.tokens.get(self.at).map_or(self.end, |(position, _)| *position), message.to_owned())
    }
}

fn index(of: Node, at: Node) -> Node {
    Node::Index(of.into(), at.into())
}

fn shown(token: &Token) -> String {
    match token {
        Token::Name(text) | Token::Text(text) => format!("\"{text}\""),
        Token::Number(number) => format!("\"{number}\""),
        Token::Sign(sign) => format!("\"{sign}\""),
    }
}
