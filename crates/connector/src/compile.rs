//! From the file to a [`Connector`]: every name is resolved, every text parsed, every mistake given its line.

mod fields;
mod grants;
mod lists;
mod methods;
mod parameters;
mod readings;
mod requests;
mod resources;
mod roots;
mod steps;

pub(crate) use steps::described_steps;

use std::collections::BTreeSet;
use std::path::Path;

use http::HeaderName;
use keyway_model::ConnectorKey;
use url::Url;

use crate::definition::{BodyForm, Definition, RequestDefinition, Short};
use crate::entries::Entry;
use crate::error::{Scope, Source};
use crate::parameter::Parameter;
use crate::pattern::Pattern;
use crate::place::Place;
use crate::request::{Body, Request, Tree};
use crate::resource::Verb;
use crate::{Connector, DefinitionError, Roots, nearest};

/// What all requests of a connector share.
struct Common {
    query: Vec<(String, Pattern)>,
    headers: Vec<(HeaderName, Tree)>,
    body: BodyForm,
    success_when: Option<Place>,
    parameters: Vec<Parameter>,
    /// What templates may read besides the configuration.
    roots: Roots,
    /// Headers that requests do not set.
    theirs: &'static [&'static str],
}

impl Connector {
    /// Reads and checks a definition. `file` is named in errors.
    pub fn compile(file: &Path, text: &str) -> Result<Self, DefinitionError> {
        let source = Source { file, text };
        // As YAML 1.2 has it: `n`, `no` and `on` are words, and parameters of providers are called so.
        let options = serde_saphyr::options! { strict_booleans: true };
        let definition: Definition = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let line = error.location().map_or(0, |location| usize::try_from(location.line()).unwrap_or(0));
            source.error_of_reader(line, &error.without_snippet().to_string())
        })?;
        let key = ConnectorKey::parse(&definition.key)
            .ok_or_else(|| source.top("key").error(format!("\"{}\" is not a connector key", definition.key)))?;
        check_docs(&source, &definition)?;
        let methods = methods::methods(&source, &definition)?;
        let fields = fields::fields(&source, &definition, &methods)?;
        let common = common(&source, &definition)?;
        let resources = resources::resources(&source, &definition, &common)?;
        let verify = verify(&source, &definition, &common)?;
        let connector = Self {
            key,
            text: text.into(),
            methods,
            fields,
            verify,
            resources,
            body: common.body,
            name: definition.name.clone(),
            hub: definition.hub.clone(),
            description: definition.description.clone(),
            docs: definition.docs.clone(),
            tested: definition.tested,
            prepare: definition.prepare.clone(),
            guide: None,
        };
        methods::check(&source, &connector)?;
        check_keys(&source, &connector)?;
        check_fields_used(&source, &definition, &connector)?;
        check_shared(&source, &definition, &common, &connector)?;
        Ok(connector)
    }
}

fn check_docs(source: &Source<'_>, definition: &Definition) -> Result<(), DefinitionError> {
    match definition.docs.as_deref().filter(|url| !is_url(url)) {
        Some(url) => Err(source.top("docs").error(not_url(url))),
        None => Ok(()),
    }
}

/// Whether a text is the URL of something on the web.
fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.has_host() && matches!(url.scheme(), "http" | "https"))
}

fn not_url(text: &str) -> String {
    format!("\"{text}\" is not a URL of the form https://host/path")
}

fn common(source: &Source<'_>, definition: &Definition) -> Result<Common, DefinitionError> {
    let at = source.top("request");
    let response = source.top("response");
    let success = definition.response.success_when.as_ref();
    let success =
        success.map(|text| Place::parse(text).map_err(|message| response.member("success_when").error(message)));
    check_statuses(response, definition)?;
    let common = Common {
        query: requests::patterns(at, Roots(&[]), &definition.request.query)?,
        headers: requests::headers(at, Roots(&[]), &requests::NOT_THEIRS, &definition.request.headers)?,
        body: definition.request.body,
        success_when: success.transpose()?,
        parameters: definition
            .parameters
            .0
            .iter()
            .map(|entry| parameters::parameter(source.at_line(entry.line), entry))
            .collect::<Result<_, _>>()?,
        roots: Roots(&[]),
        theirs: &requests::NOT_THEIRS,
    };
    Ok(common)
}

