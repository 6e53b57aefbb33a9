//! The parts of a definition that stand below `authentication`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::parts::RequestDefinition;
use super::short::Short;
use crate::entries::Entries;

/// One entry below `authentication:`; its members say what kind it is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodDefinition {
    /// The platform's word for it, where its members do not tell: basic, apiKey, oauth1, oauth2, awsv4, custom.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// User part of basic authentication.
    pub(crate) username: Option<String>,
    /// Password part of basic authentication.
    pub(crate) password: Option<String>,
    /// Header that holds the credential.
    pub(crate) header: Option<String>,
    /// Query parameter that holds the credential, or several by name.
    pub(crate) query: Option<Short<Entries<String>>>,
    /// What stands in the header or query parameter.
    pub(crate) value: Option<String>,
    /// Token sent as `Authorization: Bearer`.
    pub(crate) bearer: Option<String>,
    /// Headers by name.
    #[serde(default)]
    pub(crate) headers: Entries<String>,
    /// Cookies by name.
    #[serde(default)]
    pub(crate) cookies: Entries<String>,
    /// Members of bodies by name.
    #[serde(default)]
    pub(crate) body: Entries<String>,
    /// A signature over the whole call.
    pub(crate) sign: Option<SignDefinition>,
    /// What connections are made with.
    pub(crate) certificate: Option<CertificateDefinition>,
    /// A token that Keyway signs itself.
    pub(crate) assertion: Option<AssertionDefinition>,
    /// What is exchanged for a token.
    pub(crate) grant: Option<FlowWord>,
    /// The authorization server whose metadata says the rest.
    pub(crate) issuer: Option<String>,
    /// Where a person consents.
    pub(crate) authorize: Option<Short<AuthorizeDefinition>>,
    /// Temporary credentials of OAuth 1.0a.
    pub(crate) request_token: Option<Short<RequestDefinition>>,
    /// The device authorization request.
    pub(crate) device: Option<Short<RequestDefinition>>,
    /// The request that brings the token.
    pub(crate) token: Option<Short<RequestDefinition>>,
    /// The beginning of the configuration entries in which a person describes the token request: `….request`,
    /// `….secrets`, `….parameters`, `….url` and `….authorities`.
    pub(crate) described: Option<String>,
    /// The request that renews it; `again` gets it anew, `none` does not.
    pub(crate) refresh: Option<Short<RequestDefinition>>,
    /// The request that gives it back.
    pub(crate) revoke: Option<Short<RequestDefinition>>,
    /// Whom it belongs to: an expression over the token's answer, or a request with `subject`.
    pub(crate) identity: Option<Short<RequestDefinition>>,
    /// What is asked for.
    pub(crate) scope: Option<Short<ScopeDefinition>>,
    /// How long tokens are good.
    #[serde(default)]
    pub(crate) expiry: ExpiryDefinition,
    /// Errors that say that the grant is over.
    #[serde(default)]
    pub(crate) dead_when: Vec<String>,
    /// Statuses of a call's answer that say that the token is no longer good; 401 where absent.
    pub(crate) expired_when: Option<Vec<u16>>,
    /// Requests after the credential was taken.
    #[serde(default)]
    pub(crate) on_connect: Vec<RequestDefinition>,
    /// Requests before the instance is deleted.
    #[serde(default)]
    pub(crate) on_delete: Vec<RequestDefinition>,
}

/// What is exchanged for a token.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FlowWord {
    /// A code that a person's consent brought.
    AuthorizationCode,
    /// Nothing but who the client is.
    ClientCredentials,
    /// A user's name and password.
    Password,
    /// A signed assertion.
    JwtBearer,
    /// Another token.
    TokenExchange,
    /// A code that a person enters elsewhere.
    Device,
    /// A log-in that follows no standard.
    Login,
    /// OAuth 1.0a with a person.
    #[serde(rename = "oauth1")]
    OAuth1,
}

/// `sign:` — a signature over the whole call.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignDefinition {
    /// AWS Signature Version 4.
    pub(crate) sigv4: Option<SigV4Definition>,
    /// OAuth 1.0a.
    pub(crate) oauth1: Option<OAuth1Definition>,
}

