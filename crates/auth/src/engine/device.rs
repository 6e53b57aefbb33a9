//! A person who consents on another device (RFC 8628).

use keyway_connector::Grant;
use keyway_model::{Problems, Secret};
use serde_json::Value;

use super::classify::refusal;
use super::exchange::Manner;
use super::grant::asked_scope;
use super::party::Party;
use super::scene::Scene;
use super::{Engine, Failure, metadata};

/// Seconds between two questions where the provider does not say (RFC 8628 section 3.5).
const INTERVAL: i64 = 5;
/// Seconds that a code is good where the provider does not say.
const LIFETIME: i64 = 600;

/// A code that a person enters elsewhere.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// What the token is asked for with.
    pub code: Secret,
    /// What the person enters.
    pub user_code: String,
    /// Where the person enters it.
    pub verification_uri: String,
    /// The same with the code in it.
    pub verification_uri_complete: Option<String>,
    /// Seconds that it is good.
    pub expires_in: i64,
    /// Seconds between two questions.
    pub interval: i64,
}

impl Engine<'_> {
    /// Asks for a code (RFC 8628 section 3.1).
    pub async fn device(&self, party: Party<'_>) -> Result<DeviceCode, Failure> {
        let grant: &Grant =
            party.method.grant.as_ref().ok_or_else(|| Problems::one("authentication.type", "has no codes"))?;
        let mut scene = Scene::new(self, party);
        self.discover(grant, &mut scene).await?;
        let step = match &grant.device {
            Some(step) => step.clone(),
            None => metadata::step(&scene, "device_authorization_endpoint")?,
        };
        let scope = asked_scope(grant, &scene);
        let parameters = if scope.is_empty() { Vec::new() } else { vec![("scope", scope)] };
        let reply = self.exchange(&step, &mut scene, Manner::Client(&parameters)).await?;
        if !reply.status.is_success() {
            return Err(refusal(&reply, Some(grant)));
        }
        let text = |name: &str| reply.body.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| reply.body.get(name).and_then(Value::as_i64).filter(|number| *number > 0);
        let missing = |name: &str| Failure::Unusable(format!("the provider's answer holds no {name}"));
        Ok(DeviceCode {
            code: Secret::new(text("device_code").ok_or_else(|| missing("device_code"))?),
            user_code: text("user_code").ok_or_else(|| missing("user_code"))?,
            // Google and others call it a URL.
            verification_uri: text("verification_uri")
                .or_else(|| text("verification_url"))
                .ok_or_else(|| missing("verification_uri"))?,
            verification_uri_complete: text("verification_uri_complete"),
            expires_in: number("expires_in").unwrap_or(LIFETIME),
            interval: number("interval").unwrap_or(INTERVAL),
        })
    }
}

impl Failure {
    /// Whether the person has not decided yet, and how many seconds more the next question shall wait (RFC 8628 section 3.5).
    pub fn is_pending(&self) -> Option<i64> {
        let Self::Refused { words, status, .. } = self else { return None };
        if *status >= 500 {
            return None;
        }
        let body: Value = serde_json::from_str(words).ok()?;
        match body.get("error").and_then(Value::as_str)? {
            "authorization_pending" => Some(0),
            "slow_down" => Some(INTERVAL),
            _ => None,
        }
    }
}
