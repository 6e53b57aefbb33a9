//! What signs stand between: literals, names, calls, lists, objects and parentheses.

use serde_json::Value;

use super::super::functions::Function;
use super::super::lexer::{Token, Wrong};
use super::super::node::{Binary, Node};
use super::super::number;
use super::Parser;
use crate::nearest;

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Result<Node, Wrong> {
        let Some((_, token)) = self.tokens.get(self.at) else { return Err(self.wrong("it ends too early")) };
        let token = token.clone();
        self.at += 1;
        match token {
            Token::Text(text) => Ok(Node::Literal(text.into())),
            Token::Number(value) => Ok(Node::Literal(number::value(value))),
            Token::Name(name) => self.named(name),
            Token::Sign("(") => {
                let inner = self.choice()?;
                self.expect(")")?;
                // In parentheses a key is a value, and members of it are members of that value.
                Ok(match inner {
                    key @ Node::Config(_) => {
                        Node::Binary(Binary::Nullish, key.into(), Node::Literal(Value::Null).into())
                    }
                    other => other,
                })
            }
            Token::Sign("[") => Ok(Node::List(self.list("]")?)),
            Token::Sign("{") => self.object(),
            Token::Sign(sign) => {
                self.at -= 1;
                Err(self.wrong(&format!("\"{sign}\" cannot stand here")))
            }
        }
    }

    fn named(&mut self, name: String) -> Result<Node, Wrong> {
        match name.as_str() {
            "true" => return Ok(Node::Literal(true.into())),
            "false" => return Ok(Node::Literal(false.into())),
            "null" | "undefined" => return Ok(Node::Literal(Value::Null)),
            "config" => return self.config(),
            "JSON" => {
                self.expect(".")?;
                let of = self.name()?;
                return self.call(&format!("JSON.{of}"));
            }
            "typeof" | "new" | "function" | "void" | "delete" | "in" | "instanceof" | "this" | "await" | "async"
            | "yield" | "let" | "class" | "var" | "const" => {
                self.at -= 1;
                return Err(self.wrong(&format!("\"{name}\" is beyond these expressions")));
            }
            _ => {}
        }
        if self.is("(") { self.call(&name) } else { Ok(Node::Root(name)) }
    }

    /// `config.a.b` and `config["a b"]` name one entry.
    fn config(&mut self) -> Result<Node, Wrong> {
        if self.take("[") {
            let key = match self.tokens.get(self.at) {
                Some((_, Token::Text(key))) => key.clone(),
                _ => return Err(self.wrong("the definition names the configuration entry in quotes")),
            };
            self.at += 1;
            self.expect("]")?;
            return Ok(Node::Config(key));
        }
        self.expect(".")?;
        self.name().map(Node::Config)
    }

    fn call(&mut self, name: &str) -> Result<Node, Wrong> {
        let function = Function::parse(name).ok_or_else(|| {
            let hint = nearest::hint(name, Function::names());
            self.wrong(&format!("\"{name}\" is no function that is known here{hint}"))
        })?;
        let arguments = self.arguments()?;
        let (least, most) = function.takes();
        if !(least..=most).contains(&arguments.len()) {
            return Err(self.wrong(&format!("\"{name}\" takes another number of arguments")));
        }
        Ok(Node::Call(function, arguments))
    }

    fn object(&mut self) -> Result<Node, Wrong> {
        let mut members = Vec::new();
        while !self.take("}") {
            let name = match self.tokens.get(self.at) {
                Some((_, Token::Name(name) | Token::Text(name))) => name.clone(),
                _ => return Err(self.wrong("the name of a member is missing")),
            };
            self.at += 1;
            self.expect(":")?;
            members.push((name, self.choice()?));
            if !self.is("}") {
                self.expect(",")?;
            }
        }
        Ok(Node::Object(members))
    }
}
