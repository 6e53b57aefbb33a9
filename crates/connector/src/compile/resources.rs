//! From the descriptions of resources to [`Resource`]s: defaults filled in, every name checked, nothing unused.

use std::collections::BTreeSet;

use super::Common;
use super::requests::{self, Default};
use super::{lists, parameters, readings};
use crate::DefinitionError;
use crate::definition::{Definition, RequestDefinition, ResourceDefinition, Short};
use crate::error::{Scope, Source};
use crate::listing::{Filter, Listing};
use crate::paging::Paging;
use crate::parameter::Parameter;
use crate::request::{Body, Request};
use crate::resource::{Operation, Resource, Resources, Segment, Verb, item_name, parse_path};

pub(super) fn resources(
    source: &Source<'_>,
    definition: &Definition,
    common: &Common,
) -> Result<Resources, DefinitionError> {
    let mut found: Vec<Resource> = Vec::new();
    let entries = &definition.resources.0;
    for (index, entry) in entries.iter().enumerate() {
        let mut at = source.at_line(entry.line);
        // The next resource begins a line of its own, unless the file is written in one.
        if let Some(next) = entries.get(index + 1).filter(|next| next.line > entry.line) {
            at = at.up_to(next.line);
        }
        let builder = Builder { source: *source, at, definition, common, path: &entry.key, raw: &entry.value };
        found.push(builder.resource()?);
    }
    check_unique(source, definition, &found)?;
    Ok(Resources(found))
}

/// No two operations answer to the same method and path.
fn check_unique(source: &Source<'_>, definition: &Definition, found: &[Resource]) -> Result<(), DefinitionError> {
    let mut seen = BTreeSet::new();
    for (entry, resource) in definition.resources.0.iter().zip(found) {
        for operation in &resource.operations {
            let shape =
                |segment: &Segment| if let Segment::Text(text) = segment { text.clone() } else { "{}".to_owned() };
            let path: Vec<String> = operation.segments.iter().map(shape).collect();
            let method = operation.verb.methods().first().copied().unwrap_or_default();
            if !seen.insert((method, path)) {
                let message = format!("{method} {} is offered twice", operation.path);
                return Err(source.error(entry.line, message));
            }
        }
    }
    Ok(())
}

struct Builder<'a> {
    source: Source<'a>,
    at: Scope<'a>,
    definition: &'a Definition,
    common: &'a Common,
    path: &'a str,
    raw: &'a ResourceDefinition,
}

