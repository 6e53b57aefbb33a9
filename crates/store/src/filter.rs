//! A condition of CEQL as a condition of SQL: only listed columns are named, and every value is bound.
//!
//! It holds for the rows that [`keyway_model::ceql::matches`] would find, on both back-ends alike: texts are compared
//! by their bytes, `LIKE` minds the case, and a value that a column cannot hold equals none of its values. Two things
//! are decided by the column: a text column reads numbers and dates as they were written, and a time is compared as it
//! is shown, in whole seconds.

use keyway_model::AccountId;
use keyway_model::ceql::{self, Decimal, Expression, Literal, Operator, Whole};

use crate::Backend;

/// Which accounts or users of an organization a list holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Only this account, or the users of it.
    pub account: Option<AccountId>,
    /// Also inactive ones.
    pub with_inactive: bool,
    /// Only those for which this holds. A field that the list does not know holds for none.
    pub filter: Option<&'a Expression>,
}

impl Selection<'_> {
    /// Everything that there is.
    pub const fn everything() -> Self {
        Self { account: None, with_inactive: true, filter: None }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    /// Epoch milliseconds.
    Time,
}

/// A field that may be named, and the column that holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) field: &'static str,
    pub(crate) sql: &'static str,
    pub(crate) kind: Kind,
}

/// A value to be bound.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bound {
    Text(String),
    Number(i64),
    Flag(bool),
}

/// A condition and its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Where {
    /// ` and (…)`, or nothing.
    pub(crate) sql: String,
    /// The values of its placeholders, in order.
    pub(crate) bound: Vec<Bound>,
}

/// Binds the values of a [`Where`] behind those that a statement has already.
macro_rules! bind_all {
    ($query:expr, $condition:expr) => {{
        let mut query = $query;
        for value in &$condition.bound {
            query = match value {
                crate::filter::Bound::Text(text) => query.bind(text.as_str()),
                crate::filter::Bound::Number(number) => query.bind(*number),
                crate::filter::Bound::Flag(flag) => query.bind(*flag),
            };
        }
        // What callers write is seldom written again: it must not push the other statements out of the cache.
        query.persistent($condition.bound.is_empty())
    }};
}

/// Neither true nor false.
const UNKNOWN: &str = "cast(null as boolean)";

impl Where {
    /// Writes a filter for a statement that has `before` placeholders already.
    pub(crate) fn of(filter: Option<&Expression>, columns: &[Column], before: usize, backend: Backend) -> Self {
        let Some(filter) = filter else { return Self::default() };
        let mut writer = Writer { columns, before, backend, bound: Vec::new() };
        let sql = format!(" and ({})", writer.expression(filter));
        Self { sql, bound: writer.bound }
    }
}

struct Writer<'a> {
    columns: &'a [Column],
    before: usize,
    backend: Backend,
    bound: Vec<Bound>,
}

impl Writer<'_> {
    fn bind(&mut self, value: Bound) -> String {
        self.bound.push(value);
        format!("${}", self.before + self.bound.len())
    }

    fn column(&self, field: &str) -> Option<Column> {
        self.columns.iter().copied().find(|column| column.field == field)
    }

    fn expression(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::And(parts) => self.chain(parts, "and"),
            Expression::Or(parts) => self.chain(parts, "or"),
            Expression::Not(inner) => format!("(not {})", self.expression(inner)),
            Expression::Compare { field, .. }
            | Expression::In { field, .. }
            | Expression::Like { field, .. }
            | Expression::IsNull { field, .. } => {
                self.column(field).map_or_else(|| UNKNOWN.to_owned(), |column| self.condition(column, expression))
            }
        }
    }

    /// Joined as a balanced tree: SQLite allows a depth of a thousand, and a long chain would be as deep as it is long.
    fn chain(&mut self, parts: &[Expression], joint: &str) -> String {
        match parts {
            [] => if joint == "and" { "(1 = 1)" } else { "(1 = 0)" }.to_owned(),
            [one] => self.expression(one),
            _ => {
                let (left, right) = parts.split_at(parts.len() / 2);
                let (left, right) = (self.chain(left, joint), self.chain(right, joint));
                format!("({left} {joint} {right})")
            }
        }
    }

    fn condition(&mut self, column: Column, expression: &Expression) -> String {
        match expression {
            Expression::Compare { operator, value, .. } => self.comparison(column, *operator, value),
            Expression::In { values, negated, .. } => not(*negated, self.list(column, values)),
            Expression::Like { pattern, negated, .. } => not(*negated, self.like(column, pattern)),
            Expression::IsNull { negated: false, .. } => format!("({} is null)", column.sql),
            Expression::IsNull { negated: true, .. } => format!("({} is not null)", column.sql),
            Expression::And(_) | Expression::Or(_) | Expression::Not(_) => self.expression(expression),
        }
    }

    fn comparison(&mut self, column: Column, operator: Operator, value: &Literal) -> String {
        let differs = matches!(operator, Operator::NotEqual);
        let nothing = if differs { always(column) } else { never(column) };
        match Comparand::of(column.kind, value) {
            None => nothing,
            Some(Comparand::Whole(whole)) => match whole_operator(operator, whole.exact) {
                None => nothing,
                Some(symbol) => {
                    let place = self.bind(Bound::Number(whole.floor));
                    format!("({} {symbol} {place})", column.compared())
                }
            },
            Some(Comparand::Bound(bound)) => {
                let place = self.bind(bound);
                format!("({}{} {} {place})", column.sql, self.collation(column), operator.symbol())
            }
        }
    }

    /// PostgreSQL would order texts by the words of a language.
    const fn collation(&self, column: Column) -> &'static str {
        match (self.backend, column.kind) {
            (Backend::Postgres, Kind::Text) => " collate \"C\"",
            _ => "",
        }
    }

    fn list(&mut self, column: Column, values: &[Literal]) -> String {
        let mut places = Vec::new();
        for value in values {
            match Comparand::of(column.kind, value) {
                Some(Comparand::Whole(Whole { floor, exact: true })) => places.push(self.bind(Bound::Number(floor))),
                Some(Comparand::Bound(bound)) => places.push(self.bind(bound)),
                Some(Comparand::Whole(_)) | None => {}
            }
        }
        if places.is_empty() { never(column) } else { format!("({} in ({}))", column.compared(), places.join(", ")) }
    }

    fn like(&mut self, column: Column, pattern: &str) -> String {
        if pattern.contains('\0') {
            return never(column);
        }
        let text = match (column.kind, self.backend) {
            (Kind::Text, _) => column.sql.to_owned(),
            (Kind::Number, _) => format!("cast({} as text)", column.sql),
            (Kind::Flag, _) => format!("case {} when true then 'true' when false then 'false' end", column.sql),
            (Kind::Time, Backend::Sqlite) => {
                format!("strftime('%Y-%m-%dT%H:%M:%SZ', {}, 'unixepoch')", column.compared())
            }
            (Kind::Time, Backend::Postgres) => {
                format!(
                    "to_char(to_timestamp({}) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
                    column.compared()
                )
            }
        };
        match self.backend {
            Backend::Postgres => format!("({text} like {} escape '')", self.bind(Bound::Text(pattern.to_owned()))),
            // SQLite's LIKE takes `a` for `A`; its GLOB does not.
            Backend::Sqlite => format!("({text} glob {})", self.bind(Bound::Text(glob(pattern)))),
        }
    }
}

