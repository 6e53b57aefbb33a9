//! How a credential is put on a request, as the definition says it.

use crate::Template;

/// A named way to authenticate.
#[derive(Clone, Debug)]
pub struct Method {
    /// The value of `authentication.type` that chooses it, such as `basic`.
    pub name: String,
    /// What it puts on a request.
    pub authentication: Authentication,
}

/// What a method puts on a request.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// Nothing.
    None,
    /// HTTP basic (RFC 7617); either part may be empty.
    Basic {
        /// The user part.
        username: Template,
        /// The password part.
        password: Template,
    },
    /// A key in a header or a query parameter; a prefix is part of the value.
    ApiKey {
        /// Where the key goes.
        place: ApiKeyPlace,
        /// The text that goes there.
        value: Template,
    },
}

/// Where an API key goes.
#[derive(Clone, Debug)]
pub enum ApiKeyPlace {
    /// A header of this name.
    Header(Template),
    /// A query parameter of this name.
    Query(Template),
}

impl Authentication {
    /// Every template that it renders.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::None => Vec::new(),
            Self::Basic { username, password } => vec![username, password],
            Self::ApiKey { place: ApiKeyPlace::Header(name) | ApiKeyPlace::Query(name), value } => vec![name, value],
        }
    }

    /// The configuration keys whose values leave as a credential.
    pub fn credential_keys(&self) -> Vec<&str> {
        match self {
            Self::None => Vec::new(),
            Self::Basic { username, password } => username.keys().chain(password.keys()).collect(),
            Self::ApiKey { value, .. } => value.keys().collect(),
        }
    }
}