impl Builder<'_> {
    fn resource(&self) -> Result<Resource, DefinitionError> {
        let segments = parse_path(self.path).map_err(|message| self.at.error(message))?;
        check_distinct(self.path, &segments).map_err(|message| self.at.error(message))?;
        let verbs = self.verbs()?;
        self.check_used(&verbs)?;
        let parameters = self.parameters()?;
        let operations =
            verbs.iter().map(|verb| self.operation(*verb, &segments, &parameters)).collect::<Result<Vec<_>, _>>()?;
        self.check_placed(&segments, &operations)?;
        Ok(Resource {
            path: self.path.to_owned(),
            operations,
            description: self.raw.description.clone(),
            hidden: self.raw.hidden,
            model: readings::model(self.at, self.raw)?,
        })
    }

    fn described(&self, verb: Verb) -> Option<&Short<RequestDefinition>> {
        let raw = self.raw;
        match verb {
            Verb::List => raw.list.as_ref(),
            Verb::Get => raw.get.as_ref(),
            Verb::Create => raw.create.as_ref(),
            Verb::Update => raw.update.as_ref(),
            Verb::Replace => raw.replace.as_ref(),
            Verb::Delete => raw.delete.as_ref(),
            Verb::Read => raw.read.as_ref(),
            Verb::Write => raw.write.as_ref(),
            Verb::Remove => raw.remove.as_ref(),
            Verb::Download => raw.download.as_ref(),
            Verb::Upload => raw.upload.as_ref(),
        }
    }

    fn verbs(&self) -> Result<Vec<Verb>, DefinitionError> {
        let offered = |verb: &Verb| self.raw.verbs.contains(verb) || self.described(*verb).is_some();
        let verbs: Vec<Verb> = Verb::ALL.into_iter().filter(offered).collect();
        if verbs.is_empty() {
            return Err(self.at.error(format!("\"{}\" offers nothing: say verbs or an operation", self.path)));
        }
        Ok(verbs)
    }

    /// Members that nothing of this resource uses are mistakes.
    fn check_used(&self, verbs: &[Verb]) -> Result<(), DefinitionError> {
        let raw = self.raw;
        let lists = verbs.contains(&Verb::List);
        let others = verbs.iter().any(|verb| verb.shows_object());
        let bodies = verbs.iter().any(|verb| verb.has_body());
        let unused = [
            ("items", raw.items.is_some() && !lists),
            ("paging", raw.paging.is_some() && !lists),
            ("where", raw.filter.is_some() && !lists),
            ("order", raw.order.is_some() && !lists),
            ("select", raw.select.is_some() && !lists),
            ("record", !raw.record.0.is_empty() && !lists && !others),
            ("item", raw.item.is_some() && !others),
            ("wrap", raw.wrap.is_some() && !bodies),
        ];
        let targets = |verb: &Verb| matches!(self.described(*verb), Some(Short::Full(raw)) if raw.has_target());
        if raw.vendor.is_some() && verbs.iter().all(targets) {
            let message = format!("\"vendor\" is not used: every operation of \"{}\" has a path of its own", self.path);
            return Err(self.at.member("vendor").error(message));
        }
        match unused.into_iter().find(|(_, unused)| *unused) {
            Some((name, _)) => Err(self
                .at
                .member(name)
                .error(format!("\"{name}\" is not used: no operation of \"{}\" needs it", self.path))),
            None => Ok(()),
        }
    }

    fn operation(
        &self,
        verb: Verb,
        segments: &[Segment],
        parameters: &[Parameter],
    ) -> Result<Operation, DefinitionError> {
        let mut segments = segments.to_vec();
        let mut path = self.path.to_owned();
        let item = item_name(self.path, &segments);
        if verb.is_on_item() {
            path = format!("{path}/{{{item}}}");
            segments.push(Segment::Name(item.clone()));
        }
        let (request, raw) = self.request(verb, &item)?;
        let at = self.at.member(verb.as_str());
        check_read(at, verb, &raw)?;
        let own =
            raw.parameters.0.iter().map(|entry| parameters::parameter(at, entry)).collect::<Result<Vec<_>, _>>()?;
        let shared = parameters.iter().filter(|shared| !own.iter().any(|parameter| parameter.name == shared.name));
        let parameters: Vec<Parameter> = own.iter().chain(shared).cloned().collect();
        let parameters = parameters.as_slice();
        if verb == Verb::Upload && !request.sends_file() {
            return Err(at.error("an upload sends the file: its body is \"{file}\", or one of its parts is"));
        }
        let listing = (verb == Verb::List).then(|| self.listing()).transpose()?;
        let known = names(verb, &segments, parameters, listing.as_ref());
        requests::check_places(at, &request, &known)?;
        if let Some(follow) = listing.as_ref().and_then(|listing| listing.paging.follow()) {
            requests::check_places(self.shared("paging", self.raw.paging.is_some()), follow, &known)?;
        }
        let follow = listing.as_ref().and_then(|listing| listing.paging.follow());
        let placed: BTreeSet<&str> = request.chain().chain(follow).flat_map(Request::places).collect();
        let used = |parameter: &&Parameter| parameter.ignore || placed.contains(parameter.name.as_str());
        if let Some((unused, entry)) = own.iter().zip(&raw.parameters.0).find(|(parameter, _)| !used(parameter)) {
            let message = format!("the parameter \"{}\" is placed nowhere", unused.name);
            return Err(self.at.at_line(entry.line).error(message));
        }
        if let Some(listing) = &listing {
            self.check_listing(listing, &placed)?;
        }
        let parameters = parameters.iter().filter(used).cloned().collect();
        Ok(Operation {
            verb,
            path,
            segments,
            parameters,
            reading: readings::reading(self.source, self.at, self.definition, (self.raw, &raw))?,
            listing,
            request,
        })
    }

    fn request(&self, verb: Verb, item: &str) -> Result<(Request, RequestDefinition), DefinitionError> {
        let (raw, method) = match self.described(verb) {
            None => (RequestDefinition::default(), None),
            Some(Short::Word(method)) => (RequestDefinition::default(), Some(method.as_str())),
            Some(Short::Full(raw)) => (raw.clone(), None),
        };
        let usual = match verb {
            Verb::List | Verb::Get | Verb::Read | Verb::Download => "GET",
            Verb::Create | Verb::Upload => "POST",
            Verb::Update | Verb::Write => "PATCH",
            Verb::Replace => "PUT",
            Verb::Delete | Verb::Remove => "DELETE",
        };
        let target = self.raw.vendor.as_ref().map(|vendor| {
            let path = if verb.is_on_item() { item_path(vendor, item) } else { vendor.clone() };
            (method.unwrap_or(usual), path)
        });
        let body = match verb {
            Verb::Upload => Body::File,
            verb if verb.has_body() => Body::Caller,
            _ => Body::None,
        };
        let at = if self.described(verb).is_some() { self.at.member(verb.as_str()) } else { self.at };
        let request = requests::request(at, self.common, &raw, Default { target, body })?;
        Ok((request, raw))
    }

    /// Where a member stands that may also stand at the top for all resources.
    fn shared(&self, name: &str, own: bool) -> Scope<'_> {
        if own { self.at.member(name) } else { self.source.top(name) }
    }

    /// What paging and the filter say must have somewhere to go.
    fn check_listing(&self, listing: &Listing, placed: &BTreeSet<&str>) -> Result<(), DefinitionError> {
        if let Some(name) = lists::placed(&listing.paging).into_iter().find(|name| !placed.contains(name)) {
            let at = self.shared("paging", self.raw.paging.is_some()).member(name);
            return Err(at.error(format!("\"{name}\" goes nowhere: the request has no \"{{{name}}}\"")));
        }
        if matches!(listing.filter, Filter::Whole { parameter: None, .. }) && !placed.contains("where") {
            let message = "the filter goes nowhere: say \"query\", or place \"{where}\" in the request";
            return Err(self.shared("where", self.raw.filter.is_some()).error(message));
        }
        Ok(())
    }

    fn listing(&self) -> Result<Listing, DefinitionError> {
        let (own, all) = (self.raw, self.definition);
        let listing = Listing {
            paging: lists::paging(
                self.shared("paging", own.paging.is_some()),
                self.common,
                own.paging.as_ref().or(all.paging.as_ref()),
            )?,
            filter: lists::filter(
                self.shared("where", own.filter.is_some()),
                own.filter.as_ref().or(all.filter.as_ref()),
            )?,
            order: lists::order(self.shared("order", own.order.is_some()), own.order.as_ref().or(all.order.as_ref()))?,
            filtered: lists::filtered(own.filter.as_ref().or(all.filter.as_ref())),
            select: lists::select(own.select.as_ref().or(all.select.as_ref())),
        };
        let local = listing.filter == Filter::Local || listing.order == crate::listing::Order::Local;
        if local && !matches!(listing.paging, Paging::Whole) {
            let message = "\"local\" needs everything in one answer: say \"paging: none\"";
            let filtered = listing.filter == Filter::Local;
            let (name, own) = if filtered { ("where", own.filter.is_some()) } else { ("order", own.order.is_some()) };
            return Err(self.shared(name, own).error(message));
        }
        Ok(listing)
    }

    fn parameters(&self) -> Result<Vec<Parameter>, DefinitionError> {
        let own = self
            .raw
            .parameters
            .0
            .iter()
            .map(|entry| parameters::parameter(self.at, entry))
            .collect::<Result<Vec<_>, _>>()?;
        let mut all = own.clone();
        for shared in &self.common.parameters {
            if !own.iter().any(|parameter| parameter.name == shared.name) {
                all.push(shared.clone());
            }
        }
        Ok(all)
    }

    /// Every place of the path and every parameter of this resource is used by one of its operations.
    fn check_placed(&self, segments: &[Segment], operations: &[Operation]) -> Result<(), DefinitionError> {
        let follow =
            |operation: &'_ Operation| operation.listing.as_ref().and_then(|listing| listing.paging.follow()).cloned();
        let requests: Vec<Request> = operations
            .iter()
            .flat_map(|operation| operation.request.chain().cloned().chain(follow(operation)))
            .collect();
        let placed: BTreeSet<&str> = requests.iter().flat_map(Request::places).collect();
        for segment in segments {
            if let Segment::Name(name) = segment
                && !placed.contains(name.as_str())
            {
                return Err(self
                    .at
                    .error(format!("\"{{{name}}}\" of \"{}\" is used by none of its requests", self.path)));
            }
        }
        for entry in &self.raw.parameters.0 {
            let ignored = matches!(&entry.value, Short::Full(raw) if raw.ignore);
            if !ignored && !placed.contains(entry.key.as_str()) {
                let message = format!(
                    "the parameter \"{}\" is placed nowhere; say \"ignore: true\" if it shall not be sent",
                    entry.key
                );
                return Err(self.at.at_line(entry.line).error(message));
            }
        }
        Ok(())
    }
}

