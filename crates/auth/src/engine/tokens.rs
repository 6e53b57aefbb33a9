//! Tokens as an instance holds them: named sets, of which most have one without a name.

use std::collections::BTreeMap;

use keyway_model::{Secret, Timestamp};
use serde_json::{Map, Value, json};

/// The tokens of one grant, by the name of their set; the usual one has the empty name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(pub BTreeMap<String, TokenSet>);

/// An access token and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSet {
    /// The access token.
    pub access: Secret,
    /// The token that renews it.
    pub refresh: Option<Secret>,
    /// The token's secret (OAuth 1.0a).
    pub secret: Option<Secret>,
    /// What kind of token the provider calls it.
    pub kind: Option<String>,
    /// What was granted, as the provider says it.
    pub scope: Option<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When the token that renews it ends.
    pub refresh_expires_at: Option<Timestamp>,
}

impl TokenSet {
    /// A set of nothing but an access token.
    pub const fn of(access: Secret) -> Self {
        Self {
            access,
            refresh: None,
            secret: None,
            kind: None,
            scope: None,
            expires_at: None,
            refresh_expires_at: None,
        }
    }

    fn value(&self) -> Value {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().clone());
        json!({
            "access": self.access.expose(),
            "refresh": text(&self.refresh),
            "secret": text(&self.secret),
            "type": self.kind,
            "scope": self.scope,
            "expires_at": self.expires_at.map(Timestamp::as_millis),
            "refresh_expires_at": self.refresh_expires_at.map(Timestamp::as_millis),
        })
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| value.get(name).and_then(Value::as_i64).map(Timestamp::from_millis);
        Some(Self {
            access: Secret::new(text("access")?),
            refresh: text("refresh").map(Secret::new),
            secret: text("secret").map(Secret::new),
            kind: text("type"),
            scope: text("scope"),
            expires_at: time("expires_at"),
            refresh_expires_at: time("refresh_expires_at"),
        })
    }
}

impl Tokens {
    /// One set without a name.
    pub fn one(set: TokenSet) -> Self {
        Self(BTreeMap::from([(String::new(), set)]))
    }

    /// The usual set, or the first one.
    pub fn main(&self) -> Option<&TokenSet> {
        self.0.get("").or_else(|| self.0.values().next())
    }

    /// When the first of the access tokens ends.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.values().filter_map(|set| set.expires_at).min()
    }

    /// When the first of the access tokens ends that a renewal replaces. Where some sets can be renewed, those that cannot stay as
    /// they are, and are no reason to renew.
    pub fn renewable_end(&self) -> Option<Timestamp> {
        let all = !self.can_renew();
        self.0.values().filter(|set| all || set.refresh.is_some()).filter_map(|set| set.expires_at).min()
    }

    /// When the first of the renewing tokens ends.
    pub fn refresh_expires_at(&self) -> Option<Timestamp> {
        self.0.values().filter_map(|set| set.refresh_expires_at).min()
    }

    /// Whether something is there that renews.
    pub fn can_renew(&self) -> bool {
        self.0.values().any(|set| set.refresh.is_some())
    }

    /// Everything secret in it.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.0.values().flat_map(|set| [Some(&set.access), set.refresh.as_ref(), set.secret.as_ref()]).flatten()
    }

    /// The text that is sealed.
    pub fn to_text(&self) -> Secret {
        Secret::new(self.sets().to_string())
    }

    /// Reads the text that was sealed.
    pub fn parse(text: &Secret) -> Option<Self> {
        let value: Value = serde_json::from_str(text.expose()).ok()?;
        let sets = value.as_object()?.iter().map(|(name, set)| Some((name.clone(), TokenSet::read(set)?)));
        sets.collect::<Option<_>>().map(Self)
    }

    /// What templates read as `token`.
    pub fn main_value(&self) -> Value {
        self.main().map_or(Value::Null, TokenSet::value)
    }

    /// What templates read as `tokens`.
    pub fn sets(&self) -> Value {
        Value::Object(self.0.iter().map(|(name, set)| (name.clone(), set.value())).collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use keyway_model::{Secret, Timestamp};

    use super::{TokenSet, Tokens};

    #[test]
    fn what_is_sealed_reads_back() {
        let mut bot = TokenSet::of(Secret::from("b"));
        bot.expires_at = Some(Timestamp::from_millis(5));
        bot.refresh = Some(Secret::from("r"));
        let mut tokens = Tokens::one(bot);
        tokens.0.insert("user".to_owned(), TokenSet::of(Secret::from("u")));
        assert_eq!(Tokens::parse(&tokens.to_text()), Some(tokens.clone()));
        assert_eq!(tokens.expires_at(), Some(Timestamp::from_millis(5)));
        assert!(tokens.can_renew());
        assert!(!format!("{tokens:?}").contains("\"b\""));
    }
}
