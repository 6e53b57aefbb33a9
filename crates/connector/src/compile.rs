//! From the file to a [`Connector`]: every name is resolved, every text parsed, every mistake given its line.

use std::path::Path;

use keyway_model::ConnectorKey;

use crate::definition::{Definition, FieldDefinition, MethodDefinition, ResourceDefinition};
use crate::error::Source;
use crate::resource::{Resource, Segment, parse_path};
use crate::{
    AUTHENTICATION_TYPE, ApiKeyPlace, Authentication, BASE_URL, Connector, DefinitionError, Field, FieldKind, Method,
    Resources, Template, Verify, common, nearest,
};

impl Connector {
    /// Reads and checks a definition. `file` is named in errors.
    pub fn compile(file: &Path, text: &str) -> Result<Self, DefinitionError> {
        let source = Source { file, text };
        let definition: Definition = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map_or(0, |location| usize::try_from(location.line()).unwrap_or(0));
            source.error(line, first_line(&error.without_snippet().to_string()))
        })?;
        let key = ConnectorKey::parse(&definition.key)
            .ok_or_else(|| source.error_at("key:", format!("\"{}\" is not a connector key", definition.key)))?;
        let methods = methods(&source, &definition)?;
        let fields = fields(&source, &definition, &methods)?;
        let connector = Self {
            key,
            name: definition.name,
            hub: definition.hub,
            description: definition.description,
            docs: definition.docs,
            methods,
            fields,
            verify: definition.verify.as_deref().map(|text| verify(&source, text)).transpose()?,
            resources: resources(&source, &definition.resources.0)?,
        };
        check_names(&source, &connector)?;
        Ok(connector)
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn verify(source: &Source<'_>, text: &str) -> Result<Verify, DefinitionError> {
    Verify::parse(text).map_err(|message| source.error_at("verify:", message))
}

fn methods(source: &Source<'_>, definition: &Definition) -> Result<Vec<Method>, DefinitionError> {
    let methods: Vec<Method> =
        definition.authentication.0.iter().map(|(name, raw)| method(source, name, raw)).collect::<Result<_, _>>()?;
    if methods.is_empty() {
        return Err(
            source.error_at("authentication:", "at least one method of authentication is needed; say \"none: {}\"")
        );
    }
    Ok(methods)
}

fn method(source: &Source<'_>, name: &str, raw: &MethodDefinition) -> Result<Method, DefinitionError> {
    let template = |text: &String| Template::parse(text).map_err(|message| source.error_at(text, message));
    let authentication = match raw {
        MethodDefinition { username: None, password: None, header: None, query: None, value: None, bearer: None } => {
            Authentication::None
        }
        MethodDefinition {
            username: Some(username),
            password,
            header: None,
            query: None,
            value: None,
            bearer: None,
        } => {
            let password = password.as_ref().map_or_else(|| template(&String::new()), template)?;
            Authentication::Basic { username: template(username)?, password }
        }
        MethodDefinition {
            username: None,
            password: None,
            header: Some(name),
            query: None,
            value: Some(value),
            bearer: None,
        } => Authentication::ApiKey { place: ApiKeyPlace::Header(template(name)?), value: template(value)? },
        MethodDefinition {
            username: None,
            password: None,
            header: None,
            query: Some(name),
            value: Some(value),
            bearer: None,
        } => Authentication::ApiKey { place: ApiKeyPlace::Query(template(name)?), value: template(value)? },
        MethodDefinition {
            username: None,
            password: None,
            header: None,
            query: None,
            value: None,
            bearer: Some(token),
        } => {
            let value = template(&format!("Bearer {token}"))?;
            Authentication::ApiKey { place: ApiKeyPlace::Header(template(&"Authorization".to_owned())?), value }
        }
        _ => {
            let message = format!(
                "the members of \"{name}\" fit no method; known are: username and password; header and value; query and value; bearer"
            );
            return Err(source.error_at(&format!("{name}:"), message));
        }
    };
    Ok(Method { name: name.to_owned(), authentication })
}

