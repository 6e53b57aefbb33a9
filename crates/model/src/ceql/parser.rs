//! Reads a condition, and says where it stops being one.

use thiserror::Error;

use super::ast::{Expression, Literal, Operator};
use super::date::{self, Zone};
use super::decimal::Decimal;
use super::lexer::{self, Placed, Token};

/// The longest condition, in characters.
pub const MAX_CHARACTERS: usize = 8000;

/// How deep parentheses and NOTs may nest.
pub const MAX_DEPTH: usize = 64;

/// The longest list behind IN.
pub const MAX_VALUES: usize = 500;
/// Longest pattern of LIKE, in characters.
const MAX_PATTERN: usize = 256;

/// Why a text is no condition.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("at position {position}: {message}")]
pub struct SyntaxError {
    /// Where, counted in characters from 1; one more than there are when the end came too early.
    pub position: usize,
    /// `expected …, found …`
    pub message: String,
}

impl SyntaxError {
    pub(super) fn new(position: usize, expected: &str, found: &str) -> Self {
        Self { position, message: format!("expected {expected}, found {found}") }
    }
}

/// Reads a condition.
pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
    let words = lexer::words(text)?;
    let mut parser = Parser { words: words.into_iter().peekable(), depth: 0 };
    let expression = parser.any()?;
    let rest = parser.next();
    match rest.token {
        Token::End => Ok(expression),
        _ => Err(unexpected(&rest, "AND, OR or the end")),
    }
}

struct Parser {
    words: std::iter::Peekable<std::vec::IntoIter<Placed>>,
    depth: usize,
}

fn unexpected(word: &Placed, expected: &str) -> SyntaxError {
    SyntaxError::new(word.position, expected, &word.token.shown())
}

impl Parser {
    /// The next word. Behind the end comes the end again, though nobody asks twice.
    fn next(&mut self) -> Placed {
        self.words.next().unwrap_or(Placed { token: Token::End, position: 0 })
    }

    /// Takes the next word if it is a keyword, given in lower case.
    fn takes(&mut self, keyword: &str) -> bool {
        self.words.next_if(|word| word.token.is(keyword)).is_some()
    }

    fn any(&mut self) -> Result<Expression, SyntaxError> {
        self.chain("or", Expression::Or, Self::all)
    }

    fn all(&mut self) -> Result<Expression, SyntaxError> {
        self.chain("and", Expression::And, Self::unary)
    }

    fn chain(
        &mut self,
        joint: &str,
        join: fn(Vec<Expression>) -> Expression,
        part: fn(&mut Self) -> Result<Expression, SyntaxError>,
    ) -> Result<Expression, SyntaxError> {
        let first = part(self)?;
        let mut more = Vec::new();
        while self.takes(joint) {
            more.push(part(self)?);
        }
        if more.is_empty() {
            return Ok(first);
        }
        more.insert(0, first);
        Ok(join(more))
    }

    fn unary(&mut self) -> Result<Expression, SyntaxError> {
        let word = self.next();
        if word.token.is("not") {
            let inner = self.deeper(&word, Self::unary)?;
            return Ok(Expression::Not(Box::new(inner)));
        }
        if word.token != Token::Open {
            return self.condition(word);
        }
        let inner = self.deeper(&word, Self::any)?;
        let close = self.next();
        if close.token == Token::Close { Ok(inner) } else { Err(unexpected(&close, "AND, OR or `)`")) }
    }

    fn deeper(
        &mut self,
        word: &Placed,
        inner: fn(&mut Self) -> Result<Expression, SyntaxError>,
    ) -> Result<Expression, SyntaxError> {
        if self.depth == MAX_DEPTH {
            let expected = format!("at most {MAX_DEPTH} parentheses and NOTs within each other");
            return Err(SyntaxError::new(word.position, &expected, "more"));
        }
        self.depth += 1;
        let expression = inner(self);
        self.depth -= 1;
        expression
    }

    fn condition(&mut self, word: Placed) -> Result<Expression, SyntaxError> {
        let field = match word.token {
            Token::Name(name) => name,
            Token::Word(ref name) if !lexer::is_keyword(name) => name.clone(),
            _ => return Err(unexpected(&word, "a field, NOT or `(`")),
        };
        let negated = self.takes("not");
        let word = self.next();
        match word.token {
            Token::Operator(operator) if !negated => self.comparison(field, operator),
            _ if word.token.is("in") => Ok(Expression::In { field, values: self.values()?, negated }),
            _ if word.token.is("like") => Ok(Expression::Like { field, pattern: self.pattern()?, negated }),
            _ if word.token.is("is") && !negated => self.is_null(field),
            _ if negated => Err(unexpected(&word, "IN or LIKE")),
            _ => Err(unexpected(&word, "a comparison, [NOT] IN, [NOT] LIKE or IS [NOT] NULL")),
        }
    }

    fn comparison(&mut self, field: String, operator: Operator) -> Result<Expression, SyntaxError> {
        let null = matches!(operator, Operator::Equal | Operator::NotEqual) && self.takes("null");
        if null {
            return Ok(Expression::IsNull { field, negated: operator == Operator::NotEqual });
        }
        Ok(Expression::Compare { field, operator, value: self.literal()? })
    }

    fn is_null(&mut self, field: String) -> Result<Expression, SyntaxError> {
        let negated = self.takes("not");
        let word = self.next();
        if word.token.is("null") {
            return Ok(Expression::IsNull { field, negated });
        }
        Err(unexpected(&word, if negated { "NULL" } else { "NULL or NOT NULL" }))
    }

    fn pattern(&mut self) -> Result<String, SyntaxError> {
        let word = self.next();
        match word.token {
            // Trying a pattern may cost its length times that of the text.
            Token::Text(ref text) if text.chars().count() > MAX_PATTERN => {
                Err(unexpected(&word, &format!("a pattern of at most {MAX_PATTERN} characters")))
            }
            Token::Text(text) => Ok(text),
            _ => Err(unexpected(&word, "a quoted text")),
        }
    }

    fn values(&mut self) -> Result<Vec<Literal>, SyntaxError> {
        let open = self.next();
        if open.token != Token::Open {
            return Err(unexpected(&open, "`(`"));
        }
        let mut values = Vec::new();
        loop {
            values.push(self.literal()?);
            let word = self.next();
            match word.token {
                Token::Close => return Ok(values),
                Token::Comma if values.len() < MAX_VALUES => {}
                Token::Comma => {
                    let expected = format!("at most {MAX_VALUES} values");
                    return Err(SyntaxError::new(word.position, &expected, "more"));
                }
                _ => return Err(unexpected(&word, "`,` or `)`")),
            }
        }
    }

    fn literal(&mut self) -> Result<Literal, SyntaxError> {
        const EXPECTED: &str = "a value (a quoted text, a number, true, false or a date)";
        let word = self.next();
        let literal = match &word.token {
            Token::Text(text) if date::zone(text) == Some(Zone::Given) && date::is_date(text) => {
                Some(Literal::Date(text.clone()))
            }
            Token::Text(text) => Some(Literal::Text(text.clone())),
            Token::Figure(text) if Decimal::parse(text).is_some() => Some(Literal::Number(text.clone())),
            Token::Figure(text) if date::is_date(text) => Some(Literal::Date(text.clone())),
            token if token.is("true") => Some(Literal::Boolean(true)),
            token if token.is("false") => Some(Literal::Boolean(false)),
            _ => None,
        };
        literal.ok_or_else(|| unexpected(&word, EXPECTED))
    }
}

#[cfg(test)]
mod tests;
