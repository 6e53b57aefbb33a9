//! Whom a credential belongs to.

use keyway_connector::{Flow, Identity};
use keyway_model::{Problems, Secret};
use serde_json::Value;

use super::exchange::Manner;
use super::grant::Returned;
use super::obtain::{Granted, text};
use super::party::Party;
use super::scene::Scene;
use super::tokens::Tokens;
use super::{Engine, Failure, metadata};
use crate::Authorizer;
use crate::sign::jwt;

/// How far two clocks may differ, in seconds, where the answer's `Date` does not say it.
const LEEWAY: i64 = 60;

/// Whom a credential belongs to, in the provider's own terms. Two grants of one subject are of one person.
pub type Subject = Secret;

impl Engine<'_> {
    /// Whom a grant belongs to, where the definition or the identity token tells.
    pub async fn subject(
        &self,
        party: Party<'_>,
        authorizer: &Authorizer,
        granted: Option<&Granted>,
    ) -> Result<Option<Subject>, Failure> {
        let Some(Identity { step, subject }) = &party.method.identity else {
            return Ok(granted.and_then(|granted| of_id_token(granted.id_token.as_ref()?)));
        };
        let none = Tokens::default();
        let mut scene = Scene::new(self, party).with_tokens(granted.map_or(&none, |granted| &granted.tokens));
        match step {
            Some(step) => {
                let reply = self.exchange(step, &mut scene, Manner::Credential(authorizer)).await?;
                if !reply.status.is_success() {
                    return Err(super::classify::refusal(&reply, None));
                }
                scene.show(&reply);
            }
            None => scene.set("body", granted.map_or(Value::Null, |granted| granted.body.clone())),
        }
        let value = scene.compute(self, subject, "identity").await?;
        Ok(text(&value).filter(|text| !text.expose().is_empty()))
    }

    /// Checks an identity token (OpenID Connect Core section 3.1.3.7) of an issuer whose keys are known.
    pub(super) async fn check_id_token(
        &self,
        scene: &Scene<'_>,
        granted: &Granted,
        returned: &Returned,
    ) -> Result<(), Failure> {
        let flow = scene.party.method.grant.as_ref().map(|grant| grant.flow);
        let (Some(token), Some(server), Some(Flow::AuthorizationCode)) = (&granted.id_token, scene.get("server"), flow)
        else {
            return Ok(());
        };
        if metadata::endpoint(scene, "jwks_uri")?.is_none() {
            return Ok(());
        }
        let keys = self.keys(server).await?;
        let client = scene.party.client;
        let now = self.clock.now().as_millis() + granted.ahead;
        let expected = jwt::Expected {
            issuer: server.get("issuer").and_then(Value::as_str).unwrap_or_default(),
            audience: &client.id,
            nonce: returned.nonce.as_deref().filter(|_| asks_open_id(returned)),
            secret: client.member("secret"),
            now: keyway_model::Timestamp::from_millis(now),
            leeway: LEEWAY,
        };
        jwt::verify(token.expose(), &keys, &expected)
            .map(drop)
            .map_err(|error| Failure::Unusable(format!("the provider's identity token is not good: {error}")))
    }
}

/// Whether the issuer that answered is the one that was asked (RFC 9207): a mix-up is refused before a code is sent.
pub(super) fn check_issuer(scene: &Scene<'_>, returned: &Returned) -> Result<(), Failure> {
    let Some(server) = scene.get("server") else { return Ok(()) };
    let own = server.get("issuer").and_then(Value::as_str).unwrap_or_default();
    let told = returned.parameters.get("iss").map(|iss| iss.expose().as_str());
    let required = server.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true));
    match told {
        Some(told) if told == own => Ok(()),
        None if !required => Ok(()),
        // The text of another server is not repeated.
        _ => Err(Problems::one("iss", "is not the authorization server that was asked").into()),
    }
}

fn asks_open_id(returned: &Returned) -> bool {
    returned.scope.as_deref().unwrap_or_default().split(' ').any(|word| word == "openid")
}

/// Issuer and subject of an identity token: what identifies a person (OpenID Connect Core section 2).
fn of_id_token(token: &Secret) -> Option<Subject> {
    let claims = jwt::payload(token.expose())?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    Some(Secret::new(format!("{} {}", claim("iss")?, claim("sub")?)))
}
