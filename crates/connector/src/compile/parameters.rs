//! From the description of a parameter to a [`Parameter`].

use crate::definition::{ParameterDefinition, Short};
use crate::entries::Entry;
use crate::error::Scope;
use crate::parameter::{Kind, Parameter, Source};
use crate::{DefinitionError, nearest};

pub(super) fn parameter(
    at: Scope<'_>,
    entry: &Entry<Short<ParameterDefinition>>,
) -> Result<Parameter, DefinitionError> {
    let at = at.at_line(entry.line);
    let short;
    let raw = match &entry.value {
        Short::Full(raw) => raw,
        Short::Word(source) => {
            short = ParameterDefinition { source: Some(source.clone()), ..ParameterDefinition::default() };
            &short
        }
    };
    let source = match raw.source.as_deref() {
        None | Some("query") => Source::Query,
        Some("header") => Source::Header,
        Some("body") => Source::Body,
        Some("form") => Source::Form,
        Some(other) => return Err(at.member("in").error(format!("\"{other}\" is none of query, header, body, form"))),
    };
    let kind = raw.kind.as_deref().unwrap_or("string");
    let kind = Kind::NAMES.iter().find(|(name, _)| *name == kind).map(|(_, kind)| *kind).ok_or_else(|| {
        let known = Kind::NAMES.map(|(name, _)| name);
        at.member("type").error(format!("\"{kind}\" is none of {}{}", known.join(", "), nearest::hint(kind, known)))
    })?;
    Ok(Parameter {
        name: entry.key.clone(),
        outer: raw.name.clone().unwrap_or_else(|| entry.key.clone()),
        map: raw.map.0.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect(),
        source,
        kind,
        required: raw.required,
        default: raw.default.clone(),
        options: raw.options.clone().unwrap_or_default(),
        help: raw.help.clone(),
        ignore: raw.ignore,
    })
}
