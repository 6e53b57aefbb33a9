//! How a method's tokens are got, kept fresh and given back, as the definition says it.

use crate::step::{Capture, Formula, Step};
use crate::{Request, Template};

/// How tokens are got, kept fresh and given back.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What is exchanged for a token.
    pub flow: Flow,
    /// The authorization server, whose metadata says what the definition does not (RFC 8414, `OpenID` Connect Discovery).
    pub issuer: Option<Template>,
    /// Where a person consents.
    pub authorize: Option<Authorize>,
    /// Temporary credentials (OAuth 1.0a, RFC 5849 section 2.1).
    pub request_token: Option<Step>,
    /// The device authorization request (RFC 8628 section 3.1).
    pub device: Option<Step>,
    /// The requests that bring the token, the last answer counts. Empty where the metadata says where to ask.
    pub token: Vec<Step>,
    /// Where the configuration describes the token request, for connectors of any API.
    pub described: Option<Described>,
    /// How a token is renewed.
    pub refresh: Refresh,
    /// How a token is given back; without it the metadata's revocation endpoint is used (RFC 7009).
    pub revoke: Option<Step>,
    /// What is asked for.
    pub scope: ScopeRule,
    /// How long tokens are good.
    pub expiry: Expiry,
    /// Errors by which the provider says that the grant is over, besides those of RFC 6749 section 5.2.
    pub dead_when: Vec<String>,
}

/// What is exchanged for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A code that a person's consent brought (RFC 6749 section 4.1).
    AuthorizationCode,
    /// Nothing but who the client is (RFC 6749 section 4.4); a person may have to consent before.
    ClientCredentials,
    /// A user's name and password (RFC 6749 section 4.3).
    Password,
    /// A signed assertion (RFC 7523).
    JwtBearer,
    /// Another token (RFC 8693).
    TokenExchange,
    /// A code that a person enters elsewhere (RFC 8628).
    Device,
    /// A log-in that follows no standard.
    Login,
    /// OAuth 1.0a with a person (RFC 5849 section 2).
    OAuth1,
}

/// The configuration entries in which a person describes the token request.
#[derive(Clone, Debug)]
pub struct Described {
    /// The request as JSON, in the form that definitions have.
    pub request: String,
    /// Secrets by name, a JSON object.
    pub secrets: String,
    /// What else the request reads by name, a JSON object.
    pub parameters: String,
    /// The URL that its paths stand below; `base.url` where the entry is empty.
    pub url: String,
    /// PEM certificates of the authorities that its connections trust; those of calls where the entry is empty.
    pub authorities: String,
}

impl Flow {
    /// Whether only a person can begin it again.
    pub const fn needs_person(self) -> bool {
        matches!(self, Self::AuthorizationCode | Self::Device | Self::OAuth1)
    }
}

/// How a token is renewed.
#[derive(Clone, Debug)]
pub enum Refresh {
    /// With a refresh token, at the place where the token came from.
    Standard,
    /// By these requests.
    Steps(Vec<Step>),
    /// By getting it again; no person is needed.
    Again,
    /// Not at all.
    Never,
}

/// Where a person consents.
#[derive(Clone, Debug)]
pub struct Authorize {
    /// URL and query.
    pub request: Request,
    /// Whether the definition says the URL; the metadata's is taken otherwise, with the query of `request`.
    pub has_url: bool,
    /// What stands in the URL behind a `#`; the parameters follow it.
    pub fragment: Option<String>,
    /// The provider's names of standard parameters, by the standard's.
    pub names: Vec<(String, String)>,
    /// Standard parameters that are not sent.
    pub without: Vec<String>,
    /// Proof key for code exchange (RFC 7636).
    pub pkce: Pkce,
    /// Whether the scope's separators stay as they are in the URL.
    pub plain_scope: bool,
    /// The callback's parameter that holds the code.
    pub code: String,
    /// Whether the parameters are sent to the provider before the person (RFC 9126).
    pub pushed: Option<Step>,
    /// What the callback's parameters bring.
    pub capture: Vec<Capture>,
}

/// Proof key for code exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pkce {
    /// The challenge is the verifier's SHA-256.
    #[default]
    S256,
    /// The challenge is the verifier.
    Plain,
    /// The provider does not take one.
    Off,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ScopeRule {
    /// What is asked for where the instance does not say (`oauth.scope`).
    pub default: Option<Template>,
    /// What stands between scopes at the provider.
    pub separator: String,
    /// What calls cannot do without.
    pub required: Vec<String>,
}

/// How long tokens are good, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expiry {
    /// Where the answer does not say.
    pub default: Option<i64>,
    /// How long before its end a token is renewed; the larger of 30 s and 5 % where absent.
    pub margin: Option<i64>,
    /// After how long without use the provider forgets a refresh token.
    pub idle: Option<i64>,
    /// How long the provider still takes a refresh token that it has replaced.
    pub reuse: Option<i64>,
    /// How long a refresh token is good where the answer does not say.
    pub refresh: Option<i64>,
}

/// Whom a credential belongs to.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The request that asks; without it the token's answer tells.
    pub step: Option<Step>,
    /// Where the answer tells it.
    pub subject: Formula,
}

impl Described {
    /// The entries that begin with a name.
    pub(crate) fn of(name: &str) -> Self {
        let entry = |part: &str| format!("{name}.{part}");
        Self {
            request: entry("request"),
            secrets: entry("secrets"),
            parameters: entry("parameters"),
            url: entry("url"),
            authorities: entry("authorities"),
        }
    }

    fn keys(&self) -> [&str; 5] {
        [&self.request, &self.secrets, &self.parameters, &self.url, &self.authorities].map(String::as_str)
    }
}

impl Grant {
    /// Every request that it may make, those of the metadata aside.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        let renewing = match &self.refresh {
            Refresh::Steps(steps) => steps.as_slice(),
            Refresh::Standard | Refresh::Again | Refresh::Never => &[],
        };
        let pushed = self.authorize.iter().filter_map(|authorize| authorize.pushed.as_ref());
        let begun = self.request_token.iter().chain(&self.device).chain(pushed);
        begun.chain(&self.token).chain(renewing).chain(&self.revoke)
    }

    /// The configuration entries that it reads besides those of its steps.
    pub(crate) fn keys(&self) -> Vec<&str> {
        let authorize = self.authorize.iter();
        let url = authorize.clone().flat_map(|authorize| authorize.request.keys());
        let callback = authorize.flat_map(|authorize| &authorize.capture).flat_map(|capture| capture.formula.keys());
        let templates = self.issuer.iter().chain(&self.scope.default).flat_map(Template::keys);
        let described = self.described.iter().flat_map(Described::keys);
        let password = ["username", "password"].into_iter().filter(|_| self.flow == Flow::Password);
        url.chain(callback).chain(templates).chain(described).chain(password).collect()
    }
}
