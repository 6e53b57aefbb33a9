//! From the descriptions of paging, `where` and `orderBy` to a [`Listing`](crate::listing::Listing).

use keyway_model::ceql::OData;
use serde_json::Value;

use super::Common;
use super::requests::{self, Default};
use crate::definition::{FilterDefinition, PagingDefinition, SelectDefinition, Short};
use crate::entries::Entries;
use crate::error::Scope;
use crate::listing::{Filter, Order, Select};
use crate::paging::{Kind, Paging, Target, VendorPaging};
use crate::pattern::Pattern;
use crate::place::Place;
use crate::request::Body;
use crate::{DefinitionError, Roots};

/// The provider's largest page where the definition does not say.
const USUAL_MAX: usize = 100;

pub(super) fn paging(
    at: Scope<'_>,
    common: &Common,
    raw: Option<&Short<PagingDefinition>>,
) -> Result<Paging, DefinitionError> {
    let raw = match raw {
        None => return Ok(Paging::Whole),
        Some(Short::Word(word)) if word == "none" => return Ok(Paging::Whole),
        Some(Short::Word(word)) => {
            return Err(at.error(format!("\"{word}\" is no way of paging; say none or a mapping")));
        }
        Some(Short::Full(raw)) => raw,
    };
    let place = |text: &String| Place::parse(text).map_err(|message| at.error_at(text, message));
    let target = |name: &str, value: &Value| target(at.member(name), value);
    let kind = match (&raw.page, &raw.offset, &raw.cursor, &raw.link) {
        (Some(page), None, None, None) => Kind::Page { target: target("page", page)?, first: raw.first.unwrap_or(1) },
        (None, Some(offset), None, None) => {
            Kind::Offset { target: target("offset", offset)?, first: raw.first.unwrap_or(0) }
        }
        (None, None, Some(cursor), None) => {
            let next = raw
                .next
                .as_ref()
                .ok_or_else(|| at.member("cursor").error("a cursor needs \"next\", the place of the next one"))?;
            Kind::Cursor { target: target("cursor", cursor)?, next: place(next)? }
        }
        (None, None, None, Some(link)) => Kind::Link { next: place(link)? },
        _ => return Err(at.error("paging has one of page, offset, cursor and link")),
    };
    if raw.next.is_some() && !matches!(kind, Kind::Cursor { .. }) {
        return Err(at.member("next").error("\"next\" is not used: it belongs to a cursor"));
    }
    if raw.first.is_some() && !matches!(kind, Kind::Page { .. } | Kind::Offset { .. }) {
        return Err(at.member("first").error("\"first\" is not used: it belongs to pages and rows that are counted"));
    }
    let max = raw.max.unwrap_or(USUAL_MAX);
    if max == 0 {
        return Err(at.member("max").error("\"max\" must be 1 at least"));
    }
    let follow = |raw| {
        requests::check_alone(at.member("continue"), raw)?;
        requests::request(at.member("continue"), common, raw, Default { target: None, body: Body::None })
    };
    Ok(Paging::Vendor(Box::new(VendorPaging {
        kind,
        size: raw.size.as_ref().map(|size| target("size", size)).transpose()?,
        max,
        more: raw.more.as_ref().map(place).transpose()?,
        total: raw.total.as_ref().map(place).transpose()?,
        follow: raw.follow.as_ref().map(follow).transpose()?,
    })))
}

/// What a list's request must hold a place for, by the name of the place.
pub(super) fn placed(paging: &Paging) -> Vec<&'static str> {
    let Paging::Vendor(vendor) = paging else { return Vec::new() };
    let named = match &vendor.kind {
        Kind::Page { target, .. } => Some(("page", target)),
        Kind::Offset { target, .. } => Some(("offset", target)),
        Kind::Cursor { target, .. } => Some(("cursor", target)),
        Kind::Link { .. } => None,
    };
    let size = vendor.size.as_ref().map(|target| ("size", target));
    named.into_iter().chain(size).filter(|(_, target)| **target == Target::Placed).map(|(name, _)| name).collect()
}

fn target(at: Scope<'_>, value: &Value) -> Result<Target, DefinitionError> {
    match value {
        Value::Bool(true) => Ok(Target::Placed),
        Value::String(name) => Ok(match name.strip_prefix("body:") {
            Some(member) => Target::Body(member.to_owned()),
            None => Target::Query(name.strip_prefix("query:").unwrap_or(name).to_owned()),
        }),
        other => Err(at.error(format!("\"{other}\" names no parameter; say its name, body:name or true"))),
    }
}

pub(super) fn filter(at: Scope<'_>, raw: Option<&Short<FilterDefinition>>) -> Result<Filter, DefinitionError> {
    let language = |word: &str| match word {
        "odata" => Some(OData::V4),
        "odata3" => Some(OData::V3),
        _ => None,
    };
    match raw {
        None => Ok(Filter::Query),
        Some(Short::Word(word)) => match word.as_str() {
            "query" => Ok(Filter::Query),
            "local" => Ok(Filter::Local),
            "none" => Ok(Filter::Refused),
            word => {
                let language = language(word)
                    .ok_or_else(|| at.error(format!("\"{word}\" is none of query, odata, odata3, local, none")))?;
                Ok(Filter::Whole { parameter: Some("$filter".to_owned()), language })
            }
        },
        Some(Short::Full(raw)) => {
            let word = raw.language.as_deref().unwrap_or("odata");
            if word == "query" {
                return Ok(Filter::Query);
            }
            let language = language(word)
                .ok_or_else(|| at.member("as").error(format!("\"{word}\" is none of query, odata, odata3")))?;
            Ok(Filter::Whole { parameter: raw.query.clone(), language })
        }
    }
}

/// The fields that `where` may name.
pub(super) fn filtered(raw: Option<&Short<FilterDefinition>>) -> Vec<String> {
    match raw {
        Some(Short::Full(raw)) => raw.fields.clone(),
        _ => Vec::new(),
    }
}

pub(super) fn select(raw: Option<&Short<SelectDefinition>>) -> Option<Select> {
    Some(match raw? {
        Short::Word(parameter) => Select { parameter: parameter.clone(), repeat: false },
        Short::Full(raw) => Select { parameter: raw.query.clone(), repeat: raw.repeat },
    })
}

pub(super) fn order(at: Scope<'_>, raw: Option<&Short<Entries<String>>>) -> Result<Order, DefinitionError> {
    let entries = match raw {
        None => return Ok(Order::Refused),
        Some(Short::Word(word)) => {
            return match word.as_str() {
                "local" => Ok(Order::Local),
                "none" => Ok(Order::Refused),
                word => Err(at.error(format!("\"{word}\" is none of local, none, or a mapping of query parameters"))),
            };
        }
        Some(Short::Full(entries)) => entries,
    };
    let mut patterns = Vec::new();
    for entry in &entries.0 {
        let pattern =
            Pattern::parse_with(&entry.value, Roots(&[])).map_err(|message| at.at_line(entry.line).error(message))?;
        let at = at.at_line(entry.line);
        if let Some(name) =
            pattern.places().find(|name| !["field", "direction", "minus", "ascending", "descending"].contains(name))
        {
            return Err(at.error(format!(
                "\"{{{name}}}\" cannot be reached here; known are field, direction, minus, ascending and descending"
            )));
        }
        if pattern.keys().next().is_some() {
            return Err(at.error("an order cannot read the configuration"));
        }
        patterns.push((entry.key.clone(), pattern));
    }
    Ok(Order::Query(patterns))
}
