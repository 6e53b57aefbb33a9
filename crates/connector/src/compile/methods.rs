//! The methods of authentication: what their members mean together.

use crate::definition::{Definition, MethodDefinition};
use crate::entries::Entry;
use crate::error::Source;
use crate::{ApiKeyPlace, Authentication, Connector, DefinitionError, Method, Template, nearest};

pub(super) fn methods(source: &Source<'_>, definition: &Definition) -> Result<Vec<Method>, DefinitionError> {
    let methods: Vec<Method> =
        definition.authentication.0.iter().map(|entry| method(source, entry)).collect::<Result<_, _>>()?;
    if methods.is_empty() {
        let message = "at least one method of authentication is needed; say \"none: {}\"";
        return Err(source.top("authentication").error(message));
    }
    Ok(methods)
}

fn method(source: &Source<'_>, entry: &Entry<MethodDefinition>) -> Result<Method, DefinitionError> {
    let template =
        |text: &str| Template::parse(text).map_err(|message| source.at_line(entry.line).error_at(text, message));
    let MethodDefinition { username, password, header, query, value, bearer } = &entry.value;
    let authentication = match (username, password, header, query, value, bearer) {
        (None, None, None, None, None, None) => Authentication::None,
        (Some(username), password, None, None, None, None) => {
            let password = template(password.as_deref().unwrap_or_default())?;
            Authentication::Basic { username: template(username)?, password }
        }
        (None, None, Some(name), None, Some(value), None) => {
            Authentication::ApiKey { place: ApiKeyPlace::Header(template(name)?), value: template(value)? }
        }
        (None, None, None, Some(name), Some(value), None) => {
            Authentication::ApiKey { place: ApiKeyPlace::Query(template(name)?), value: template(value)? }
        }
        (None, None, None, None, None, Some(token)) => Authentication::ApiKey {
            place: ApiKeyPlace::Header(template("Authorization")?),
            value: template(&format!("Bearer {token}"))?,
        },
        _ => {
            let message = format!(
                "the members of \"{}\" fit no method; known are: username and password; header and value; query and value; bearer",
                entry.key
            );
            return Err(source.error(entry.line, message));
        }
    };
    Ok(Method { name: entry.key.clone(), authentication })
}

/// Every template of a method reads a field that exists and that the method asks for.
pub(super) fn check(source: &Source<'_>, connector: &Connector) -> Result<(), DefinitionError> {
    for method in &connector.methods {
        for key in method.authentication.templates().into_iter().flat_map(Template::keys) {
            if !connector.fields_for(method).any(|field| field.key == key) {
                let hint = nearest::hint(key, connector.fields_for(method).map(|field| field.key.as_str()));
                let message = format!("\"config.{key}\" is no configuration entry of \"{}\"{hint}", method.name);
                let at = source.top("authentication").member(&method.name);
                return Err(at.error_at(&format!("config.{key}"), message));
            }
        }
    }
    Ok(())
}
