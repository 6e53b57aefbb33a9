//! Sending a person to the provider: the URL of its consent page, and what has to be remembered of it.

use std::borrow::Cow;

use keyway_connector::{Authorize, Flow, Grant, Inputs, Pkce, Step};
use keyway_model::{Problems, Secret};
use serde_json::Value;
use url::Url;

use super::answer::Reply;
use super::classify::refusal;
use super::exchange::Manner;
use super::grant::asked_scope;
use super::party::Party;
use super::scene::Scene;
use super::standard::{Parameters, named};
use super::{Engine, Failure, metadata};
use crate::Authorizer;
use crate::outgoing::Destination;
use crate::sign::{self, Hex};

/// How a person shall be sent to the provider.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// Where the provider sends the browser back to.
    pub redirect_uri: String,
    /// What the provider sends along then.
    pub state: String,
    /// Whether a proof key is used where the definition allows it.
    pub proof: bool,
    /// The proof key of an earlier asking, instead of a new one.
    pub verifier: Option<Secret>,
    /// What the identity token has to repeat, of an earlier asking, instead of a new one.
    pub nonce: Option<String>,
    /// The temporary token, where somebody has fetched it before (OAuth 1.0a).
    pub request_token: Option<String>,
}

/// A person on the way to the provider.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// The proof key.
    pub verifier: Option<Secret>,
    /// What the identity token has to repeat.
    pub nonce: Option<String>,
    /// The temporary token and its secret (OAuth 1.0a).
    pub temporary: Option<(String, Secret)>,
    /// What was asked for.
    pub scope: String,
    /// The issuer that has to name itself on the way back (RFC 9207).
    pub issuer: Option<String>,
}

impl Engine<'_> {
    /// The URL that a person is sent to.
    pub async fn authorize(&self, party: Party<'_>, asking: &Asking) -> Result<Begun, Failure> {
        let (grant, authorize) = consent(party)?;
        let mut scene = Scene::new(self, party);
        self.discover(grant, &mut scene).await?;
        let scope = asked_scope(grant, &scene);
        let verifier = (asking.proof && authorize.pkce != Pkce::Off && grant.flow == Flow::AuthorizationCode)
            .then(|| asking.verifier.clone().unwrap_or_else(|| sign::pkce::verifier(&self.entropy.bytes())));
        let fresh = || Hex(self.entropy.bytes::<16>()).to_string();
        let nonce = grant.issuer.as_ref().map(|_| asking.nonce.clone().unwrap_or_else(fresh));
        show(&mut scene, asking, &scope, verifier.as_ref(), nonce.as_ref());
        let temporary = match (grant.flow, &asking.request_token) {
            (Flow::OAuth1, None) => Some(self.temporary(grant, &mut scene, asking).await?),
            _ => None,
        };
        let parameters = if grant.flow == Flow::OAuth1 {
            let token = temporary.as_ref().map(|(token, _)| token.clone()).or_else(|| asking.request_token.clone());
            vec![("oauth_token", token.unwrap_or_default())]
        } else {
            of_code(grant, authorize, party, asking, (&scope, verifier.as_ref(), nonce.as_ref()))
        };
        let url = self.url(authorize, &mut scene, parameters).await?;
        Ok(Begun { url, verifier, nonce, temporary, scope, issuer: issuer(&scene) })
    }

    /// Temporary credentials (RFC 5849 section 2.1).
    pub async fn request_token(&self, party: Party<'_>, asking: &Asking) -> Result<(String, Secret), Failure> {
        let (grant, _) = consent(party)?;
        let mut scene = Scene::new(self, party);
        let scope = asked_scope(grant, &scene);
        show(&mut scene, asking, &scope, None, None);
        self.temporary(grant, &mut scene, asking).await
    }

    async fn temporary(
        &self,
        grant: &Grant,
        scene: &mut Scene<'_>,
        asking: &Asking,
    ) -> Result<(String, Secret), Failure> {
        let step = grant.request_token.as_ref();
        let step = step.ok_or_else(|| Problems::one("authentication.type", "has no temporary tokens"))?;
        let callback = if asking.redirect_uri.is_empty() { "oob" } else { &asking.redirect_uri };
        let protocol = [("oauth_callback", callback.to_owned())];
        let reply = self.exchange(step, scene, Manner::Signed(&protocol)).await?;
        if !reply.status.is_success() {
            return Err(refusal(&reply, None));
        }
        let member = |name: &str| reply.body.get(name).and_then(Value::as_str).map(str::to_owned);
        match (member("oauth_token"), member("oauth_token_secret")) {
            (Some(token), Some(secret)) => Ok((token, Secret::new(secret))),
            _ => Err(Failure::Unusable("the provider gave no temporary token".to_owned())),
        }
    }

    /// Where the person goes, with parameters under the provider's names behind those of the definition.
    async fn url(
        &self,
        authorize: &Authorize,
        scene: &mut Scene<'_>,
        parameters: Parameters<'static>,
    ) -> Result<String, Failure> {
        let (mut url, own) = place(authorize, scene)?;
        let sent = parameters.into_iter().filter(|(name, _)| !authorize.without.iter().any(|left| left == name));
        let sent: Vec<(&'static str, String)> = sent.filter(|(_, value)| !value.is_empty()).collect();
        let pairs = if let Some(step) = pushed(authorize, scene)? {
            // RFC 9126 section 2: all of the request is pushed, and what else the URL held would not count.
            let written = own.iter().map(|(name, value)| (name.as_str(), value.clone()));
            let kept = sent.into_iter().filter(|(name, _)| own.iter().all(|(written, _)| written != name));
            let all: Parameters<'_> = kept.chain(written).collect();
            let reply = self.exchange(&step, scene, Manner::Client(&all)).await?;
            vec![
                ("client_id".to_owned(), scene.party.client.id.clone()),
                ("request_uri".to_owned(), request_uri(&reply)?),
            ]
        } else {
            let pairs = sent.into_iter().map(|(name, value)| (named(&authorize.names, name), value));
            with_own(pairs.collect(), own)
        };
        append(&mut url, authorize, &pairs);
        Ok(url)
    }
}

