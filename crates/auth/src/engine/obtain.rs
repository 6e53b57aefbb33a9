//! Running the requests that bring tokens, and reading what they brought.

use std::collections::BTreeMap;

use keyway_connector::{Authorize, Capture, Grant, Step, Target, TokenPart};
use keyway_model::{Configuration, Secret, Timestamp};
use serde_json::Value;

use super::answer::Reply;
use super::classify::refusal;
use super::exchange::Manner;
use super::recorded::{Keep, Recorded};
use super::scene::Scene;
use super::standard::Parameters;
use super::tokens::{TokenSet, Tokens};
use super::{Engine, Failure, lifetime};

/// What a grant brought.
#[derive(Clone, Debug, Default)]
pub struct Granted {
    /// The tokens.
    pub tokens: Tokens,
    /// Configuration entries that the answers set.
    pub captured: Configuration,
    /// The identity token, where there was one.
    pub id_token: Option<Secret>,
    /// What was asked for.
    pub asked: String,
    /// The last answer, for whom the grant belongs to.
    pub(super) body: Value,
    /// How far the provider's clock is ahead of this one, in milliseconds.
    pub(super) ahead: i64,
}

/// A run of requests that bring tokens.
pub(super) struct Obtaining<'a> {
    pub(super) engine: &'a Engine<'a>,
    pub(super) grant: &'a Grant,
    pub(super) recorded: Recorded,
    pub(super) keep: Keep<'a>,
    /// How many answers have been used.
    pub(super) at: usize,
}

/// Parts of a token by set, as captures and usual places read them.
type Parts = BTreeMap<(String, u8), Value>;

impl Obtaining<'_> {
    /// Runs requests with a standard's parameters. `before` are the tokens that shall be renewed.
    pub(super) async fn run(
        &mut self,
        steps: &[Step],
        scene: &mut Scene<'_>,
        parameters: &Parameters<'_>,
        before: Option<&Tokens>,
    ) -> Result<Granted, Failure> {
        self.steps(steps, scene, before, |_| Manner::Client(parameters)).await
    }

    /// Runs the requests of OAuth 1.0a, which are signed.
    pub(super) async fn signed(
        &mut self,
        steps: &[Step],
        scene: &mut Scene<'_>,
        protocol: &[(&'static str, String)],
    ) -> Result<Granted, Failure> {
        self.steps(steps, scene, None, |_| Manner::Signed(protocol)).await
    }

    async fn steps<'m>(
        &mut self,
        steps: &[Step],
        scene: &mut Scene<'_>,
        before: Option<&Tokens>,
        manner: impl Fn(usize) -> Manner<'m>,
    ) -> Result<Granted, Failure> {
        let mut reading = Reading::default();
        for (index, step) in steps.iter().enumerate() {
            let (sent, reply) = self.answer(step, scene, manner(index)).await?;
            scene.show(&reply);
            self.check(step, scene, &reply).await?;
            reading.take(self.engine, step, scene).await?;
            (reading.sent, reading.ahead) = (sent, ahead(sent, &reply));
            if index + 1 == steps.len() {
                reading.usual(scene);
                reading.body = reply.body;
            }
            scene.hide();
        }
        let asked = scene.get("scope").and_then(Value::as_str).unwrap_or_default().to_owned();
        reading.granted(self.grant, before, asked)
    }

    /// The answer of a step: one that was kept, or a new one, which is kept before anything else happens.
    async fn answer(
        &mut self,
        step: &Step,
        scene: &mut Scene<'_>,
        manner: Manner<'_>,
    ) -> Result<(Timestamp, Reply), Failure> {
        self.at += 1;
        if let Some(kept) = self.recorded.get(self.at - 1) {
            return Ok((kept.sent, kept.reply.clone()));
        }
        // Before it is sent: a provider counts from its answer, which is later.
        let sent = self.engine.clock.now();
        let reply = self.engine.exchange(step, scene, manner).await?;
        if reply.status.is_success() {
            self.recorded.push(sent, reply.clone());
            (self.keep)(self.recorded.to_text()).await;
        }
        Ok((sent, reply))
    }

    async fn check(&self, step: &Step, scene: &Scene<'_>, reply: &Reply) -> Result<(), Failure> {
        let accepted = match &step.success_when {
            Some(formula) if reply.status.is_success() => {
                is_true(&scene.compute(self.engine, formula, "success_when").await?)
            }
            Some(_) | None => true,
        };
        if reply.status.is_success() && accepted {
            return Ok(());
        }
        Err(refusal(reply, Some(self.grant)))
    }

    /// What the callback's parameters bring.
    pub(super) async fn of_callback(&self, scene: &Scene<'_>) -> Result<Configuration, Failure> {
        let captures: &[Capture] = self.grant.authorize.as_ref().map_or(&[], |Authorize { capture, .. }| capture);
        let mut captured = Configuration::new();
        for capture in captures {
            let value = scene.compute(self.engine, &capture.formula, "authorize.capture").await?;
            if let (Some(entry), Some(text)) = (capture.entry(), text(&value)) {
                captured.insert(entry.to_owned(), text);
            }
        }
        Ok(captured)
    }
}

