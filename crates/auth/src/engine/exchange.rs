//! One request of a method: filled, signed by whoever the client is, sent, and its answer read.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::header::{self, HeaderMap, HeaderValue};
use keyway_connector::{Certificate, ClientAuthentication, Inputs, Rendered, Signature, Step};
use keyway_egress::{Body, Egress, TlsProfile};
use keyway_model::{Problems, Secret};
use serde_json::Value;

use super::answer::Reply;
use super::scene::Scene;
use super::standard::{self, Parameters};
use super::{Engine, Failure, assertion};
use crate::outgoing::{self, Destination};
use crate::{Authorizer, BaseUrl, Outgoing};

/// How a request says on whose behalf it is made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Manner<'a> {
    /// As the client, with these parameters of a standard.
    Client(&'a Parameters<'a>),
    /// As OAuth 1.0a signs requests for tokens, with these protocol parameters.
    Signed(&'a [(&'static str, String)]),
    /// With the credential that calls carry.
    Credential(&'a Authorizer),
}

impl Engine<'_> {
    /// Makes the request of a step and reads the answer, whatever it is.
    pub(super) async fn exchange(
        &self,
        step: &Step,
        scene: &mut Scene<'_>,
        manner: Manner<'_>,
    ) -> Result<Reply, Failure> {
        scene.renew(self);
        self.make(step, scene).await?;
        let request = request(step, scene, manner)?;
        let egress = self.egress_of(step, scene)?;
        let answer = egress.send(request).await?;
        Reply::read(answer, egress.limits().first_byte).await
    }

    /// Values that a step makes before its request.
    async fn make(&self, step: &Step, scene: &mut Scene<'_>) -> Result<(), Failure> {
        for (name, formula) in &step.make {
            let value = scene.compute(self, formula, &format!("let.{name}")).await?;
            let mut made = scene.get("made").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
            made[name.as_str()] = value;
            scene.set("made", made);
        }
        if let Some(own) = &scene.party.method.assertion {
            let signed = assertion::own(own, &scene.scope(), scene.moment)?;
            scene.set("assertion", signed.expose().as_str().into());
        }
        Ok(())
    }

    /// The way out that a step's connection is made with.
    fn egress_of(&self, step: &Step, scene: &Scene<'_>) -> Result<Egress, Failure> {
        let certificate = step.certificate.as_ref().or(scene.party.method.certificate.as_ref());
        let profile = match certificate {
            Some(certificate) => profile(certificate, scene)?,
            None if step.client == ClientAuthentication::Certificate => of_client(scene)?,
            None => None,
        };
        Ok(match profile {
            Some(profile) => self.egress.with_profile(&profile),
            None => self.egress.clone(),
        })
    }
}

/// The request of a step, complete.
fn request(step: &Step, scene: &Scene<'_>, manner: Manner<'_>) -> Result<Request<Body>, Failure> {
    let scope = scene.scope();
    let party = scene.party;
    let inputs = Inputs { scope: scope.clone(), places: Vec::new(), body: None, previous: None };
    let mut rendered = step.request.render(&inputs)?;
    let none = Authorizer::default();
    let authorizer = if let Manner::Credential(authorizer) = manner { authorizer } else { &none };
    let to = Destination { base: party.base, settings: party.settings, authorizer };
    let root = to.made_root(step.request.root(), &scope)?;
    let mut headers = std::mem::take(&mut rendered.headers);
    if let Manner::Client(parameters) = manner {
        let parameters = with_client(step, scene, parameters, &root, &mut headers)?;
        standard::place(step, &parameters, &mut rendered);
    }
    let body = body(&rendered, &mut headers)?;
    let uri = root.join(&rendered.path, outgoing::query(&rendered.query, &[]).as_deref());
    if let Manner::Signed(protocol) = manner {
        let Some(Signature::OAuth1(one)) = &party.method.placements.signature else {
            return Err(Problems::one("sign", "is not OAuth 1.0a").into());
        };
        let value = crate::oauth1::token_request(one, &scope, (step.request.method(), &uri), protocol, scene.moment)?;
        headers.insert(header::AUTHORIZATION, value);
    }
    let call = Outgoing { method: step.request.method(), uri: to.with_query(&uri), headers, body: Some(body) };
    Ok(to.request(call, None, scene.moment)?)
}