/// Members of a request that its operation would pass over.
fn check_read(at: Scope<'_>, verb: Verb, raw: &RequestDefinition) -> Result<(), DefinitionError> {
    let streams = matches!(verb, Verb::Download | Verb::Upload);
    let passed_over = [
        ("then", raw.then.is_some() && (verb == Verb::List || streams), "a list and a file are one request"),
        (
            "capture",
            !raw.capture.0.is_empty() && matches!(verb, Verb::List | Verb::Download),
            "what is shown is not looked into",
        ),
        (
            "success_when",
            raw.success_when.is_some() && verb == Verb::Download,
            "the bytes of a file are not looked into",
        ),
        (
            "multipart",
            raw.multipart.is_some() && matches!(verb, Verb::List | Verb::Download),
            "it sends a mapping or a text",
        ),
    ];
    if let Some((name, _, why)) = passed_over.into_iter().find(|(_, given, _)| *given) {
        return Err(at.member(name).error(format!("\"{name}\" is not used in {}: {why}", verb.as_str())));
    }
    if raw.items.is_some() && verb != Verb::List {
        return Err(at.member("items").error("\"items\" is not used: only a list has rows"));
    }
    if raw.item.is_some() && verb == Verb::List {
        return Err(at.member("item").error("\"item\" is not used: a list has rows"));
    }
    if raw.item.is_some() && !verb.shows_object() {
        return Err(at.member("item").error("\"item\" is not used: nothing of the answer is shown"));
    }
    Ok(())
}