fn check_statuses(at: Scope<'_>, definition: &Definition) -> Result<(), DefinitionError> {
    let wrong = |entry: &&Entry<u16>| !(400..=599).contains(&entry.value);
    match definition.response.statuses.0.iter().find(wrong) {
        Some(entry) => {
            let message = format!("{} is not the status of a failure: 400 to 599", entry.value);
            Err(at.at_line(entry.line).error(message))
        }
        None => Ok(()),
    }
}

/// `GET /me`, or a request in full; it can read nothing but the configuration.
fn verify(source: &Source<'_>, definition: &Definition, common: &Common) -> Result<Option<Request>, DefinitionError> {
    let Some(raw) = &definition.verify else { return Ok(None) };
    let at = source.top("verify");
    let default = |target| requests::Default { target, body: Body::None };
    let request = match raw {
        Short::Full(raw) => {
            requests::check_alone(at, raw)?;
            requests::request(at, common, raw, default(None))?
        }
        Short::Word(text) => {
            let split =
                text.trim().split_once(' ').filter(|(method, _)| method.bytes().all(|byte| byte.is_ascii_uppercase()));
            let (method, path) =
                split.ok_or_else(|| at.error(format!("\"{text}\" is not a request of the form \"GET /path\"")))?;
            requests::request(
                at,
                common,
                &RequestDefinition::default(),
                default(Some((method, path.trim().to_owned()))),
            )?
        }
    };
    requests::check_places(at, &request, &[])?;
    Ok(Some(request))
}

/// Every configuration entry that a request reads or sets exists.
fn check_keys(source: &Source<'_>, connector: &Connector) -> Result<(), DefinitionError> {
    for request in connector.requests() {
        let read = request.keys().into_iter().map(|key| (key, format!("${{config.{key}}}")));
        let set = request.capture.iter().map(|(key, _)| (key.as_str(), format!("{key}:")));
        for (key, needle) in read.chain(set) {
            if connector.field(key).is_none() {
                let hint = nearest::hint(key, connector.fields.iter().map(|field| field.key.as_str()));
                return Err(source
                    .at_line(0)
                    .error_at(&needle, format!("\"config.{key}\" is no configuration entry{hint}")));
            }
        }
    }
    Ok(())
}

/// Every entry of the form is there for something: a method, a request, another entry, or the platform itself.
fn check_fields_used(
    source: &Source<'_>,
    definition: &Definition,
    connector: &Connector,
) -> Result<(), DefinitionError> {
    let computed = connector.fields.iter().filter_map(|field| field.computed.as_ref());
    let mut used: BTreeSet<&str> = computed.flat_map(crate::Template::keys).collect();
    used.extend(connector.methods.iter().flat_map(|method| method.keys().into_iter().chain(method.captured())));
    used.extend(connector.request_keys());
    used.extend(connector.requests().flat_map(|request| request.capture.iter().map(|(key, _)| key.as_str())));
    for entry in &definition.configuration.0 {
        // Section 4: what these keys mean does not depend on the connector.
        let platform = ["event.", "pagination.", "filter.", "bulk."].iter().any(|start| entry.key.starts_with(start));
        let own = entry.key == crate::BASE_URL || entry.key == crate::AUTHENTICATION_TYPE;
        if !(platform || own || entry.value.kept || used.contains(entry.key.as_str())) {
            let message = format!(
                "\"{}\" is not used: no method and no request reads it (say \"kept: true\" if it shall stay)",
                entry.key
            );
            return Err(source.error(entry.line, message));
        }
    }
    Ok(())
}

/// What stands at the top level for all resources is used by one of them at least.
fn check_shared(
    source: &Source<'_>,
    definition: &Definition,
    common: &Common,
    connector: &Connector,
) -> Result<(), DefinitionError> {
    let operations = || connector.resources.all().iter().flat_map(|resource| &resource.operations);
    for (parameter, entry) in common.parameters.iter().zip(&definition.parameters.0) {
        if !operations().any(|operation| operation.parameters.iter().any(|used| used.name == parameter.name)) {
            let message = format!("the parameter \"{}\" is used by no resource", parameter.name);
            return Err(source.error(entry.line, message));
        }
    }
    let lists = operations().any(|operation| operation.verb == Verb::List);
    let unused = [
        ("paging", definition.paging.is_some()),
        ("where", definition.filter.is_some()),
        ("order", definition.order.is_some()),
        ("select", definition.select.is_some()),
    ];
    match unused.into_iter().find(|(_, given)| *given && !lists) {
        Some((name, _)) => {
            let message = format!("\"{name}\" is not used: no resource has a list");
            Err(source.top(name).error(message))
        }
        None => Ok(()),
    }
}
