//! A request that a method of authentication makes: the one description of requests, who the client is in it, and what
//! its answer brings.

use crate::authentication::Certificate;
use crate::pattern::Pattern;
use crate::request::Body;
use crate::{Expression, Request, Root, Template};

/// A request of a method of authentication.
#[derive(Clone, Debug)]
pub struct Step {
    /// The request.
    pub request: Request,
    /// What its connection is made with, where it differs from calls.
    pub certificate: Option<Certificate>,
    /// How the client says who it is.
    pub client: ClientAuthentication,
    /// How the parameters that the standard asks for are sent.
    pub send: Send,
    /// The provider's names of standard parameters, by the standard's.
    pub names: Vec<(String, String)>,
    /// Standard parameters that are not sent.
    pub without: Vec<String>,
    /// Values made before the request, for its places (`made.name`).
    pub make: Vec<(String, Formula)>,
    /// What must hold in a successful answer besides its status.
    pub success_when: Option<Formula>,
    /// What the answer brings.
    pub capture: Vec<Capture>,
}

/// How a client says who it is (RFC 6749 section 2.3, RFC 7523, RFC 8705).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// What the provider's metadata prefers; `Body` where there is none.
    Discovered,
    /// Id and secret among the parameters.
    Body,
    /// HTTP basic with both parts form-encoded, as RFC 6749 section 2.3.1 asks.
    Basic,
    /// HTTP basic with both parts as they are.
    PlainBasic,
    /// Only the id, among the parameters: a public client.
    Id,
    /// Nothing is sent.
    None,
    /// A signed assertion (RFC 7523): the method's own, or one of the client's key.
    PrivateKeyJwt,
    /// The certificate of the connection and the id (RFC 8705).
    Certificate,
}

/// How the standard's parameters are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Send {
    /// As a form.
    Form,
    /// As members of a JSON object.
    Json,
    /// As query parameters.
    Query,
    /// Not at all: the description says everything.
    Nothing,
}

/// Something that is computed from an answer, or before a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// An expression that is evaluated here.
    Expression(Expression),
    /// JavaScript for the sandbox (`js: …`).
    Script(String),
}

/// Something that an answer brings.
#[derive(Clone, Debug)]
pub struct Capture {
    /// What it is.
    pub target: Target,
    /// How it is read.
    pub formula: Formula,
}

/// What an answer brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A part of a token set; the default set has the empty name.
    Token(String, TokenPart),
    /// A configuration entry of the instance.
    Entry(String),
}

/// The parts of a token set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPart {
    /// The access token.
    Access,
    /// The refresh token.
    Refresh,
    /// The token's secret (OAuth 1.0a).
    Secret,
    /// The word before the token, such as `Bearer`.
    Type,
    /// What was granted.
    Scope,
    /// How long the access token is good.
    ExpiresIn,
    /// When the access token ends.
    ExpiresAt,
    /// How long the refresh token is good.
    RefreshExpiresIn,
    /// The identity token.
    IdToken,
}

/// Spellings in definitions.
pub(crate) const TOKEN_PARTS: [(&str, TokenPart); 9] = [
    ("access", TokenPart::Access),
    ("refresh", TokenPart::Refresh),
    ("secret", TokenPart::Secret),
    ("type", TokenPart::Type),
    ("scope", TokenPart::Scope),
    ("expires_in", TokenPart::ExpiresIn),
    ("expires_at", TokenPart::ExpiresAt),
    ("refresh_expires_in", TokenPart::RefreshExpiresIn),
    ("id_token", TokenPart::IdToken),
];

impl Step {
    /// A request of a standard to a URL that is known only when it is made; the error says what is wrong with the URL.
    pub fn standard(url: &url::Url) -> Result<Self, &'static str> {
        if url.fragment().is_some() || !url.username().is_empty() || !url.has_host() {
            return Err("is not a URL of an endpoint");
        }
        let query = url.query_pairs().map(|(name, value)| (name.into_owned(), Pattern::text(value.into_owned())));
        let request = Request {
            method: http::Method::POST,
            root: Root::Url(url.origin().ascii_serialization()),
            path: Pattern::text(url.path().to_owned()),
            query: query.collect(),
            headers: Vec::new(),
            body: Body::None,
            success_when: None,
            capture: Vec::new(),
            then: None,
        };
        Ok(Self {
            request,
            certificate: None,
            client: ClientAuthentication::Discovered,
            send: Send::Form,
            names: Vec::new(),
            without: Vec::new(),
            make: Vec::new(),
            success_when: None,
            capture: Vec::new(),
        })
    }

    /// The configuration entries that it reads.
    pub(crate) fn keys(&self) -> Vec<&str> {
        let made = self.make.iter().flat_map(|(_, formula)| formula.keys());
        let captured = self.capture.iter().flat_map(|capture| capture.formula.keys());
        let success = self.success_when.iter().flat_map(Formula::keys);
        let certificate = self.certificate.iter().flat_map(Certificate::templates).flat_map(Template::keys);
        self.request.keys().into_iter().chain(made).chain(captured).chain(success).chain(certificate).collect()
    }
}

impl Formula {
    /// The configuration entries that it reads. What a script reads is not known: it gets none.
    pub fn keys(&self) -> Vec<&str> {
        match self {
            Self::Expression(expression) => expression.keys().into_iter().collect(),
            Self::Script(_) => Vec::new(),
        }
    }
}

impl Capture {
    /// Whether it is a part of a token set.
    pub fn is_of_set(&self, name: &str) -> bool {
        matches!(&self.target, Target::Token(set, _) if set == name)
    }

    /// Its name in the definition.
    pub fn name(&self) -> String {
        match &self.target {
            Target::Entry(key) => key.clone(),
            Target::Token(set, part) => {
                let part = TOKEN_PARTS.iter().find(|(_, known)| known == part).map_or("", |(name, _)| *name);
                if set.is_empty() { format!("token.{part}") } else { format!("token.{set}.{part}") }
            }
        }
    }

    /// The configuration entry that it sets.
    pub fn entry(&self) -> Option<&str> {
        match &self.target {
            Target::Entry(key) => Some(key),
            Target::Token(..) => None,
        }
    }
}
