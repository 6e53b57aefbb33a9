//! Lists: what becomes of the caller's `where`, `orderBy` and `fields`.

use keyway_model::Problems;
use keyway_model::ceql::{self, Expression, OData, Scalar};

use crate::json::Json;
use crate::pattern::{Part, Pattern};
use crate::place::Path;
use crate::{Paging, Reading};

/// How a list is filtered, ordered and paged.
#[derive(Clone, Debug)]
pub struct Listing {
    /// How the provider pages.
    pub paging: Paging,
    pub(crate) filter: Filter,
    pub(crate) order: Order,
    /// The fields that `where` may name; empty means any.
    pub(crate) filtered: Vec<String>,
    /// The query parameter for `fields`.
    pub(crate) select: Option<Select>,
}

/// What becomes of `where`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Every equality becomes a query parameter.
    Query,
    /// The whole filter becomes a text: in a query parameter, or where the request has its place.
    Whole { parameter: Option<String>, language: OData },
    /// Rows are filtered here.
    Local,
    /// It is refused.
    Refused,
}

/// The query parameter for `fields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Select {
    pub(crate) parameter: String,
    /// Once for every field, rather than a list with commas.
    pub(crate) repeat: bool,
}

/// What becomes of `orderBy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Query parameters.
    Query(Vec<(String, Pattern)>),
    /// Rows are sorted here.
    Local,
    /// It is refused.
    Refused,
}

/// What a caller wants of a list.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The condition on rows.
    pub filter: Option<Expression>,
    /// Field, and whether the largest comes first.
    pub order: Option<(String, bool)>,
    /// The fields to be shown; empty means all.
    pub fields: Vec<String>,
}

/// The provider's share of what a caller wants.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Query parameters.
    pub query: Vec<(String, String)>,
    /// Values for places of the request.
    pub places: Vec<(&'static str, String)>,
}

impl Wanted {
    /// Reads the three parameters.
    pub fn read(filter: Option<&str>, order: Option<&str>, fields: Option<&str>) -> Result<Self, Problems> {
        let filter = filter.map(str::trim).filter(|text| !text.is_empty()).map(ceql::parse).transpose();
        let filter = filter.map_err(|error| Problems::one("where", error.to_string()))?;
        let order = order.map(str::trim).filter(|text| !text.is_empty()).map(read_order).transpose()?;
        let fields = fields.unwrap_or_default().split(',').map(str::trim).filter(|field| !field.is_empty());
        Ok(Self { filter, order, fields: fields.map(str::to_owned).collect() })
    }
}

fn read_order(text: &str) -> Result<(String, bool), Problems> {
    let wrong = || Problems::one("orderBy", "must be a field, with asc or desc behind it");
    let mut words = text.split_whitespace();
    let field = words.next().ok_or_else(wrong)?.trim_matches('`').to_owned();
    let descending = match words.next().map(str::to_ascii_lowercase).as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(wrong()),
    };
    if words.next().is_some() || field.is_empty() || field.contains(',') {
        return Err(wrong());
    }
    Ok((field, descending))
}

impl Listing {
    /// What the provider is asked for; what it cannot be asked for is refused, naming the parameter.
    pub fn ask(&self, wanted: &Wanted, reading: &Reading) -> Result<Asked, Problems> {
        let mut asked = Asked::default();
        if let Some(filter) = &wanted.filter {
            let unknown = |name: &&str| !self.filtered.is_empty() && !self.filtered.iter().any(|known| known == name);
            if let Some(name) = filter.fields().find(unknown) {
                let message =
                    format!("names \"{name}\", but this resource is filtered by {} only", self.filtered.join(", "));
                return Err(Problems::one("where", message));
            }
            let mut filter = filter.clone();
            filter.rename(|name| reading.vendor_name(name));
            self.ask_filter(&filter, &mut asked)?;
        }
        if let Some((field, descending)) = &wanted.order {
            let field = reading.vendor_name(field).unwrap_or_else(|| field.clone());
            self.ask_order(&field, *descending, &mut asked)?;
        }
        if !wanted.fields.is_empty() {
            let names = wanted.fields.iter().map(|name| reading.vendor_name(name).unwrap_or_else(|| name.clone()));
            self.ask_fields(&names.collect::<Vec<_>>(), &mut asked);
        }
        Ok(asked)
    }

