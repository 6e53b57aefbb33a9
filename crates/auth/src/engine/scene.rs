//! What the texts of a request may read at one moment.

use std::collections::BTreeMap;

use keyway_connector::{Formula, Moment, Scope};
use keyway_script::{Origin, Script};
use serde_json::{Map, Value};

use super::answer::Reply;
use super::party::Party;
use super::tokens::Tokens;
use super::{Engine, Failure};

/// Values by the names that definitions call them.
pub(super) struct Scene<'a> {
    pub(super) party: Party<'a>,
    pub(super) moment: Moment,
    roots: BTreeMap<&'static str, Value>,
}

/// What scripts are given: data of the answer and nothing that is a credential of this side.
const OF_SCRIPTS: [&str; 7] = ["status", "headers", "cookies", "body", "text", "callback", "step"];

impl<'a> Scene<'a> {
    /// What is known before anything was asked.
    pub(super) fn new(engine: &Engine<'_>, party: Party<'a>) -> Self {
        let roots = party.roots(None).into_iter().collect();
        Self { party, moment: moment(engine), roots }
    }

    /// Begins another request: no two of them share a time or a nonce.
    pub(super) fn renew(&mut self, engine: &Engine<'_>) {
        self.moment = moment(engine);
    }

    /// The same with the tokens that an instance holds.
    pub(super) fn with_tokens(mut self, tokens: &Tokens) -> Self {
        self.roots.extend(self.party.roots(Some(tokens)));
        self
    }

    pub(super) fn set(&mut self, root: &'static str, value: Value) {
        self.roots.insert(root, value);
    }

    pub(super) fn get(&self, root: &str) -> Option<&Value> {
        self.roots.get(root)
    }

    /// Makes an answer readable, and keeps it as the previous one.
    pub(super) fn show(&mut self, reply: &Reply) {
        let step: Map<String, Value> =
            reply.roots().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.roots.extend(reply.roots());
        self.roots.insert("step", Value::Object(step));
    }

    /// Forgets an answer, so that the next request cannot take it for its own.
    pub(super) fn hide(&mut self) {
        for name in ["status", "headers", "cookies", "body", "text"] {
            self.roots.remove(name);
        }
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        let mut scope = Scope::of(self.party.settings).at(self.moment);
        for (name, value) in &self.roots {
            scope.set(name, value.clone());
        }
        scope
    }

    /// Evaluates a formula; `field` names it in errors.
    pub(super) async fn compute(&self, engine: &Engine<'_>, formula: &Formula, field: &str) -> Result<Value, Failure> {
        match formula {
            Formula::Expression(expression) => Ok(expression.evaluate(&self.scope())),
            Formula::Script(source) => {
                let origin = Origin { connector: self.party.connector.key.as_str(), field };
                let shown = OF_SCRIPTS.iter().filter_map(|name| Some(((*name).to_owned(), self.get(name)?.clone())));
                let script = Script { source, origin };
                Ok(engine.scripts.evaluate(&script, &shown.collect()).await?)
            }
        }
    }
}

fn moment(engine: &Engine<'_>) -> Moment {
    Moment { now: engine.clock.now(), random: engine.entropy.bytes() }
}

impl std::fmt::Debug for Scene<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scene").field("roots", &self.roots.keys()).finish_non_exhaustive()
    }
}