impl Column {
    /// The column in the unit that it is compared in.
    fn compared(self) -> String {
        match self.kind {
            Kind::Time => format!("({} / 1000)", self.sql),
            _ => self.sql.to_owned(),
        }
    }
}

/// What a literal is to a column.
enum Comparand {
    Bound(Bound),
    Whole(Whole),
}

impl Comparand {
    /// `None` when the column can hold no such value.
    fn of(kind: Kind, value: &Literal) -> Option<Self> {
        match (kind, value) {
            // A NUL is in no text, and PostgreSQL would refuse to be asked.
            (Kind::Text, _) => {
                let text = Some(value.as_text()).filter(|text| !text.contains('\0'))?;
                Some(Self::Bound(Bound::Text(text.to_owned())))
            }
            (Kind::Number, Literal::Number(text) | Literal::Text(text)) => {
                Decimal::parse(text).map(|number| Self::Whole(number.whole()))
            }
            (Kind::Time, Literal::Date(text) | Literal::Text(text)) => {
                let nanoseconds = ceql::epoch_nanoseconds(text)?;
                let floor = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?;
                Some(Self::Whole(Whole { floor, exact: nanoseconds.rem_euclid(1_000_000_000) == 0 }))
            }
            (Kind::Flag, Literal::Boolean(flag)) => Some(Self::Bound(Bound::Flag(*flag))),
            (Kind::Flag, Literal::Text(text)) if text.eq_ignore_ascii_case("true") => {
                Some(Self::Bound(Bound::Flag(true)))
            }
            (Kind::Flag, Literal::Text(text)) if text.eq_ignore_ascii_case("false") => {
                Some(Self::Bound(Bound::Flag(false)))
            }
            (Kind::Flag | Kind::Number | Kind::Time, _) => None,
        }
    }
}

/// How a whole column is compared with the floor of a number; `None` when it is never equal to it.
const fn whole_operator(operator: Operator, exact: bool) -> Option<&'static str> {
    match (operator, exact) {
        (Operator::Equal | Operator::NotEqual, false) => None,
        (Operator::Less, false) => Some("<="),
        (Operator::GreaterOrEqual, false) => Some(">"),
        (_, _) => Some(operator.symbol()),
    }
}

/// False for every value, unknown where there is none.
fn never(column: Column) -> String {
    format!("({} is null and {UNKNOWN})", column.sql)
}

/// True for every value, unknown where there is none.
fn always(column: Column) -> String {
    format!("({} is not null or {UNKNOWN})", column.sql)
}

fn not(negated: bool, condition: String) -> String {
    if negated { format!("(not {condition})") } else { condition }
}

/// A `LIKE` pattern in SQLite's words.
fn glob(pattern: &str) -> String {
    let mut glob = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            '%' => glob.push('*'),
            '_' => glob.push('?'),
            '*' | '?' | '[' => glob.extend(['[', c, ']']),
            other => glob.push(other),
        }
    }
    glob
}
