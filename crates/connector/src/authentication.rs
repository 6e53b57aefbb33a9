//! How a credential is put on a request, as the definition says it.

use std::collections::BTreeSet;

use crate::grant::{Grant, Identity};
use crate::step::Step;
use crate::{Request, Template};

/// A named way to authenticate.
#[derive(Clone, Debug)]
pub struct Method {
    /// The value of `authentication.type` that chooses it, such as `basic`.
    pub name: String,
    /// The platform dialect's word for it (section 2.3, `authentication.type`).
    pub kind: Kind,
    /// What it puts on a call.
    pub placements: Placements,
    /// What its connections are made with.
    pub certificate: Option<Certificate>,
    /// A token that it signs itself.
    pub assertion: Option<Assertion>,
    /// How its tokens are got, where it has any.
    pub grant: Option<Grant>,
    /// Whom the credential belongs to.
    pub identity: Option<Identity>,
    /// Statuses of a call's answer by which the provider says that the token is no longer good.
    pub expired: Vec<u16>,
    /// Requests after the credential was taken, before the instance is kept.
    pub on_connect: Vec<Step>,
    /// Requests before the instance is deleted.
    pub on_delete: Vec<Step>,
}

/// The platform dialect's words for ways to authenticate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    None,
    /// HTTP basic.
    Basic,
    /// A key in a header, query parameter, cookie or body.
    ApiKey,
    /// OAuth 1.0a.
    OAuth1,
    /// OAuth 2.0 with a person or a client.
    OAuth2,
    /// OAuth 2.0 with a password.
    OAuth2Password,
    /// AWS Signature Version 4.
    AwsV4,
    /// Everything else.
    Custom,
}

impl Kind {
    /// The dialect's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "basic",
            Self::ApiKey => "apiKey",
            Self::OAuth1 => "oauth1",
            Self::OAuth2 => "oauth2",
            Self::OAuth2Password => "oauth2Password",
            Self::AwsV4 => "awsv4",
            Self::Custom => "custom",
        }
    }
}

/// What a method puts on a call. Names and values are templates over `config`, `token`, `tokens`, `client`,
/// `assertion` and, where they are made anew for each call, `request`.
#[derive(Clone, Debug, Default)]
pub struct Placements {
    /// HTTP basic (RFC 7617): user and password; either may be empty.
    pub basic: Option<(Template, Template)>,
    /// Headers.
    pub headers: Vec<(Template, Template)>,
    /// Query parameters.
    pub query: Vec<(Template, Template)>,
    /// Cookies.
    pub cookies: Vec<(Template, Template)>,
    /// Members of a JSON object or fields of a form.
    pub body: Vec<(Template, Template)>,
    /// A signature over the whole call.
    pub signature: Option<Signature>,
}

/// A signature over the whole call.
#[derive(Clone, Debug)]
pub enum Signature {
    /// AWS Signature Version 4.
    SigV4(Box<SigV4>),
    /// OAuth 1.0a (RFC 5849).
    OAuth1(Box<OAuth1>),
}

/// What AWS Signature Version 4 signs with.
#[derive(Clone, Debug)]
pub struct SigV4 {
    /// Access key id.
    pub key: Template,
    /// Secret access key.
    pub secret: Template,
    /// Session token of temporary credentials.
    pub session: Option<Template>,
    /// Region, such as `eu-central-1`.
    pub region: Template,
    /// Service, such as `s3`.
    pub service: Template,
    /// Whether bodies are left out of the signature, so that they can stream (S3 over TLS).
    pub unsigned: bool,
}

/// What OAuth 1.0a signs with.
#[derive(Clone, Debug)]
pub struct OAuth1 {
    /// The client's identifier.
    pub consumer_key: Template,
    /// The client's secret.
    pub consumer_secret: Template,
    /// The token; empty while there is none.
    pub token: Template,
    /// The token's secret.
    pub token_secret: Template,
    /// How it is signed, in the words of [`OAuth1Method::named`].
    pub method: Template,
    /// Realm of the header (NetSuite).
    pub realm: Option<Template>,
    /// Whether the parameters stand in the query instead of the header.
    pub in_query: bool,
    /// Whether a body that is no form is signed by its hash (`oauth_body_hash`).
    pub body_hash: bool,
}

/// Signature methods of OAuth 1.0a.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuth1Method {
    /// HMAC-SHA1.
    HmacSha1,
    /// HMAC-SHA256.
    HmacSha256,
    /// PLAINTEXT, over TLS only.
    Plaintext,
    /// RSA-SHA1; the consumer secret is the private key.
    RsaSha1,
}

impl OAuth1Method {
    /// The names of RFC 5849 section 3.4, and the one that came after it.
    pub(crate) const NAMES: [(&str, Self); 4] = [
        ("HMAC-SHA1", Self::HmacSha1),
        ("HMAC-SHA256", Self::HmacSha256),
        ("PLAINTEXT", Self::Plaintext),
        ("RSA-SHA1", Self::RsaSha1),
    ];

    /// The method with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, method)| method)
    }
}

/// What connections are made with.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// PEM certificates of the authorities that are trusted instead of the public ones.
    pub authorities: Option<Template>,
    /// PEM certificate chain of the client and its PEM key.
    pub identity: Option<(Template, Template)>,
}

/// A JSON web token that is signed here.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// Algorithm, such as `RS256` (RFC 7518 section 3.1).
    pub algorithm: Template,
    /// PEM private key, or the secret of `HS…`.
    pub key: Template,
    /// How the secret of `HS…` is written: `utf8`, `hex` or `base64`.
    pub encoding: KeyEncoding,
    /// Members of the header besides `alg` and `typ`.
    pub header: Vec<(String, Template)>,
    /// Claims besides those that are always there (`iat`, `exp`, `jti`); a claim written here wins. `*` holds an object
    /// whose members are claims.
    pub claims: Vec<(String, Claim)>,
    /// Seconds that it is valid (RFC 7523: short).
    pub lifetime: i64,
}