/// What is read of the answers of one run.
#[derive(Default)]
struct Reading {
    parts: Parts,
    captured: Configuration,
    sent: Timestamp,
    ahead: i64,
    body: Value,
}

impl Reading {
    /// Takes what a step's captures read.
    async fn take(&mut self, engine: &Engine<'_>, step: &Step, scene: &mut Scene<'_>) -> Result<(), Failure> {
        for capture in &step.capture {
            let field = format!("capture.{}", capture.name());
            let value = scene.compute(engine, &capture.formula, &field).await?;
            if value.is_null() {
                continue;
            }
            match &capture.target {
                Target::Token(set, part) => {
                    self.parts.insert((set.clone(), *part as u8), value);
                }
                Target::Entry(key) => {
                    self.captured.extend(text(&value).map(|text| (key.clone(), text)));
                }
            }
        }
        Ok(())
    }

    /// Takes what nobody captured from where the standards put it.
    fn usual(&mut self, scene: &Scene<'_>) {
        let Some(Value::Object(body)) = scene.get("body") else { return };
        for (part, names) in USUAL {
            let found = names.iter().find_map(|name| body.get(*name)).filter(|value| !value.is_null());
            if let Some(value) = found {
                self.parts.entry((String::new(), part as u8)).or_insert_with(|| value.clone());
            }
        }
    }

    fn granted(self, grant: &Grant, before: Option<&Tokens>, asked: String) -> Result<Granted, Failure> {
        let names: Vec<String> = self.parts.keys().map(|(set, _)| set.clone()).collect();
        let mut tokens = Tokens::default();
        for name in names {
            let old = before.and_then(|tokens| tokens.0.get(&name));
            if !tokens.0.contains_key(&name)
                && let Some(set) = self.set(&name, grant, old)
            {
                tokens.0.insert(name, set);
            }
        }
        if tokens.0.is_empty() {
            return Err(Failure::Unusable("the provider's answer holds no access token".to_owned()));
        }
        let id_token = self.part("", TokenPart::IdToken).and_then(text);
        Ok(Granted { tokens, captured: self.captured, id_token, asked, body: self.body, ahead: self.ahead })
    }

    fn part(&self, set: &str, part: TokenPart) -> Option<&Value> {
        self.parts.get(&(set.to_owned(), part as u8))
    }

