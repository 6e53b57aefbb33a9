//! Connectors as data: reads, checks and compiles definition files. No I/O beyond the files it is handed.
//!
//! A definition is read once, checked whole, and compiled into a [`Connector`] in which every template and path is
//! ready to use; nothing is looked up by name when a call is made.

mod authentication;
mod catalogue;
mod common;
mod compile;
mod definition;
mod entries;
mod error;
mod field;
mod nearest;
mod resource;
mod template;
mod verify;

pub use authentication::{ApiKeyPlace, Authentication, Method};
pub use catalogue::{Catalogue, embedded};
pub use error::DefinitionError;
pub use field::{Field, FieldKind};
pub use resource::{Resource, Resources, VendorCall};
pub use template::Template;
pub use verify::Verify;

use keyway_model::ConnectorKey;

/// The configuration entry that names the provider's root in every connector.
pub const BASE_URL: &str = "base.url";

/// The configuration entry that chooses between several methods of authentication.
pub const AUTHENTICATION_TYPE: &str = "authentication.type";

/// A compiled connector.
#[derive(Debug)]
pub struct Connector {
    /// Its key, such as `closeio`.
    pub key: ConnectorKey,
    /// Its name for people.
    pub name: String,
    /// The hub it belongs to, such as `crm`.
    pub hub: String,
    /// A line or two about it.
    pub description: String,
    /// The provider's own documentation.
    pub docs: Option<String>,
    /// What a person fills in, in the order of the form.
    pub fields: Vec<Field>,
    /// How it authenticates: at least one method, the default first.
    pub methods: Vec<Method>,
    /// The request that proves a credential, if the provider has one.
    pub verify: Option<Verify>,
    /// What it offers.
    pub resources: Resources,
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
}