/// The value of a claim.
#[derive(Clone, Debug)]
pub enum Claim {
    /// A text; one that is nothing but an expression keeps that expression's type.
    Text(Template),
    /// Anything else, as it is.
    Fixed(serde_json::Value),
    /// The claim is left out although it would always be there.
    Left,
}

/// How the secret of an HMAC is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyEncoding {
    /// As text.
    #[default]
    Utf8,
    /// In hexadecimal digits.
    Hex,
    /// In base64.
    Base64,
}

impl Placements {
    /// Templates of values: what leaves as a credential.
    pub fn values(&self) -> Vec<&Template> {
        let basic = self.basic.iter().flat_map(|(user, password)| [user, password]);
        let named = [&self.headers, &self.query, &self.cookies, &self.body];
        let named = named.into_iter().flatten().map(|(_, value)| value);
        let signed = self.signature.iter().flat_map(Signature::templates);
        basic.chain(named).chain(signed).collect()
    }

    /// Templates of names.
    pub fn names(&self) -> impl Iterator<Item = &Template> {
        [&self.headers, &self.query, &self.cookies, &self.body].into_iter().flatten().map(|(name, _)| name)
    }

    /// Whether what it puts there differs from call to call.
    pub fn is_moving(&self) -> bool {
        self.signature.is_some() || !self.body.is_empty() || self.values().into_iter().any(Template::is_moving)
    }

    /// Whether it reads the body of a call.
    pub fn reads_body(&self) -> bool {
        let signed = match &self.signature {
            Some(Signature::SigV4(v4)) => !v4.unsigned,
            // The parameters of a form are part of the signature.
            Some(Signature::OAuth1(_)) => true,
            None => false,
        };
        let reads = |template: &Template| template.roots().contains(&("request", Some("body")));
        signed || !self.body.is_empty() || self.values().into_iter().any(reads)
    }
}

impl Signature {
    fn templates(&self) -> Vec<&Template> {
        match self {
            Self::SigV4(v4) => [&v4.key, &v4.secret, &v4.region, &v4.service].into_iter().chain(&v4.session).collect(),
            Self::OAuth1(one) => [&one.consumer_key, &one.consumer_secret, &one.token, &one.token_secret, &one.method]
                .into_iter()
                .chain(&one.realm)
                .collect(),
        }
    }
}

impl Certificate {
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let identity = self.identity.iter().flat_map(|(certificate, key)| [certificate, key]);
        self.authorities.iter().chain(identity)
    }
}

impl Assertion {
    fn templates(&self) -> impl Iterator<Item = &Template> {
        let claims = self.claims.iter().filter_map(|(_, claim)| match claim {
            Claim::Text(template) => Some(template),
            Claim::Fixed(_) | Claim::Left => None,
        });
        [&self.algorithm, &self.key].into_iter().chain(self.header.iter().map(|(_, value)| value)).chain(claims)
    }
}

impl Method {
    /// Every request that it may make, in the order of a connection's life.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        let identity = self.identity.iter().filter_map(|identity| identity.step.as_ref());
        let grant = self.grant.iter().flat_map(Grant::steps);
        grant.chain(identity).chain(&self.on_connect).chain(&self.on_delete)
    }

    /// Every request that it may make, the person's included.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &Request> {
        let authorize = self.grant.iter().filter_map(|grant| grant.authorize.as_ref());
        let authorize = authorize.filter(|authorize| authorize.has_url).map(|authorize| &authorize.request);
        self.steps().map(|step| &step.request).chain(authorize)
    }

    /// Whether a person has to consent at the provider.
    pub fn asks_a_person(&self) -> bool {
        self.grant.as_ref().is_some_and(|grant| grant.authorize.is_some() || grant.device.is_some())
    }

    /// The configuration entries that it reads.
    pub fn keys(&self) -> BTreeSet<&str> {
        let own = self.own_templates().into_iter().flat_map(Template::keys);
        let grant = self.grant.iter().flat_map(Grant::keys);
        let identity = self.identity.iter().flat_map(|identity| identity.subject.keys());
        own.chain(self.steps().flat_map(Step::keys)).chain(grant).chain(identity).collect()
    }

    /// The configuration entries that its answers set.
    pub fn captured(&self) -> BTreeSet<&str> {
        let callback = self.grant.iter().filter_map(|grant| grant.authorize.as_ref());
        let callback = callback.flat_map(|authorize| &authorize.capture);
        self.steps().flat_map(|step| &step.capture).chain(callback).filter_map(|capture| capture.entry()).collect()
    }

    /// The configuration entries whose values leave as a credential.
    pub fn credential_keys(&self) -> Vec<&str> {
        let certificate = self.certificate.iter().flat_map(Certificate::templates);
        let assertion = self.assertion.iter().map(|assertion| &assertion.key);
        self.placements.values().into_iter().chain(certificate).chain(assertion).flat_map(Template::keys).collect()
    }

    /// Templates that belong to no request.
    pub(crate) fn own_templates(&self) -> Vec<&Template> {
        let certificate = self.certificate.iter().flat_map(Certificate::templates);
        let assertion = self.assertion.iter().flat_map(Assertion::templates);
        let placed = self.placements.names().chain(self.placements.values());
        placed.chain(certificate).chain(assertion).collect()
    }

    /// The roots, besides `config`, that its placements read.
    pub fn reads_root(&self, root: &str) -> bool {
        self.own_templates().into_iter().any(|template| template.roots().iter().any(|(name, _)| *name == root))
    }
}