/// The standard's parameters with those that say who the client is.
fn with_client<'a>(
    step: &Step,
    scene: &Scene<'_>,
    parameters: &Parameters<'a>,
    root: &BaseUrl,
    headers: &mut HeaderMap,
) -> Result<Parameters<'a>, Failure> {
    let way = match step.client {
        ClientAuthentication::Discovered => discovered_way(scene),
        told => told,
    };
    let assertion = scene.get("assertion").and_then(Value::as_str);
    let signed = match (way, assertion) {
        (ClientAuthentication::PrivateKeyJwt, Some(own)) => Some(Secret::from(own)),
        (ClientAuthentication::PrivateKeyJwt, None) => {
            let issuer = scene.get("server").and_then(|server| server.get("issuer")).and_then(Value::as_str);
            let endpoint = format!("{root}{}", step.request.vendor_path());
            Some(assertion::of_client(scene, issuer.unwrap_or(&endpoint))?)
        }
        _ => None,
    };
    let own = standard::client(way, scene.party.client, signed.as_ref(), headers)?;
    // RFC 7523 section 2.1: what was signed for this request is what is exchanged.
    let filled = parameters.iter().map(|(name, value)| match assertion {
        Some(signed) if *name == "assertion" && value.is_empty() => (*name, signed.to_owned()),
        _ => (*name, value.clone()),
    });
    Ok(filled.chain(own).collect())
}

/// How a client says who it is where the definition leaves it to the server's metadata.
fn discovered_way(scene: &Scene<'_>) -> ClientAuthentication {
    let client = scene.party.client;
    let Some(server) = scene.get("server") else { return ClientAuthentication::Body };
    let told = server.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
    // RFC 8414 section 2: basic where the metadata does not say.
    let takes = |name: &str| told.map_or(name == "client_secret_basic", |all| all.iter().any(|way| way == name));
    match (client.member("key").is_some(), client.member("secret").is_some()) {
        (true, _) if takes("private_key_jwt") => ClientAuthentication::PrivateKeyJwt,
        (_, true) if takes("client_secret_basic") => ClientAuthentication::Basic,
        (_, true) => ClientAuthentication::Body,
        (_, false) => ClientAuthentication::Id,
    }
}

/// The certificates of a definition; nothing where all of its texts are empty.
fn profile(certificate: &Certificate, scene: &Scene<'_>) -> Result<Option<Arc<TlsProfile>>, Problems> {
    crate::profile::of(certificate, &scene.scope())
}

/// The certificate of a registered client (RFC 8705).
fn of_client(scene: &Scene<'_>) -> Result<Option<Arc<TlsProfile>>, Problems> {
    let member = |name: &str| scene.party.client.member(name).cloned();
    let missing = |name: &str| Problems::one(format!("client.{name}"), "is required: the client shows a certificate");
    let certificate = member("certificate").ok_or_else(|| missing("certificate"))?;
    let key = member("certificate_key").or_else(|| member("key")).ok_or_else(|| missing("certificate_key"))?;
    let authorities = member("authorities");
    crate::profile::made(authorities.as_ref(), Some((&certificate, &key)))
}

/// The bytes of a body; its media type goes into the headers unless the definition sets one.
fn body(rendered: &Rendered, headers: &mut HeaderMap) -> Result<Bytes, Problems> {
    let Some((bytes, kind)) = outgoing::bytes(&rendered.body) else { return Ok(Bytes::new()) };
    let kind = HeaderValue::from_str(&kind).map_err(|_| Problems::one("content_type", "is not a media type"))?;
    headers.entry(header::CONTENT_TYPE).or_insert(kind);
    Ok(bytes)
}