/// The request by which the parameters are pushed (RFC 9126): the definition's, or the one that the metadata names where the client
/// can prove who it is. Whoever asks for a URL in the dialect's own way need not have the secret at hand.
fn pushed(authorize: &Authorize, scene: &Scene<'_>) -> Result<Option<Step>, Failure> {
    const ENDPOINT: &str = "pushed_authorization_request_endpoint";
    if authorize.pushed.is_some() || metadata::endpoint(scene, ENDPOINT)?.is_none() {
        return Ok(authorize.pushed.clone());
    }
    let required = scene.get("server").and_then(|server| server.get("require_pushed_authorization_requests"));
    let client = scene.party.client;
    let proves = ["secret", "key", "certificate"].into_iter().any(|name| client.member(name).is_some());
    if proves || required == Some(&Value::Bool(true)) { metadata::step(scene, ENDPOINT).map(Some) } else { Ok(None) }
}

/// What the definition writes wins over the standard's parameter of the same name.
fn with_own(mut pairs: Vec<(String, String)>, own: Vec<(String, String)>) -> Vec<(String, String)> {
    for (name, value) in own {
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some(pair) => pair.1 = value,
            None => pairs.push((name, value)),
        }
    }
    pairs
}

/// The grant and the consent page of a method.
pub(super) fn consent(party: Party<'_>) -> Result<(&Grant, &Authorize), Problems> {
    let grant = party.method.grant.as_ref();
    let found = grant.and_then(|grant| Some((grant, grant.authorize.as_ref()?)));
    found.ok_or_else(|| Problems::one("authentication.type", "asks no person"))
}

fn show(scene: &mut Scene<'_>, asking: &Asking, scope: &str, verifier: Option<&Secret>, nonce: Option<&String>) {
    scene.set("redirect_uri", asking.redirect_uri.as_str().into());
    scene.set("state", asking.state.as_str().into());
    scene.set("scope", scope.into());
    if let Some(verifier) = verifier {
        scene.set("verifier", verifier.expose().as_str().into());
    }
    if let Some(nonce) = nonce {
        scene.set("nonce", nonce.as_str().into());
    }
}