    fn set(&self, name: &str, grant: &Grant, old: Option<&TokenSet>) -> Option<TokenSet> {
        let access = self.part(name, TokenPart::Access).and_then(text).filter(|text| !text.expose().is_empty())?;
        let read = |part| self.part(name, part).and_then(text).filter(|text| !text.expose().is_empty());
        let plain = |part| read(part).map(|text| text.expose().clone());
        let expiry = &grant.expiry;
        let at = self.part(name, TokenPart::ExpiresAt).and_then(lifetime::at).map(|end| self.ours(end));
        let after = self.part(name, TokenPart::ExpiresIn).and_then(|value| lifetime::after(self.sent, value));
        let told = || {
            let claims = crate::sign::jwt::payload(access.expose())?;
            claims.get("exp").and_then(lifetime::at).map(|end| self.ours(end))
        };
        let usual = || expiry.default.map(|seconds| self.sent.plus_seconds(seconds));
        let refresh = read(TokenPart::Refresh);
        let renewed = refresh.is_some();
        let refresh_end =
            self.part(name, TokenPart::RefreshExpiresIn).and_then(|value| lifetime::after(self.sent, value));
        let refresh_usual = || expiry.refresh.filter(|_| renewed).map(|seconds| self.sent.plus_seconds(seconds));
        let kept_end = || old.filter(|_| !renewed).and_then(|old| old.refresh_expires_at);
        Some(TokenSet {
            expires_at: at.or(after).or_else(told).or_else(usual),
            // RFC 6749 section 6: where no new one comes, the old one stays.
            refresh: refresh.or_else(|| old.and_then(|old| old.refresh.clone())),
            refresh_expires_at: refresh_end.or_else(refresh_usual).or_else(kept_end),
            secret: read(TokenPart::Secret).or_else(|| old.and_then(|old| old.secret.clone())),
            kind: plain(TokenPart::Type),
            scope: self.part(name, TokenPart::Scope).and_then(scope).or_else(|| old.and_then(|old| old.scope.clone())),
            access,
        })
    }

    /// A point in time of the provider's clock on this one.
    fn ours(&self, theirs: Timestamp) -> Timestamp {
        Timestamp::from_millis(theirs.as_millis() - self.ahead)
    }
}

/// Where the standards and most providers put the parts of a token.
const USUAL: [(TokenPart, &[&str]); 8] = [
    (TokenPart::Access, &["access_token", "oauth_token"]),
    (TokenPart::Refresh, &["refresh_token"]),
    (TokenPart::Secret, &["oauth_token_secret"]),
    (TokenPart::Type, &["token_type"]),
    (TokenPart::Scope, &["scope"]),
    (TokenPart::ExpiresIn, &["expires_in"]),
    (TokenPart::RefreshExpiresIn, &["refresh_token_expires_in", "refresh_expires_in", "x_refresh_token_expires_in"]),
    (TokenPart::IdToken, &["id_token"]),
];

impl Granted {
    /// Tokens that somebody brought.
    pub fn of(tokens: Tokens) -> Self {
        Self { tokens, ..Self::default() }
    }

    /// Nothing new: the tokens as they were.
    pub(super) fn keeping(tokens: &Tokens) -> Self {
        Self { tokens: tokens.clone(), ..Self::default() }
    }

    /// Takes the usual set of another grant as the set of a name.
    pub(super) fn take_set(&mut self, name: &str, other: Self) {
        self.tokens.0.extend(other.tokens.0.into_values().next().map(|set| (name.to_owned(), set)));
        self.captured.extend(other.captured);
        (self.asked, self.ahead) = (other.asked, other.ahead);
        if name.is_empty() {
            (self.id_token, self.body) = (other.id_token, other.body);
        }
    }

    /// Keeps the old tokens of a set for some time more.
    pub(super) fn put_off(&mut self, name: &str, until: Timestamp) {
        if let Some(set) = self.tokens.0.get_mut(name) {
            set.expires_at = Some(until);
        }
    }
}

/// Scopes as one text; some providers send a list.
fn scope(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        other => text(other).map(|text| text.expose().clone()),
    }
}

/// How far the provider's clock is ahead. `Date` has whole seconds and ages on its way, so little says nothing.
fn ahead(sent: Timestamp, reply: &Reply) -> i64 {
    const NOTICED: i64 = 10_000;
    let date = reply.header("date").and_then(crate::http_date::parse);
    date.map(|date| date.as_millis() - sent.as_millis()).filter(|by| by.abs() > NOTICED).unwrap_or(0)
}

pub(super) fn text(value: &Value) -> Option<Secret> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Secret::from(text.as_str())),
        other => Some(Secret::new(other.to_string())),
    }
}

pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