fn fields(source: &Source<'_>, definition: &Definition, methods: &[Method]) -> Result<Vec<Field>, DefinitionError> {
    let mut fields = Vec::new();
    if methods.len() > 1 && !definition.configuration.0.iter().any(|(key, _)| key == AUTHENTICATION_TYPE) {
        fields.push(choice_of(methods));
    }
    for (key, raw) in &definition.configuration.0 {
        fields.push(field(source, key, raw, methods)?);
    }
    fields.extend(
        common::fields()
            .into_iter()
            .filter(|field| definition.configuration.0.iter().all(|(key, _)| *key != field.key)),
    );
    for (index, field) in fields.iter_mut().enumerate() {
        field.id = i64::try_from(index).unwrap_or(i64::MAX) + 1;
    }
    if !fields.iter().any(|field| field.key == BASE_URL) {
        return Err(source.error_at(
            "configuration:",
            format!("\"{BASE_URL}\" is missing: every connector needs the provider's root"),
        ));
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
        default: methods.first().map(|method| method.name.clone()),
        methods: Vec::new(),
    }
}

fn field(source: &Source<'_>, key: &str, raw: &FieldDefinition, methods: &[Method]) -> Result<Field, DefinitionError> {
    let kinds = [raw.secret, raw.boolean, raw.multiline, raw.options.is_some()];
    if kinds.iter().filter(|set| **set).count() > 1 {
        return Err(
            source.error_at(key, format!("\"{key}\" is one of secret, boolean, multiline or options, not several"))
        );
    }
    if let Some(unknown) = raw.methods.iter().find(|name| !methods.iter().any(|method| method.name == **name)) {
        let hint = nearest::hint(unknown, methods.iter().map(|method| method.name.as_str()));
        return Err(source.error_at(
            key,
            format!("\"{key}\" is for \"{unknown}\", which is no method of authentication here{hint}"),
        ));
    }
    let kind = match raw {
        FieldDefinition { secret: true, .. } => FieldKind::Password,
        FieldDefinition { boolean: true, .. } => FieldKind::Boolean,
        FieldDefinition { multiline: true, .. } => FieldKind::Area,
        FieldDefinition { options: Some(options), .. } => FieldKind::Choice(options.clone()),
        FieldDefinition { max_length, .. } => FieldKind::Text(max_length.unwrap_or(1000)),
    };
    Ok(Field {
        id: 0,
        key: key.to_owned(),
        label: raw.label.clone().unwrap_or_else(|| key.to_owned()),
        help: raw.help.clone(),
        kind,
        required: raw.required,
        hidden: raw.hidden,
        default: raw.default.clone(),
        methods: raw.methods.clone(),
    })
}

fn resources(source: &Source<'_>, raw: &[(String, ResourceDefinition)]) -> Result<Resources, DefinitionError> {
    raw.iter().map(|(path, definition)| resource(source, path, definition)).collect::<Result<_, _>>().map(Resources)
}

fn resource(source: &Source<'_>, path: &str, raw: &ResourceDefinition) -> Result<Resource, DefinitionError> {
    let segments = parse_path(path).map_err(|message| source.error_at(path, message))?;
    if !raw.vendor.starts_with('/') {
        return Err(
            source.error_at(&raw.vendor, format!("the vendor path \"{}\" does not begin with \"/\"", raw.vendor))
        );
    }
    for segment in &segments {
        if let Segment::Name(name) = segment
            && !raw.vendor.contains(&format!("{{{name}}}"))
        {
            return Err(
                source.error_at(path, format!("\"{{{name}}}\" of \"{path}\" does not occur in \"{}\"", raw.vendor))
            );
        }
    }
    Ok(Resource {
        path: path.to_owned(),
        segments,
        vendor: raw.vendor.clone(),
        verbs: raw.verbs.clone(),
        update: raw.update.clone(),
    })
}

/// Every template reads a field that exists and that its method asks for.
fn check_names(source: &Source<'_>, connector: &Connector) -> Result<(), DefinitionError> {
    for method in &connector.methods {
        for key in method.authentication.templates().into_iter().flat_map(Template::keys) {
            if !connector.fields_for(method).any(|field| field.key == key) {
                let hint = nearest::hint(key, connector.fields_for(method).map(|field| field.key.as_str()));
                let message = format!("\"config.{key}\" is no configuration entry of \"{}\"{hint}", method.name);
                return Err(source.error_at(&format!("config.{key}"), message));
            }
        }
    }
    Ok(())
}
