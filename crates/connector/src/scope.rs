//! What templates and expressions read: an instance's configuration, named values, and one moment.

use keyway_model::{Configuration, Timestamp};
use serde_json::Value;

use crate::Expression;

/// The time and chance of one request: the same wherever it reads them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// The time.
    pub now: Timestamp,
    /// Random bytes.
    pub random: [u8; 32],
}

/// What texts of a definition may read.
#[derive(Clone)]
pub struct Scope<'a> {
    configuration: &'a Configuration,
    roots: Vec<(&'static str, Value)>,
    moment: Moment,
}

impl<'a> Scope<'a> {
    /// Nothing but a configuration.
    pub const fn of(configuration: &'a Configuration) -> Self {
        Self { configuration, roots: Vec::new(), moment: Moment { now: Timestamp::from_millis(0), random: [0; 32] } }
    }

    /// The same at a moment.
    #[must_use]
    pub const fn at(mut self, moment: Moment) -> Self {
        self.moment = moment;
        self
    }

    /// The same with a named value.
    #[must_use]
    pub fn with(mut self, root: &'static str, value: Value) -> Self {
        self.set(root, value);
        self
    }

    /// Names a value.
    pub fn set(&mut self, root: &'static str, value: Value) {
        self.roots.retain(|(name, _)| *name != root);
        self.roots.push((root, value));
    }

    /// A named value.
    pub(crate) fn root(&self, name: &str) -> Option<&Value> {
        self.roots.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// An entry of the configuration; one without value is nothing.
    pub(crate) fn entry(&self, key: &str) -> Value {
        let value = self.configuration.get(key).map(|value| value.expose().as_str());
        value.filter(|text| !text.is_empty()).map_or(Value::Null, Value::from)
    }

    /// The moment.
    pub(crate) const fn moment(&self) -> Moment {
        self.moment
    }
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.roots.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Scope").field("roots", &names).finish_non_exhaustive()
    }
}

/// The names that a text may read besides `config`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roots(pub(crate) &'static [&'static str]);

impl Roots {
    /// Whether an expression reads nothing else.
    pub(crate) fn check(self, expression: &Expression) -> Result<(), String> {
        match expression.roots().iter().find(|(root, _)| !self.0.contains(root)) {
            None => Ok(()),
            Some((root, _)) => {
                let known: Vec<&str> = std::iter::once("config").chain(self.0.iter().copied()).collect();
                let hint = crate::nearest::hint(root, known.iter().copied());
                let hint = if hint.is_empty() { format!("; known are {}", known.join(", ")) } else { hint };
                Err(format!("\"{root}\" cannot be reached here{hint}"))
            }
        }
    }
}
