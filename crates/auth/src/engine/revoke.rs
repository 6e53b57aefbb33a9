//! Giving tokens back, and the requests that a definition makes when a connection begins or ends.

use keyway_connector::Step;
use keyway_model::Configuration;

use super::classify::refusal;
use super::exchange::Manner;
use super::obtain::{is_true, text};
use super::party::Party;
use super::scene::Scene;
use super::tokens::{TokenSet, Tokens};
use super::{Engine, Failure, metadata};
use crate::Authorizer;

/// What became of giving tokens back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The provider took them back.
    Revoked,
    /// The provider offers no way.
    Unsupported,
}

impl Engine<'_> {
    /// Gives tokens back at the provider (RFC 7009): the renewing ones first, as that usually ends the others.
    pub async fn revoke(&self, party: Party<'_>, tokens: &Tokens) -> Result<Revocation, Failure> {
        let Some(grant) = &party.method.grant else { return Ok(Revocation::Unsupported) };
        let mut scene = Scene::new(self, party).with_tokens(tokens);
        self.discover(grant, &mut scene).await?;
        let (step, own) = match &grant.revoke {
            Some(step) => (step.clone(), true),
            None if metadata::endpoint(&scene, "revocation_endpoint")?.is_some() => {
                (metadata::step(&scene, "revocation_endpoint")?, false)
            }
            None => return Ok(Revocation::Unsupported),
        };
        for set in tokens.0.values() {
            scene.set("token", Tokens::one(set.clone()).main_value());
            for (token, hint) in parts(set) {
                let parameters = vec![("token", token), ("token_type_hint", hint.to_owned())];
                let reply = self.exchange(&step, &mut scene, Manner::Client(&parameters)).await?;
                // RFC 7009 section 2.2: a token that is unknown is as good as revoked; it answers 200.
                if !reply.status.is_success() {
                    return Err(refusal(&reply, None));
                }
                if own && step.send == keyway_connector::Send::Nothing {
                    break;
                }
            }
        }
        Ok(Revocation::Revoked)
    }

    /// Makes requests with the credential one after the other; what they bring is returned.
    pub async fn run(
        &self,
        party: Party<'_>,
        steps: &[Step],
        authorizer: &Authorizer,
        tokens: Option<&Tokens>,
    ) -> Result<Configuration, Failure> {
        let mut scene = Scene::new(self, party);
        if let Some(tokens) = tokens {
            scene = scene.with_tokens(tokens);
        }
        let mut captured = Configuration::new();
        for step in steps {
            let reply = self.exchange(step, &mut scene, Manner::Credential(authorizer)).await?;
            scene.show(&reply);
            let accepted = match &step.success_when {
                Some(formula) => is_true(&scene.compute(self, formula, "success_when").await?),
                None => true,
            };
            if !reply.status.is_success() || !accepted {
                return Err(refusal(&reply, None));
            }
            for capture in &step.capture {
                let value = scene.compute(self, &capture.formula, &format!("capture.{}", capture.name())).await?;
                if let (Some(entry), Some(text)) = (capture.entry(), text(&value)) {
                    captured.insert(entry.to_owned(), text);
                }
            }
            scene.hide();
        }
        Ok(captured)
    }
}

/// The tokens of a set in the order in which they are given back.
fn parts(set: &TokenSet) -> Vec<(String, &'static str)> {
    let refresh = set.refresh.as_ref().map(|token| (token.expose().clone(), "refresh_token"));
    refresh.into_iter().chain([(set.access.expose().clone(), "access_token")]).collect()
}