/// `sigv4:`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigV4Definition {
    /// Access key id.
    pub(crate) key: String,
    /// Secret access key.
    pub(crate) secret: String,
    /// Session token of temporary credentials.
    pub(crate) session: Option<String>,
    /// Region.
    pub(crate) region: String,
    /// Service.
    pub(crate) service: String,
    /// Leave bodies out of the signature.
    #[serde(default)]
    pub(crate) unsigned: bool,
}

/// `oauth1:`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth1Definition {
    /// Identifier of the client; the registered one where absent.
    pub(crate) consumer_key: Option<String>,
    /// Secret of the client; the registered one where absent.
    pub(crate) consumer_secret: Option<String>,
    /// The token; the one that was got where absent.
    pub(crate) token: Option<String>,
    /// The token's secret; the one that was got where absent.
    pub(crate) token_secret: Option<String>,
    /// HMAC-SHA1 (the default), HMAC-SHA256, PLAINTEXT or RSA-SHA1; or a place that holds one of these.
    pub(crate) method: Option<String>,
    /// Realm of the header.
    pub(crate) realm: Option<String>,
    /// Put the parameters into the query instead of the header.
    #[serde(default)]
    pub(crate) in_query: bool,
    /// Sign bodies that are no forms by their hash.
    #[serde(default)]
    pub(crate) body_hash: bool,
}

/// `certificate:` — what connections are made with.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateDefinition {
    /// PEM certificates of trusted authorities, instead of the public ones.
    pub(crate) authorities: Option<String>,
    /// PEM certificate chain of the client.
    pub(crate) certificate: Option<String>,
    /// PEM key of the certificate.
    pub(crate) key: Option<String>,
}

/// `assertion:` — a token that Keyway signs itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssertionDefinition {
    /// RS256, PS256, ES256, EdDSA, HS256 or a longer one of these.
    pub(crate) algorithm: String,
    /// PEM private key, or the secret of HS….
    pub(crate) key: String,
    /// How the secret of HS… is written: utf8 (the default), hex or base64.
    pub(crate) encoding: Option<String>,
    /// Members of the header.
    #[serde(default)]
    pub(crate) header: Entries<String>,
    /// Claims; null leaves a usual one out, `*` holds an object whose members are claims.
    #[serde(default)]
    pub(crate) claims: Entries<Value>,
    /// Seconds that it is valid; 300 where absent.
    pub(crate) lifetime: Option<i64>,
}

/// `authorize:` — where a person consents.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorizeDefinition {
    /// Where the person is sent; what follows a `#` stands before the parameters.
    pub(crate) url: Option<String>,
    /// Further parameters; null leaves a standard one out.
    #[serde(default)]
    pub(crate) query: Entries<Value>,
    /// The provider's names of standard parameters.
    #[serde(default)]
    pub(crate) names: Entries<String>,
    /// s256 (the default), plain or off.
    pub(crate) pkce: Option<String>,
    /// Keep the scope's separators as they are in the URL.
    #[serde(default)]
    pub(crate) plain_scope: bool,
    /// The callback's parameter that holds the code.
    pub(crate) code: Option<String>,
    /// Send the parameters to the provider first (RFC 9126).
    pub(crate) pushed: Option<Short<RequestDefinition>>,
    /// Entries that are set from the callback's parameters.
    #[serde(default)]
    pub(crate) capture: Entries<String>,
}

/// `scope:` — what is asked for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeDefinition {
    /// Scopes that are asked for where the instance does not say.
    #[serde(default)]
    pub(crate) ask: Vec<String>,
    /// What stands between scopes; a space where absent.
    pub(crate) separator: Option<String>,
    /// Scopes that calls cannot do without.
    #[serde(default)]
    pub(crate) required: Vec<String>,
}

/// `expiry:` — how long tokens are good, in seconds.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpiryDefinition {
    /// Where the answer does not say.
    pub(crate) default: Option<i64>,
    /// How long before its end a token is renewed.
    pub(crate) margin: Option<i64>,
    /// After how long without use the refresh token is forgotten.
    pub(crate) idle: Option<i64>,
    /// How long a replaced refresh token is still taken.
    pub(crate) reuse: Option<i64>,
    /// How long a refresh token is good where the answer does not say.
    pub(crate) refresh: Option<i64>,
}
