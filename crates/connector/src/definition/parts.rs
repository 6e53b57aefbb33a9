//! The parts of a definition that stand below `configuration`, `request` and `response`, and requests.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::authentication::CertificateDefinition;
use super::resource::ParameterDefinition;
use super::short::Short;
use crate::entries::Entries;

/// One entry below `configuration:`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldDefinition {
    /// Label for people; the key where absent.
    pub(crate) label: Option<String>,
    /// Where to find the value.
    #[serde(default)]
    pub(crate) help: String,
    /// Whether an instance cannot do without it.
    #[serde(default)]
    pub(crate) required: bool,
    /// Masked in every answer.
    #[serde(default)]
    pub(crate) secret: bool,
    /// Not on the form.
    #[serde(default)]
    pub(crate) hidden: bool,
    /// Kept for those who read the instance; no request of this definition uses it.
    #[serde(default)]
    pub(crate) kept: bool,
    /// true or false.
    #[serde(default)]
    pub(crate) boolean: bool,
    /// Several lines of text.
    #[serde(default)]
    pub(crate) multiline: bool,
    /// Longest text, in characters; 1000 where absent.
    pub(crate) max_length: Option<usize>,
    /// The values to choose from.
    pub(crate) options: Option<Vec<String>>,
    /// What an instance gets that omits it; may hold `${config.…}`.
    pub(crate) default: Option<String>,
    /// Set from answers of the provider only; what callers send is not taken.
    #[serde(default)]
    pub(crate) internal: bool,
    /// The methods of authentication that ask for it; all where absent.
    #[serde(default, rename = "for")]
    pub(crate) methods: Vec<String>,
}

/// `request:` — what every call of a resource carries.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommonRequestDefinition {
    /// Headers by name.
    #[serde(default)]
    pub(crate) headers: Entries<Value>,
    /// Query parameters by name.
    #[serde(default)]
    pub(crate) query: Entries<Value>,
    /// How bodies are sent.
    #[serde(default)]
    pub(crate) body: BodyForm,
}

/// How bodies are sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum BodyForm {
    /// As `application/json`.
    #[default]
    Json,
    /// As `application/x-www-form-urlencoded` with bracketed names.
    Form,
}

/// `response:` — how the provider answers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResponseDefinition {
    /// Where the rows of a list are.
    pub(crate) items: Option<String>,
    /// Where the object of every other answer is.
    pub(crate) item: Option<String>,
    /// Where the provider's words are in a failed answer.
    pub(crate) error: Option<String>,
    /// A place that must be true in a successful answer.
    pub(crate) success_when: Option<String>,
    /// The status of a failure by how the provider's words begin.
    #[serde(default)]
    pub(crate) statuses: Entries<u16>,
}

/// A request, wherever one is made.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestDefinition {
    /// Path or URL of a GET.
    #[serde(rename = "GET")]
    pub(crate) get: Option<String>,
    /// Path or URL of a POST.
    #[serde(rename = "POST")]
    pub(crate) post: Option<String>,
    /// Path or URL of a PUT.
    #[serde(rename = "PUT")]
    pub(crate) put: Option<String>,
    /// Path or URL of a PATCH.
    #[serde(rename = "PATCH")]
    pub(crate) patch: Option<String>,
    /// Path or URL of a DELETE.
    #[serde(rename = "DELETE")]
    pub(crate) delete: Option<String>,
    /// Query parameters by name.
    #[serde(default)]
    pub(crate) query: Entries<Value>,
    /// Headers by name; a mapping is sent as JSON.
    #[serde(default)]
    pub(crate) headers: Entries<Value>,
    /// A JSON body with places, `none`, or `"{file}"`.
    pub(crate) body: Option<Value>,
    /// A form body with places.
    pub(crate) form: Option<Value>,
    /// The parts of a multipart body by name.
    pub(crate) multipart: Option<Entries<Value>>,
    /// Any other text with places.
    pub(crate) text: Option<String>,
    /// Media type of `text`.
    pub(crate) content_type: Option<String>,
    /// A place that must be true in a successful answer.
    pub(crate) success_when: Option<String>,
    /// Configuration entries that are set from the answer.
    #[serde(default)]
    pub(crate) capture: Entries<String>,
    /// The next request of a chain.
    pub(crate) then: Option<Box<RequestDefinition>>,
    /// What the caller may send to this operation.
    #[serde(default)]
    pub(crate) parameters: Entries<Short<ParameterDefinition>>,
    /// Where the rows are in this operation's answer, if elsewhere.
    pub(crate) items: Option<String>,
    /// Where the object is in this operation's answer, if elsewhere.
    pub(crate) item: Option<String>,
    /// How the client says who it is, in requests of authentication.
    pub(crate) client_auth: Option<ClientWord>,
    /// How the standard's parameters are sent, in requests of authentication.
    pub(crate) send: Option<SendWord>,
    /// The provider's names of standard parameters, in requests of authentication.
    #[serde(default)]
    pub(crate) names: Entries<String>,
    /// Values made before the request, in requests of authentication.
    #[serde(default, rename = "let")]
    pub(crate) make: Entries<String>,
    /// What the connection is made with, in requests of authentication, where it differs from calls.
    pub(crate) certificate: Option<CertificateDefinition>,
    /// Whom the credential belongs to, below `identity`.
    pub(crate) subject: Option<String>,
}

/// How the client says who it is.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientWord {
    /// Id and secret among the parameters.
    Body,
    /// HTTP basic, both parts form-encoded.
    Basic,
    /// HTTP basic, both parts as they are.
    PlainBasic,
    /// Only the id, among the parameters.
    Id,
    /// Nothing.
    None,
    /// A signed assertion.
    PrivateKeyJwt,
    /// The connection's certificate, and the id.
    Certificate,
}

/// How the standard's parameters are sent.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SendWord {
    /// As a form.
    Form,
    /// As JSON.
    Json,
    /// In the query.
    Query,
    /// Not at all.
    Nothing,
}

impl RequestDefinition {
    /// Whether it says its method and path itself.
    pub(crate) const fn has_target(&self) -> bool {
        self.get.is_some() || self.post.is_some() || self.put.is_some() || self.patch.is_some() || self.delete.is_some()
    }
}
