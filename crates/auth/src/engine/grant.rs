//! From what a method exchanges to the standard's parameters, and back to tokens: the whole of a grant's life but its end.

use std::collections::BTreeMap;

use keyway_connector::{Flow, Grant, Refresh, Step};
use keyway_model::{Problems, Secret};
use serde_json::{Map, Value};

use super::identity::check_issuer;
use super::obtain::{Granted, Obtaining};
use super::party::Party;
use super::recorded::{Keep, Recorded};
use super::scene::Scene;
use super::standard::Parameters;
use super::tokens::{TokenSet, Tokens};
use super::{Engine, Failure};

/// What came back from a person's browser.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// The callback's parameters.
    pub parameters: BTreeMap<String, Secret>,
    /// Where the browser was sent back to, as the provider was told.
    pub redirect_uri: String,
    /// The state that was sent along.
    pub state: String,
    /// The proof key, where one was used.
    pub verifier: Option<Secret>,
    /// What the identity token has to repeat.
    pub nonce: Option<String>,
    /// The secret of temporary credentials (OAuth 1.0a).
    pub token_secret: Option<Secret>,
    /// What was asked for.
    pub scope: Option<String>,
}

/// What is exchanged for tokens.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// What a person's consent brought.
    Person(&'a Returned),
    /// Nothing but what the configuration and the client say.
    Machine,
    /// A code that a person has entered elsewhere (RFC 8628).
    Device(&'a Secret),
    /// Tokens that shall be renewed.
    Renewal(&'a Tokens),
}

impl Engine<'_> {
    /// Gets tokens, or renews them. `recorded` holds answers that were kept by somebody who could not finish; `keep` is given
    /// every answer before it is read.
    pub async fn obtain<'a>(
        &'a self,
        party: Party<'a>,
        source: Source<'_>,
        recorded: Recorded,
        keep: Keep<'a>,
    ) -> Result<Granted, Failure> {
        let grant = party.method.grant.as_ref();
        let grant = grant.ok_or_else(|| Problems::one("authentication.type", "gets no tokens"))?;
        let mut scene = Scene::new(self, party);
        self.discover(grant, &mut scene).await?;
        scene.set("scope", asked_scope(grant, &scene).into());
        let mut obtaining = Obtaining { engine: self, grant, recorded, keep, at: 0 };
        match source {
            Source::Renewal(tokens) => renew(&mut obtaining, scene, tokens).await,
            Source::Person(returned) => {
                show_returned(&mut scene, returned);
                check_issuer(&scene, returned)?;
                let (steps, parameters) = (first_steps(grant, &mut scene)?, person(grant, returned)?);
                let mut granted = if grant.flow == Flow::OAuth1 {
                    obtaining.signed(&steps, &mut scene, &verifier(returned)).await?
                } else {
                    obtaining.run(&steps, &mut scene, &parameters, None).await?
                };
                self.check_id_token(&scene, &granted, returned).await?;
                let captured = obtaining.of_callback(&scene).await?;
                granted.captured.extend(captured);
                Ok(granted)
            }
            Source::Machine | Source::Device(_) => {
                let device = if let Source::Device(code) = source { Some(code) } else { None };
                let steps = first_steps(grant, &mut scene)?;
                let parameters = machine(grant, &scene, device);
                obtaining.run(&steps, &mut scene, &parameters, None).await
            }
        }
    }
}

/// What is asked for: what the instance says, else the definition's usual.
pub(super) fn asked_scope(grant: &Grant, scene: &Scene<'_>) -> String {
    let own = scene.party.settings.get("oauth.scope").filter(|scope| !scope.expose().is_empty());
    let usual = || grant.scope.default.as_ref().map(|template| template.fill(&scene.scope()));
    own.cloned().or_else(usual).map_or_else(String::new, |scope| scope.expose().clone())
}

