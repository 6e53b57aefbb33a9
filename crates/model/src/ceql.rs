//! CEQL, the language of `where` (platform section 6): one condition on the rows of a list.
//!
//! ```text
//! expr      := and (OR and)*            and := unary (AND unary)*
//! unary     := NOT unary | '(' expr ')' | condition
//! condition := field op literal | field [NOT] IN (literal, …) | field [NOT] LIKE 'a%' | field IS [NOT] NULL
//! op        := = | != | <> | < | <= | > | >=
//! ```
//! Keywords are read in any case. Texts stand in single or double quotes, and a doubled quote is one quote. Numbers,
//! `true` and `false` are bare; `= null` is `IS NULL`. A field may stand in back-quotes and then holds any character.
//!
//! A date is `2020-01-01` or `2020-01-01T00:00:00` with an optional fraction and an optional zone (none means UTC).
//! Bare, all of these are dates; in quotes only a date with a time and a zone is, so that other texts stay texts.
//!
//! A condition is read by [`parse`], turned into a provider's words by [`to_query`] and [`to_odata`], and tried on a
//! row by [`matches()`]. `LIKE` knows `%` (any text) and `_` (any character), no escape, and minds the case; a pattern has 256 characters at most.

mod ast;
mod date;
mod decimal;
mod evaluate;
mod lexer;
mod odata;
mod parser;
mod query;

pub use ast::{Condition, Expression, Literal, Operator};
pub use date::{epoch_nanoseconds, is_date};
pub use decimal::{Decimal, Whole};
pub use evaluate::{Scalar, like, matches};
pub use odata::{OData, to_odata};
pub use parser::{MAX_CHARACTERS, MAX_DEPTH, MAX_VALUES, SyntaxError, parse};
pub use query::{Unsupported, to_query};

#[cfg(test)]
mod fuzz;
