//! The grants of an authorization server, and the pairs of tokens that each has come to.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use serde_json::{Value, json};

use super::{Authority, Rules};
use crate::{Reply, Seen};

#[derive(Debug, Default)]
pub(super) struct Chains {
    all: BTreeMap<String, Chain>,
    refused: usize,
}

#[derive(Debug)]
struct Chain {
    /// The newest pair.
    newest: u32,
    /// When it took the place of the one before.
    since: Instant,
    /// The oldest access token that still opens the API.
    access_from: u32,
    ended: bool,
}

impl Chains {
    /// Whether an access token opens the API.
    pub(super) fn opens(&self, token: &str) -> bool {
        let Some(("a", chain, number)) = read(token) else { return false };
        self.all.get(chain).is_some_and(|chain| !chain.ended && (chain.access_from..=chain.newest).contains(&number))
    }

    pub(super) fn end_access(&mut self) {
        for chain in self.all.values_mut() {
            chain.access_from = chain.newest + 1;
        }
    }

    pub(super) fn end(&mut self, chain: &str) {
        self.all.get_mut(chain).expect("there is such a chain").ended = true;
    }

    pub(super) fn refused(&self) -> usize {
        self.refused
    }

    /// Answers a token request: a code `NAME` begins the chain NAME, client credentials the chain `machine`.
    pub(super) fn grant(&mut self, seen: &Seen, rules: &Rules) -> Reply {
        let form = form(seen);
        let given = |name: &str| form.get(name).map_or("", String::as_str);
        if (given("client_id"), given("client_secret")) != (Authority::CLIENT, Authority::SECRET) {
            return Reply::json(401, &json!({ "error": "invalid_client" }));
        }
        let chain = match given("grant_type") {
            "authorization_code" if rules.codes_once && self.all.contains_key(given("code")) => {
                self.refused += 1;
                return Reply::json(400, &json!({ "error": "invalid_grant" }));
            }
            "authorization_code" => self.begin(given("code")),
            "client_credentials" => self.begin("machine"),
            "refresh_token" => {
                let Some(chain) = self.renew(given("refresh_token"), rules) else {
                    self.refused += 1;
                    return Reply::json(400, &json!({ "error": "invalid_grant" }));
                };
                chain
            }
            _ => return Reply::json(400, &json!({ "error": "unsupported_grant_type" })),
        };
        Reply::json(200, &self.pair(&chain, rules))
    }

    /// Begins a chain, or goes on with it.
    fn begin(&mut self, name: &str) -> String {
        let first = || Chain { newest: 0, since: Instant::now(), access_from: 1, ended: false };
        let chain = self.all.entry(name.to_owned()).or_insert_with(first);
        chain.newest += 1;
        (chain.access_from, chain.since) = (chain.newest, Instant::now());
        name.to_owned()
    }

    fn renew(&mut self, token: &str, rules: &Rules) -> Option<String> {
        let ("r", name, number) = read(token)? else { return None };
        let chain = self.all.get_mut(name).filter(|chain| !chain.ended)?;
        let replaced = rules.rotates && number != chain.newest;
        if replaced && (number > chain.newest || chain.since.elapsed() >= rules.grace) {
            return None;
        }
        chain.newest += 1;
        (chain.access_from, chain.since) = (chain.newest, Instant::now());
        Some(name.to_owned())
    }

    fn pair(&self, name: &str, rules: &Rules) -> Value {
        let newest = self.all[name].newest;
        let mut answer = json!({ "access_token": format!("a.{name}.{newest}"), "token_type": "Bearer", "expires_in": rules.lifetime });
        let first = newest == 1;
        if rules.rotates || first {
            answer["refresh_token"] = json!(format!("r.{name}.{newest}"));
        }
        for (member, value) in &rules.more {
            answer[member.as_str()] = value.clone();
        }
        answer
    }
}

/// Kind, chain and number of a token.
fn read(token: &str) -> Option<(&str, &str, u32)> {
    let (kind, rest) = token.split_once('.')?;
    let (chain, number) = rest.rsplit_once('.')?;
    Some((kind, chain, number.parse().ok()?))
}

fn form(seen: &Seen) -> HashMap<String, String> {
    let text = String::from_utf8_lossy(&seen.body).into_owned();
    // Names and tokens of tests need no decoding but that of the plus sign.
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.replace('+', " "))).collect()
}
