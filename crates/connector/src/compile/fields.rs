//! The form: every field checked, the common ones appended.

use super::{is_url, not_url};
use crate::definition::{Definition, FieldDefinition};
use crate::entries::Entry;
use crate::error::Source;
use crate::{AUTHENTICATION_TYPE, BASE_URL, DefinitionError, Field, FieldKind, Method, Template, common, nearest};

pub(super) fn fields(
    source: &Source<'_>,
    definition: &Definition,
    methods: &[Method],
) -> Result<Vec<Field>, DefinitionError> {
    let own = &definition.configuration;
    let mut fields = Vec::new();
    if methods.len() > 1 && own.get(AUTHENTICATION_TYPE).is_none() {
        fields.push(choice_of(methods));
    }
    for entry in &own.0 {
        fields.push(field(source, entry, methods)?);
    }
    let common = common::client_fields(methods).into_iter().chain(common::fields());
    fields.extend(common.filter(|field| own.get(&field.key).is_none()));
    for (index, field) in fields.iter_mut().enumerate() {
        field.id = i64::try_from(index).unwrap_or(i64::MAX) + 1;
    }
    check_defaults(source, own.0.iter(), &fields)?;
    if !fields.iter().any(|field| field.key == BASE_URL) {
        let message = format!("\"{BASE_URL}\" is missing: every connector needs the provider's root");
        return Err(source.top("configuration").error(message));
    }
    Ok(fields)
}

/// Where there are several methods, the choice between them is a field of its own.
fn choice_of(methods: &[Method]) -> Field {
    Field {
        id: 0,
        key: AUTHENTICATION_TYPE.to_owned(),
        label: "Authentication".to_owned(),
        help: "How the provider recognises you.".to_owned(),
        kind: FieldKind::Choice(methods.iter().map(|method| method.name.clone()).collect()),
        required: true,
        hidden: false,
        internal: false,
        default: methods.first().map(|method| method.name.clone()),
        computed: None,
        methods: Vec::new(),
    }
}

fn field(source: &Source<'_>, entry: &Entry<FieldDefinition>, methods: &[Method]) -> Result<Field, DefinitionError> {
    let Entry { key, line, value: raw } = entry;
    let wrong = |message: String| source.error(*line, message);
    let kinds = [raw.secret, raw.boolean, raw.multiline, raw.options.is_some()];
    if kinds.iter().filter(|set| **set).count() > 1 {
        return Err(wrong(format!("\"{key}\" is one of secret, boolean, multiline or options, not several")));
    }
    if let Some(unknown) = raw.methods.iter().find(|name| !methods.iter().any(|method| method.name == **name)) {
        let hint = nearest::hint(unknown, methods.iter().map(|method| method.name.as_str()));
        return Err(wrong(format!("\"{key}\" is for \"{unknown}\", which is no method of authentication here{hint}")));
    }
    let kind = match raw {
        FieldDefinition { secret: true, .. } => FieldKind::Password,
        FieldDefinition { boolean: true, .. } => FieldKind::Boolean,
        FieldDefinition { multiline: true, .. } => FieldKind::Area,
        FieldDefinition { options: Some(options), .. } => FieldKind::Choice(options.clone()),
        FieldDefinition { max_length, .. } => FieldKind::Text(max_length.unwrap_or(1000)),
    };
    if raw.max_length.is_some() && !matches!(kind, FieldKind::Text(_)) {
        return Err(wrong("\"max_length\" is not used: it belongs to a line of text".to_owned()));
    }
    let text = raw.default.clone().filter(|text| text.contains("${"));
    let computed = text.map(|text| Template::parse(&text)).transpose().map_err(wrong)?;
    match (&kind, raw.default.as_deref().filter(|_| computed.is_none())) {
        (FieldKind::Boolean, Some(text)) if !matches!(text, "true" | "false") => {
            return Err(wrong(format!("\"{text}\" is neither true nor false")));
        }
        (FieldKind::Choice(options), Some(text)) if !options.iter().any(|option| option == text) => {
            return Err(wrong(format!("\"{text}\" is none of {}", options.join(", "))));
        }
        _ => {}
    }
    Ok(Field {
        id: 0,
        key: key.clone(),
        label: raw.label.clone().unwrap_or_else(|| key.clone()),
        help: raw.help.clone(),
        kind,
        required: raw.required,
        hidden: raw.hidden || raw.internal,
        internal: raw.internal,
        default: raw.default.clone().filter(|_| computed.is_none()),
        computed,
        methods: raw.methods.clone(),
    })
}

/// A computed default reads fields that exist and are not computed themselves; a URL is one.
fn check_defaults<'a>(
    source: &Source<'_>,
    entries: impl Iterator<Item = &'a Entry<FieldDefinition>>,
    fields: &[Field],
) -> Result<(), DefinitionError> {
    for (entry, field) in entries.filter_map(|entry| Some((entry, fields.iter().find(|field| field.key == entry.key)?)))
    {
        for key in field.computed.iter().flat_map(Template::keys) {
            if !fields.iter().any(|known| known.key == key && known.computed.is_none()) {
                let known = fields.iter().filter(|field| field.computed.is_none());
                let hint = nearest::hint(key, known.map(|field| field.key.as_str()));
                return Err(source.error(
                    entry.line,
                    format!("\"config.{key}\" is no configuration entry with a value of its own{hint}"),
                ));
            }
        }
        let url = field.default.as_deref().filter(|text| field.key == BASE_URL && !text.is_empty());
        if let Some(text) = url.filter(|text| !is_url(text)) {
            return Err(source.at_line(entry.line).error_at(text, not_url(text)));
        }
    }
    Ok(())
}