    fn ask_fields(&self, names: &[String], asked: &mut Asked) {
        asked.places.push(("fields", names.join(",")));
        match &self.select {
            Some(Select { parameter, repeat: true }) => {
                asked.query.extend(names.iter().map(|name| (parameter.clone(), name.clone())));
            }
            Some(Select { parameter, repeat: false }) => asked.query.push((parameter.clone(), names.join(","))),
            None => {}
        }
    }

    fn ask_filter(&self, filter: &Expression, asked: &mut Asked) -> Result<(), Problems> {
        let unsupported = |error: ceql::Unsupported| Problems::one("where", error.to_string());
        match &self.filter {
            Filter::Query => asked.query.extend(ceql::to_query(filter).map_err(unsupported)?),
            Filter::Whole { parameter, language } => {
                let text = ceql::to_odata(filter, *language).map_err(unsupported)?;
                asked.query.extend(parameter.clone().map(|parameter| (parameter, text.clone())));
                asked.places.push(("where", text));
            }
            Filter::Local => {}
            Filter::Refused => return Err(Problems::one("where", "is not supported by this resource")),
        }
        Ok(())
    }

    fn ask_order(&self, field: &str, descending: bool, asked: &mut Asked) -> Result<(), Problems> {
        match &self.order {
            Order::Query(entries) => {
                let entry =
                    |(name, pattern): &(String, Pattern)| Some((name.clone(), filled(pattern, field, descending)?));
                asked.query.extend(entries.iter().filter_map(entry));
            }
            Order::Local => {}
            Order::Refused => return Err(Problems::one("orderBy", "is not supported by this resource")),
        }
        Ok(())
    }

    /// Whether all rows have to be here before the first can be shown.
    pub const fn is_local(&self) -> bool {
        matches!(self.paging, Paging::Whole)
    }

    /// Filters and sorts rows that came all at once, as far as that is done here.
    pub fn arrange(&self, rows: &mut Vec<&Json<'_>>, wanted: &Wanted, reading: &Reading) {
        let value = |row: &Json<'_>, name: &str| {
            let vendor = reading.vendor_name(name);
            Path::parse(vendor.as_deref().unwrap_or(name)).ok().and_then(|path| path.of(row).map(scalar))
        };
        if let (Filter::Local, Some(filter)) = (&self.filter, &wanted.filter) {
            rows.retain(|row| ceql::matches(filter, &|name| value(row, name)));
        }
        if let (Order::Local, Some((field, descending))) = (&self.order, &wanted.order) {
            rows.sort_by(|a, b| {
                let order = compare(value(a, field).as_ref(), value(b, field).as_ref());
                if *descending { order.reverse() } else { order }
            });
        }
    }
}

/// The filled text; nothing where it is about the other direction.
fn filled(pattern: &Pattern, field: &str, descending: bool) -> Option<String> {
    let text = |part: &Part| match part {
        Part::Text(text) => Some(text.clone()),
        Part::Place { name, .. } => match name.as_str() {
            "field" => Some(field.to_owned()),
            "ascending" => (!descending).then(|| field.to_owned()),
            "descending" => descending.then(|| field.to_owned()),
            "direction" => Some(if descending { "desc" } else { "asc" }.to_owned()),
            _ => Some(if descending { "-" } else { "" }.to_owned()),
        },
        Part::Expression(_) => None,
    };
    pattern.0.iter().map(text).collect()
}

fn scalar(value: &Json<'_>) -> Scalar {
    match value {
        Json::Scalar("true") => Scalar::Boolean(true),
        Json::Scalar("false") => Scalar::Boolean(false),
        Json::Scalar(raw) if raw.starts_with('"') => Scalar::Text(value.text().unwrap_or_default().into_owned()),
        Json::Scalar("null") | Json::Array(_) | Json::Object(_) => Scalar::Null,
        Json::Scalar(raw) => Scalar::Number((*raw).to_owned()),
    }
}

/// Numbers by their size, all else by its text; what is not there comes first.
fn compare(a: Option<&Scalar>, b: Option<&Scalar>) -> std::cmp::Ordering {
    let number = |value: Option<&Scalar>| match value {
        Some(Scalar::Number(raw)) => raw.parse::<f64>().ok(),
        _ => None,
    };
    let text = |value: Option<&Scalar>| match value {
        Some(Scalar::Text(text) | Scalar::Number(text)) => Some(text.clone()),
        Some(Scalar::Boolean(truth)) => Some(truth.to_string()),
        Some(Scalar::Null) | None => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => text(a).cmp(&text(b)),
    }
}
