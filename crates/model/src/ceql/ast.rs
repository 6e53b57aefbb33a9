//! What a condition is made of, and how it is written.

use std::fmt;

use super::lexer;

/// A condition on a row.
///
/// What [`super::parse`] makes, `Display` writes so that it is read as the same again. It never makes an `And` or `Or`
/// of fewer than two, nor a text that is a date with time and zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// All of these.
    And(Vec<Expression>),
    /// At least one of these.
    Or(Vec<Expression>),
    /// Not this.
    Not(Box<Expression>),
    /// A field compared with a value.
    Compare {
        /// The field's name, without back-quotes.
        field: String,
        /// How they are compared.
        operator: Operator,
        /// What it is compared with.
        value: Literal,
    },
    /// A field that is one of some values.
    In {
        /// The field's name.
        field: String,
        /// The values, at least one.
        values: Vec<Literal>,
        /// Whether it must be none of them.
        negated: bool,
    },
    /// A field whose text has a form.
    Like {
        /// The field's name.
        field: String,
        /// `%` stands for any text, `_` for any character.
        pattern: String,
        /// Whether it must not have it.
        negated: bool,
    },
    /// A field without a value.
    IsNull {
        /// The field's name.
        field: String,
        /// Whether it must have one.
        negated: bool,
    },
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// A quoted text, without its quotes.
    Text(String),
    /// A number as written, such as `-1.50`.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
    /// An ISO date or date-time as written.
    Date(String),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=` or `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// One comparison in the form that hooks are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The field's name.
    pub attribute: String,
    /// How it is compared.
    pub operator: Operator,
    /// What it is compared with.
    pub value: Literal,
}

impl Operator {
    /// The operator as it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Literal {
    /// The value as text, without quotes.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Date(text) => text,
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
        }
    }
}

impl Expression {
    /// The names of the fields in the order of the text; a field that is named twice comes twice.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let mut found = Vec::new();
        self.collect_fields(&mut found);
        found.into_iter()
    }

    fn collect_fields<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.collect_fields(found)),
            Self::Not(inner) => inner.collect_fields(found),
            Self::Compare { field, .. }
            | Self::In { field, .. }
            | Self::Like { field, .. }
            | Self::IsNull { field, .. } => found.push(field),
        }
    }

    /// Gives every field the name that `new_name` tells; `None` leaves a field as it is.
    pub fn rename(&mut self, new_name: impl Fn(&str) -> Option<String>) {
        self.rename_by(&new_name);
    }

    fn rename_by(&mut self, new_name: &dyn Fn(&str) -> Option<String>) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter_mut().for_each(|part| part.rename_by(new_name)),
            Self::Not(inner) => inner.rename_by(new_name),
            Self::Compare { field, .. }
            | Self::In { field, .. }
            | Self::Like { field, .. }
            | Self::IsNull { field, .. } => {
                if let Some(name) = new_name(field) {
                    *field = name;
                }
            }
        }
    }

    /// The comparisons that must all be true; `None` where there is anything but comparisons joined by AND.
    pub fn conjunction(&self) -> Option<Vec<Condition>> {
        match self {
            Self::And(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(Self::conjunction).collect();
                Some(parts?.into_iter().flatten().collect())
            }
            Self::Compare { field, operator, value } => {
                Some(vec![Condition { attribute: field.clone(), operator: *operator, value: value.clone() }])
            }
            _ => None,
        }
    }

    const fn is_chain(&self) -> bool {
        matches!(self, Self::And(_) | Self::Or(_))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", Quoted(text)),
            other => f.write_str(other.as_text()),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => chain(f, parts, " AND ", Self::is_chain),
            Self::Or(parts) => chain(f, parts, " OR ", |part| matches!(part, Self::Or(_))),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                part(f, inner, inner.is_chain())
            }
            Self::Compare { field, operator, value } => write!(f, "{} {operator} {value}", Name(field)),
            Self::In { field, values, negated } => {
                write!(f, "{}{} IN (", Name(field), not(*negated))?;
                for (index, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Self::Like { field, pattern, negated } => {
                write!(f, "{}{} LIKE {}", Name(field), not(*negated), Quoted(pattern))
            }
            Self::IsNull { field, negated } => write!(f, "{} IS{} NULL", Name(field), not(*negated)),
        }
    }
}

const fn not(negated: bool) -> &'static str {
    if negated { " NOT" } else { "" }
}

fn chain(
    f: &mut fmt::Formatter<'_>,
    parts: &[Expression],
    joint: &str,
    apart: impl Fn(&Expression) -> bool,
) -> fmt::Result {
    for (index, each) in parts.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { joint })?;
        part(f, each, apart(each))?;
    }
    Ok(())
}

fn part(f: &mut fmt::Formatter<'_>, expression: &Expression, apart: bool) -> fmt::Result {
    if apart { write!(f, "({expression})") } else { write!(f, "{expression}") }
}

/// A text in single quotes.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

/// A field's name, in back-quotes where it needs them.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if lexer::is_plain_name(self.0) { f.write_str(self.0) } else { write!(f, "`{}`", self.0.replace('`', "``")) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Expression, Literal, Operator};
    use crate::ceql::parse;

    #[test]
    fn fields_come_in_the_order_of_the_text() {
        let read = parse("b = 1 AND (NOT a IN (1) OR `c d` IS NULL) AND b LIKE 'x'").unwrap();
        assert_eq!(read.fields().collect::<Vec<_>>(), ["b", "a", "c d", "b"]);
    }

    #[test]
    fn renaming_reaches_every_field_and_leaves_the_others() {
        let mut read = parse("a = 1 AND NOT (a IN (1) OR b IS NULL) AND a LIKE 'a'").unwrap();
        read.rename(|name| (name == "a").then(|| "x y".to_owned()));
        assert_eq!(read.to_string(), "`x y` = 1 AND NOT (`x y` IN (1) OR b IS NULL) AND `x y` LIKE 'a'");
    }

    #[test]
    fn a_pure_and_of_comparisons_is_a_flat_list() {
        let condition = |attribute: &str, operator, value: &str| Condition {
            attribute: attribute.to_owned(),
            operator,
            value: Literal::Text(value.to_owned()),
        };
        let read = parse("(a = '1' and b <> '2') and c >= '3'").unwrap();
        let flat = [
            condition("a", Operator::Equal, "1"),
            condition("b", Operator::NotEqual, "2"),
            condition("c", Operator::GreaterOrEqual, "3"),
        ];
        assert_eq!(read.conjunction().unwrap(), flat);
        assert_eq!(parse("a = '1'").unwrap().conjunction().unwrap().len(), 1);
        for other in ["a = 1 OR b = 2", "a = 1 AND NOT b = 2", "a = 1 AND b IN (1)", "a IS NULL", "a LIKE 'x'"] {
            assert_eq!(parse(other).unwrap().conjunction(), None, "{other}");
        }
    }

    #[test]
    fn expressions_of_one_kind_below_another_are_written_apart() {
        let leaf = |name: &str| Expression::IsNull { field: name.to_owned(), negated: false };
        let nested = Expression::And(vec![
            Expression::And(vec![leaf("a"), leaf("b")]),
            Expression::Or(vec![leaf("c"), Expression::Not(Box::new(Expression::Not(Box::new(leaf("d")))))]),
        ]);
        let written = "(a IS NULL AND b IS NULL) AND (c IS NULL OR NOT NOT d IS NULL)";
        assert_eq!(nested.to_string(), written);
        assert_eq!(parse(written).unwrap(), nested);
    }
}