/// A place stands once in a path.
fn check_distinct(path: &str, segments: &[Segment]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for segment in segments {
        if let Segment::Name(name) = segment
            && !seen.insert(name)
        {
            return Err(format!("\"{{{name}}}\" stands twice in \"{path}\""));
        }
    }
    Ok(())
}

/// The names that an operation's requests may use.
fn names(verb: Verb, segments: &[Segment], parameters: &[Parameter], listing: Option<&Listing>) -> Vec<String> {
    let sent: &[&str] = match verb {
        Verb::Upload => &["body", "file", "filename", "filetype"],
        verb if verb.has_body() => &["body"],
        _ => &[],
    };
    let mut names: Vec<String> = sent.iter().map(|name| (*name).to_owned()).collect();
    names.extend(
        segments.iter().filter_map(|segment| if let Segment::Name(name) = segment { Some(name.clone()) } else { None }),
    );
    names.extend(parameters.iter().map(|parameter| parameter.name.clone()));
    if let Some(listing) = listing {
        names.extend(["page", "offset", "size", "cursor", "fields"].map(str::to_owned));
        if matches!(listing.filter, Filter::Whole { .. }) {
            names.push("where".to_owned());
        }
    }
    names
}

fn item_path(collection: &str, item: &str) -> String {
    let (path, query) = collection.split_once('?').map_or((collection, None), |(path, query)| (path, Some(query)));
    // A provider that ends collections with a slash ends items with one.
    let path = if path.ends_with('/') { format!("{path}{{{item}}}/") } else { format!("{path}/{{{item}}}") };
    query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}