/// Parameters of RFC 6749 section 4.1.1, RFC 7636 section 4.3 and OpenID Connect Core section 3.1.2.1.
fn of_code(
    grant: &Grant,
    authorize: &Authorize,
    party: Party<'_>,
    asking: &Asking,
    (scope, verifier, nonce): (&str, Option<&Secret>, Option<&String>),
) -> Parameters<'static> {
    let mut parameters = vec![
        ("response_type", "code".to_owned()),
        ("client_id", party.client.id.clone()),
        ("redirect_uri", asking.redirect_uri.clone()),
        ("scope", scope.to_owned()),
        ("state", asking.state.clone()),
    ];
    if let Some(verifier) = verifier {
        let (challenge, method) = match authorize.pkce {
            Pkce::Plain => (verifier.expose().clone(), "plain"),
            Pkce::S256 | Pkce::Off => (sign::pkce::challenge(verifier), "S256"),
        };
        parameters.extend([("code_challenge", challenge), ("code_challenge_method", method.to_owned())]);
    }
    let open_id = grant.issuer.is_some() && scope.split(' ').any(|word| word == "openid");
    parameters.extend(nonce.filter(|_| open_id).map(|nonce| ("nonce", nonce.clone())));
    parameters
}

/// The page's URL without its parameters, and those that the definition writes.
fn place(authorize: &Authorize, scene: &Scene<'_>) -> Result<(String, Vec<(String, String)>), Failure> {
    let scope = scene.scope();
    let party = scene.party;
    let inputs = Inputs { scope: scope.clone(), places: Vec::new(), body: None, previous: None };
    let rendered = authorize.request.render(&inputs)?;
    if !authorize.has_url {
        let found = metadata::endpoint(scene, "authorization_endpoint")?;
        let url = found.ok_or_else(|| Failure::Unusable("the issuer names no authorization_endpoint".to_owned()))?;
        return Ok((url.into(), rendered.query));
    }
    let none = Authorizer::default();
    let to = Destination { base: party.base, settings: party.settings, authorizer: &none };
    let root = to.made_root(authorize.request.root(), &scope)?;
    let url = root.join(&rendered.path, None);
    Url::parse(&url).map_err(|_| Problems::one("authorize.url", "is not a URL"))?;
    Ok((url, rendered.query))
}

fn append(url: &mut String, authorize: &Authorize, pairs: &[(String, String)]) {
    if let Some(fragment) = &authorize.fragment {
        url.push('#');
        url.push_str(fragment);
    }
    let encode = |text: &str| keyway_connector::encode_component(text);
    for (name, value) in pairs {
        let last = url.rsplit('#').next().unwrap_or_default();
        let separator = if authorize.fragment.is_none() && url.contains('?') || last.contains('?') { '&' } else { '?' };
        let is_scope = named(&authorize.names, "scope") == *name;
        let value: Cow<'_, str> = if is_scope && authorize.plain_scope {
            // The separators stay; nothing else of a scope can end the parameter.
            value.replace('%', "%25").replace('&', "%26").replace('#', "%23").replace(' ', "+").into()
        } else {
            encode(value).into()
        };
        url.push(separator);
        url.push_str(&encode(name));
        url.push('=');
        url.push_str(&value);
    }
}

fn request_uri(reply: &Reply) -> Result<String, Failure> {
    let told = reply.body.get("request_uri").and_then(Value::as_str);
    match told.filter(|_| reply.status.is_success()) {
        Some(uri) => Ok(uri.to_owned()),
        None => Err(refusal(reply, None)),
    }
}

/// The issuer, where it says that it names itself on the way back.
fn issuer(scene: &Scene<'_>) -> Option<String> {
    let server = scene.get("server")?;
    let names_itself = server.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true));
    server.get("issuer").and_then(Value::as_str).filter(|_| names_itself).map(str::to_owned)
}