fn show_returned(scene: &mut Scene<'_>, returned: &Returned) {
    let parameters = returned.parameters.iter().map(|(name, value)| (name.clone(), value.expose().as_str().into()));
    scene.set("callback", Value::Object(parameters.collect::<Map<_, _>>()));
    scene.set("redirect_uri", returned.redirect_uri.as_str().into());
    scene.set("state", returned.state.as_str().into());
    if let Some(verifier) = &returned.verifier {
        scene.set("verifier", verifier.expose().as_str().into());
    }
    if let Some(nonce) = &returned.nonce {
        scene.set("nonce", nonce.as_str().into());
    }
    if let Some(scope) = &returned.scope {
        scene.set("scope", scope.as_str().into());
    }
    if let (Some(token), Some(secret)) = (returned.parameters.get("oauth_token"), &returned.token_secret) {
        let mut temporary = TokenSet::of(token.clone());
        temporary.secret = Some(secret.clone());
        scene.set("token", Tokens::one(temporary).main_value());
    }
}

/// The requests that bring the first token: the definition's, the configuration's, or the one that the metadata names.
fn first_steps(grant: &Grant, scene: &mut Scene<'_>) -> Result<Vec<Step>, Failure> {
    if let Some(entries) = &grant.described {
        return Ok(super::described::steps(entries, scene)?);
    }
    if !grant.token.is_empty() {
        return Ok(grant.token.clone());
    }
    Ok(vec![super::metadata::step(scene, "token_endpoint")?])
}

/// Parameters of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5), or of a consent that brings no code.
fn person(grant: &Grant, returned: &Returned) -> Result<Parameters<'static>, Problems> {
    let scope = returned.scope.clone().unwrap_or_default();
    if grant.flow == Flow::ClientCredentials {
        return Ok(plain("client_credentials", &scope));
    }
    let name = grant.authorize.as_ref().map_or("code", |authorize| authorize.code.as_str());
    let code = returned.parameters.get(name).filter(|code| !code.expose().is_empty());
    if code.is_none() && grant.flow == Flow::AuthorizationCode {
        return Err(Problems::one(format!("providerData.{name}"), "is required"));
    }
    let mut parameters = vec![("grant_type", "authorization_code".to_owned())];
    parameters.extend(code.map(|code| ("code", code.expose().clone())));
    parameters.push(("redirect_uri", returned.redirect_uri.clone()));
    parameters.extend(returned.verifier.as_ref().map(|verifier| ("code_verifier", verifier.expose().clone())));
    Ok(parameters)
}

/// Protocol parameters of the token request of OAuth 1.0a (RFC 5849 section 2.3).
fn verifier(returned: &Returned) -> Vec<(&'static str, String)> {
    let verifier = returned.parameters.get("oauth_verifier");
    verifier.map(|verifier| ("oauth_verifier", verifier.expose().clone())).into_iter().collect()
}

/// Parameters of a grant that needs no browser.
fn machine(grant: &Grant, scene: &Scene<'_>, device: Option<&Secret>) -> Parameters<'static> {
    let scope = scene.get("scope").and_then(Value::as_str).unwrap_or_default().to_owned();
    let entry = |key: &str| scene.party.settings.get(key).map_or_else(String::new, |value| value.expose().clone());
    match grant.flow {
        Flow::Password => {
            let mut parameters = vec![("grant_type", "password".to_owned())];
            parameters.extend([("username", entry("username")), ("password", entry("password"))]);
            parameters.extend((!scope.is_empty()).then_some(("scope", scope)));
            parameters
        }
        Flow::JwtBearer => {
            let mut parameters = plain("urn:ietf:params:oauth:grant-type:jwt-bearer", &scope);
            // Filled when the step has signed it.
            parameters.push(("assertion", String::new()));
            parameters
        }
        Flow::TokenExchange => plain("urn:ietf:params:oauth:grant-type:token-exchange", &scope),
        Flow::Device => {
            let mut parameters = plain("urn:ietf:params:oauth:grant-type:device_code", "");
            parameters.extend(device.map(|code| ("device_code", code.expose().clone())));
            parameters
        }
        Flow::Login | Flow::OAuth1 => Vec::new(),
        Flow::ClientCredentials | Flow::AuthorizationCode => plain("client_credentials", &scope),
    }
}

fn plain(grant_type: &str, scope: &str) -> Parameters<'static> {
    let scope = (!scope.is_empty()).then(|| ("scope", scope.to_owned()));
    [Some(("grant_type", grant_type.to_owned())), scope].into_iter().flatten().collect()
}

