//! Connectors as data: reads, checks and compiles definition files. No I/O beyond the files it is handed.
//!
//! A definition is read once, checked whole, and compiled into a [`Connector`] in which every template and path is
//! ready to use; nothing is looked up by name when a call is made.

mod authentication;
mod catalogue;
mod common;
mod compile;
mod date;
mod definition;
mod described;
pub mod docs;
mod entries;
mod error;
mod expression;
mod field;
mod form;
mod grant;
mod json;
mod listing;
mod nearest;
mod paging;
mod parameter;
mod pattern;
mod place;
mod reading;
mod render;
mod request;
mod resource;
mod scope;
mod step;
mod template;

pub use authentication::{
    Assertion, Certificate, Claim, KeyEncoding, Kind, Method, OAuth1, OAuth1Method, Placements, SigV4, Signature,
};
pub use catalogue::{Catalogue, definition_files, embedded};
pub use definition::{BodyForm, Tested, schema};
pub use described::described;
pub use error::DefinitionError;
pub use expression::{Expression, ExpressionError, seconds};
pub use field::{Field, FieldKind};
pub use form::encode_form;
pub use grant::{Authorize, Described, Expiry, Flow, Grant, Identity, Pkce, Refresh, ScopeRule};
pub use json::{Json, JsonError};
pub use listing::{Asked, Listing, Wanted};
pub use paging::{DEFAULT_SIZE, FARTHEST, LARGEST_SIZE, PageToken, Paging, Signals, Turn, Window};
pub use parameter::{Kind as ParameterKind, Parameter, Source as ParameterSource};
pub use place::{Answer, Path, Place};
pub use reading::{Reading, Shape};
pub use render::{Given, Inputs, Rendered, RenderedBody, encode_component, encode_query};
pub use request::{Request, Root};
pub use resource::{Found, Operation, Resource, Resources, Verb};
pub(crate) use scope::Roots;
pub use scope::{Moment, Scope};
pub use step::{Capture, ClientAuthentication, Formula, Send, Step, Target, TokenPart};
pub use template::Template;

use std::collections::BTreeSet;
use std::sync::Arc;

use keyway_model::{Configuration, ConnectorKey, Problems, Secret};

/// The configuration entry that names the provider's root in every connector.
pub const BASE_URL: &str = "base.url";

/// The configuration entry that chooses between several methods of authentication.
pub const AUTHENTICATION_TYPE: &str = "authentication.type";

/// A compiled connector.
#[derive(Debug)]
pub struct Connector {
    /// Its key, such as `closeio`.
    pub key: ConnectorKey,
    /// The definition as it was written.
    pub text: Arc<str>,
    /// Its name for people.
    pub name: String,
    /// The hub it belongs to, such as `crm`.
    pub hub: String,
    /// A line or two about it.
    pub description: String,
    /// The provider's own documentation.
    pub docs: Option<String>,
    /// What it was tested against.
    pub tested: Tested,
    /// What a person does at the provider first.
    pub prepare: Vec<String>,
    /// What a person fills in, in the order of the form.
    pub fields: Vec<Field>,
    /// How it authenticates: at least one method, the default first.
    pub methods: Vec<Method>,
    /// The request that proves a credential, if the provider has one.
    pub verify: Option<Request>,
    /// How callers' bodies are sent.
    pub body: BodyForm,
    /// What it offers.
    pub resources: Resources,
    /// The folder's own guide, `docs.md`, in Markdown; without it one is made from the definition.
    pub guide: Option<Arc<str>>,
}

impl Connector {
    /// The field with a key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The method that a value of `authentication.type` chooses; the default one for `None`.
    pub fn method(&self, chosen: Option<&str>) -> Option<&Method> {
        match chosen {
            Some(name) => self.methods.iter().find(|method| method.name == name),
            None => self.methods.first(),
        }
    }

    /// The fields that a method asks for, in the order of the form.
    pub fn fields_for<'a>(&'a self, method: &'a Method) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(|field| field.belongs_to(&method.name))
    }

    /// A configuration with the computed entries that it does not set itself. What is put into a host may hold only
    /// what hosts are made of, so that it cannot lead to another one.
    pub fn complete(&self, configuration: &Configuration) -> Result<Configuration, Problems> {
        let mut complete = configuration.clone();
        let hosts = self.host_keys();
        for field in &self.fields {
            let Some(template) = &field.computed else { continue };
            if configuration.get(&field.key).is_some_and(|value| !value.expose().is_empty()) {
                continue;
            }
            let scope = Scope::of(configuration);
            let is_host = hosts.contains(field.key.as_str());
            let value = if is_host { Secret::new(template.fill_origin(&scope)?) } else { template.fill(&scope) };
            complete.insert(field.key.clone(), value);
        }
        Ok(complete)
    }

    /// Scheme and host of every request that stands below a URL of its own.
    pub fn fixed_hosts(&self) -> BTreeSet<&str> {
        let roots = self.requests().filter_map(|request| match request.root() {
            Root::Url(origin) => Some(origin.as_str()),
            Root::Base | Root::Config(_) | Root::Made(_) => None,
        });
        roots.collect()
    }

    /// Hosts that are made of values of the configuration alone.
    pub fn made_hosts(&self) -> impl Iterator<Item = &Template> {
        let roots = self.requests().filter_map(|request| match request.root() {
            Root::Made(template) => Some(template),
            Root::Base | Root::Config(_) | Root::Url(_) => None,
        });
        let issuers = self.methods.iter().filter_map(|method| method.grant.as_ref()?.issuer.as_ref());
        roots.chain(issuers).filter(|template| template.roots().is_empty())
    }

    /// Every request that it may make.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        let operations = self.resources.all().iter().flat_map(|resource| &resource.operations);
        let operations = operations.flat_map(operation_requests);
        let steps = self.methods.iter().flat_map(Method::requests);
        self.verify.iter().chain(operations).chain(steps).flat_map(Request::chain)
    }

    /// The configuration entries that decide which hosts are called.
    pub fn host_keys(&self) -> BTreeSet<&str> {
        let roots = self.requests().filter_map(|request| match request.root() {
            Root::Config(key) => Some(key.as_str()),
            Root::Base | Root::Url(_) | Root::Made(_) => None,
        });
        roots.chain([BASE_URL]).collect()
    }

    /// The configuration entries that calls read, besides the credential.
    pub fn call_keys(&self) -> BTreeSet<&str> {
        let operations = self.resources.all().iter().flat_map(|resource| &resource.operations);
        let requests = self.verify.iter().chain(operations.flat_map(operation_requests)).flat_map(Request::chain);
        requests.flat_map(Request::keys).collect()
    }

    /// The entries that decide which hosts are called, and that an instance of a method has: the others stay empty.
    pub fn host_keys_for(&self, method: &Method) -> BTreeSet<&str> {
        let of_method: BTreeSet<&str> = self.fields_for(method).map(|field| field.key.as_str()).collect();
        self.host_keys().into_iter().filter(|key| of_method.contains(key)).collect()
    }

    /// The configuration entries that its requests read, besides the credential.
    pub fn request_keys(&self) -> BTreeSet<&str> {
        self.requests().flat_map(Request::keys).collect()
    }
}

fn operation_requests(operation: &Operation) -> Vec<&Request> {
    let follow = operation.listing.as_ref().and_then(|listing| listing.paging.follow());
    std::iter::once(&operation.request).chain(follow).collect()
}