/// Renews every token that can be renewed; what the answer does not bring stays as it was.
async fn renew(obtaining: &mut Obtaining<'_>, scene: Scene<'_>, tokens: &Tokens) -> Result<Granted, Failure> {
    let grant = obtaining.grant;
    let mut scene = scene.with_tokens(tokens);
    match &grant.refresh {
        Refresh::Never => Err(Failure::Problems(Problems::one("refresh", "is not offered by this provider"))),
        Refresh::Again => again(obtaining, &mut scene).await,
        Refresh::Steps(steps) => {
            let parameters = refresh_parameters(tokens.main());
            obtaining.run(steps, &mut scene, &parameters, Some(tokens)).await
        }
        // Who has the password at hand needs no person when the refresh token is over, or never came.
        Refresh::Standard if !grant.flow.needs_person() => match by_refresh_tokens(obtaining, &mut scene, tokens).await
        {
            Ok(None) | Err(Failure::Dead { .. }) => again(obtaining, &mut scene).await,
            Ok(Some(granted)) => Ok(granted),
            Err(failure) => Err(failure),
        },
        Refresh::Standard => {
            let renewed = by_refresh_tokens(obtaining, &mut scene, tokens).await?;
            renewed
                .ok_or_else(|| Failure::Problems(Problems::one("refresh_token", "is missing: the provider gave none")))
        }
    }
}

/// Gets tokens as the first ones were got.
async fn again(obtaining: &mut Obtaining<'_>, scene: &mut Scene<'_>) -> Result<Granted, Failure> {
    let steps = first_steps(obtaining.grant, scene)?;
    let parameters = machine(obtaining.grant, scene, None);
    obtaining.run(&steps, scene, &parameters, None).await
}

/// Renews every set that has a refresh token; nothing where none has.
async fn by_refresh_tokens(
    obtaining: &mut Obtaining<'_>,
    scene: &mut Scene<'_>,
    tokens: &Tokens,
) -> Result<Option<Granted>, Failure> {
    let mut renewed: Option<Granted> = None;
    for (name, set) in tokens.0.iter().filter(|(_, set)| set.refresh.is_some()) {
        let mut step = standard_step(obtaining.grant, scene)?;
        // Each set is read from an answer of its own, where providers put the usual one.
        step.capture.retain(|capture| name.is_empty() && capture.is_of_set(""));
        let own = Tokens::one(set.clone());
        scene.set("token", own.main_value());
        match (obtaining.run(&[step], scene, &refresh_parameters(Some(set)), Some(&own)).await, &mut renewed) {
            (Ok(got), all) => all.get_or_insert_with(|| Granted::keeping(tokens)).take_set(name, got),
            // What the provider has replaced before must not be lost over this set. Where it only has to be asked later, the
            // answer that was kept brings it then.
            (Err(failure), Some(all)) if !failure.is_passing() => {
                all.put_off(name, scene.moment.now.plus_seconds(PAUSE_OF_SET));
            }
            (Err(failure), _) => return Err(failure),
        }
    }
    Ok(renewed)
}

/// After how many seconds a set is asked for again that could not be renewed beside another.
const PAUSE_OF_SET: i64 = 60;

fn refresh_parameters(set: Option<&TokenSet>) -> Parameters<'static> {
    let refresh = set.and_then(|set| set.refresh.as_ref());
    let refresh = refresh.map(|refresh| ("refresh_token", refresh.expose().clone()));
    [Some(("grant_type", "refresh_token".to_owned())), refresh].into_iter().flatten().collect()
}

/// The request of a standard renewal: where the token came from.
fn standard_step(grant: &Grant, scene: &Scene<'_>) -> Result<Step, Failure> {
    let Some(first) = grant.token.first() else {
        return super::metadata::step(scene, "token_endpoint");
    };
    let step = first.clone();
    if step.send == keyway_connector::Send::Nothing {
        let message = "cannot be derived from a token request that says everything itself";
        return Err(Problems::one("refresh", message).into());
    }
    Ok(step)
}
