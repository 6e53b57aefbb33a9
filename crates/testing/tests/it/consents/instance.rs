//! An instance of a shipped connector whose provider is on loopback, with everything that the engine works with.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};
use http_body_util::BodyExt as _;
use keyway_auth::engine::{
    Asking, Client, Engine, Failure, Granted, MetadataCache, Party, Recorded, Returned, Revocation, Source, Tokens,
};
use keyway_auth::{Authorizer, BaseUrl, Destination, Outgoing};
use keyway_connector::{Catalogue, Connector, Moment, embedded};
use keyway_egress::{AddressPolicy, Egress, Limits};
use keyway_model::{Clock as _, Configuration, ConnectorKey, Entropy, Secret, SystemClock};
use keyway_script::{Sandbox, SandboxOptions};
use keyway_testing::Vendor;
use serde_json::Value;
use url::Url;

/// Where browsers come back to.
const CALLBACK: &str = "https://keyway.example.com/callback?node=1";

/// An instance of a shipped connector whose provider is a stand-in.
pub(crate) struct Instance {
    catalogue: Catalogue,
    key: ConnectorKey,
    method: &'static str,
    pub(crate) settings: Configuration,
    client: Client,
    egress: Egress,
    scripts: Sandbox,
    entropy: Entropy,
    metadata: MetadataCache,
}

impl Instance {
    /// `{vendor}` in an entry stands for the stand-in's URL.
    pub(crate) fn of(
        (key, method): (&str, &'static str),
        vendor: &Vendor,
        client: (&str, &str),
        entries: &[(&str, &str)],
    ) -> Self {
        let catalogue = embedded().expect("the shipped definitions");
        let key = ConnectorKey::parse(key).expect("a key");
        let connector = catalogue.get(&key).expect("a shipped definition");
        let defaults = connector.fields.iter().filter_map(|field| Some((field.key.clone(), field.default.clone()?)));
        let mut settings: Configuration = defaults.map(|(key, text)| (key, Secret::new(text))).collect();
        let filled =
            |(key, text): &(&str, &str)| (key.to_string(), Secret::new(text.replace("{vendor}", &vendor.url())));
        settings.extend(entries.iter().map(filled));
        let policy = AddressPolicy::allowing(vec!["127.0.0.0/8".parse().expect("a range")]);
        let wait = Duration::from_secs(10);
        Self {
            key,
            method,
            settings,
            client: Client::new(client.0, Secret::from(client.1)),
            egress: Egress::new(Arc::new(policy), Limits { connect: wait, first_byte: wait, idle: wait }),
            scripts: Sandbox::new(SandboxOptions::new("/nowhere".into(), Vec::new())),
            entropy: Entropy::system(),
            metadata: MetadataCache::default(),
            catalogue,
        }
    }

    fn connector(&self) -> &Connector {
        self.catalogue.get(&self.key).expect("a shipped definition")
    }

    fn engine(&self) -> Engine<'_> {
        Engine {
            egress: &self.egress,
            scripts: &self.scripts,
            clock: &SystemClock,
            entropy: &self.entropy,
            metadata: &self.metadata,
        }
    }

    /// The configuration with its computed entries, and the provider's root; another one while it is not known.
    fn ready(&self) -> (Configuration, BaseUrl) {
        let complete = self.connector().complete(&self.settings).expect("a configuration");
        let base = BaseUrl::parse(complete["base.url"].expose());
        (complete, base.unwrap_or_else(|_| BaseUrl::parse("https://unknown.example.com").expect("a URL")))
    }

    fn party<'a>(&'a self, (settings, base): &'a (Configuration, BaseUrl)) -> Party<'a> {
        let method = self.connector().method(Some(self.method)).expect("a method");
        Party { connector: self.connector(), method, settings, base, client: &self.client }
    }

    async fn obtain(&self, source: Source<'_>) -> Result<Granted, Failure> {
        let ready = self.ready();
        self.engine().obtain(self.party(&ready), source, Recorded::default(), &|_| Box::pin(async {})).await
    }

    /// Sends somebody to the provider and takes what comes back.
    pub(crate) async fn consent(&mut self) -> Granted {
        let ready = self.ready();
        let asking = Asking {
            redirect_uri: CALLBACK.to_owned(),
            state: "a state & more".to_owned(),
            proof: true,
            ..Asking::default()
        };
        let begun = self.engine().authorize(self.party(&ready), &asking).await.expect("a page of consent");
        let back = visit(&begun.url).await;
        assert!(back.as_str().starts_with(CALLBACK), "{back}");
        let parameters: BTreeMap<String, Secret> =
            back.query_pairs().map(|(name, value)| (name.into_owned(), Secret::new(value.into_owned()))).collect();
        let is_signed = begun.temporary.is_some();
        let state = parameters.get("state").map(|state| state.expose().as_str());
        assert_eq!(state, (!is_signed).then_some("a state & more"));
        let returned = Returned {
            parameters,
            redirect_uri: CALLBACK.to_owned(),
            state: asking.state,
            verifier: begun.verifier,
            nonce: begun.nonce,
            token_secret: begun.temporary.map(|(_, secret)| secret),
            scope: Some(begun.scope),
        };
        let granted = self.obtain(Source::Person(&returned)).await.expect("tokens");
        self.connected(granted).await
    }

    /// Asks for tokens without anybody.
    pub(crate) async fn ask(&mut self) -> Granted {
        let granted = self.obtain(Source::Machine).await.expect("tokens");
        self.connected(granted).await
    }

    async fn connected(&mut self, granted: Granted) -> Granted {
        self.settings.extend(granted.captured.clone());
        let ready = self.ready();
        let party = self.party(&ready);
        let authorizer = Authorizer::prepare(party, Some(&granted.tokens)).expect("a credential");
        let steps = &party.method.on_connect;
        let captured = self.engine().run(party, steps, &authorizer, Some(&granted.tokens)).await.expect("answers");
        self.settings.extend(captured);
        granted
    }

    /// Renews tokens.
    pub(crate) async fn renew(&self, tokens: &Tokens) -> Result<Granted, Failure> {
        self.obtain(Source::Renewal(tokens)).await
    }

    /// Whom a grant belongs to.
    pub(crate) async fn subject(&self, granted: &Granted) -> Option<String> {
        let ready = self.ready();
        let party = self.party(&ready);
        let authorizer = Authorizer::prepare(party, Some(&granted.tokens)).expect("a credential");
        let subject = self.engine().subject(party, &authorizer, Some(granted)).await.expect("an answer");
        subject.map(|subject| subject.expose().clone())
    }

    /// Gives tokens back.
    pub(crate) async fn revoke(&self, tokens: &Tokens) {
        let ready = self.ready();
        let done = self.engine().revoke(self.party(&ready), tokens).await.expect("an answer");
        assert_eq!(done, Revocation::Revoked);
    }

    /// A raw call below the provider's root.
    pub(crate) async fn get(&self, path: &str, tokens: Option<&Tokens>) -> (u16, Value) {
        let ready = self.ready();
        let party = self.party(&ready);
        let authorizer = Authorizer::prepare(party, tokens).expect("a credential");
        let to = Destination { base: party.base, settings: party.settings, authorizer: &authorizer };
        let call = Outgoing {
            method: &Method::GET,
            uri: to.with_query(&to.base.join(path, None)),
            headers: HeaderMap::new(),
            body: Some(bytes::Bytes::new()),
        };
        let moment = Moment { now: SystemClock.now(), random: self.entropy.bytes() };
        let request = to.request(call, None, moment).expect("a request");
        let answer = self.egress.send(request).await.expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// The status of a raw call.
    pub(crate) async fn status(&self, path: &str, tokens: &Tokens) -> u16 {
        self.get(path, Some(tokens)).await.0
    }

    /// Ends every grant at the provider; renewing then says that it is over.
    pub(crate) async fn ends(&self, vendor: &Vendor, tokens: &Tokens) {
        control(vendor, "end").await;
        let failure = self.renew(tokens).await.expect_err("nothing to renew");
        assert!(matches!(failure, Failure::Dead { .. }), "{}: {failure:?}", self.key.as_str());
    }
}

/// What a browser is sent to by a page.
async fn visit(url: &str) -> Url {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let answer = browser.get(url).send().await.expect("a page");
    let status = answer.status().as_u16();
    let location = answer.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let text = answer.text().await.unwrap_or_default();
    let location = location.unwrap_or_else(|| panic!("{url} answers {status} {text}"));
    Url::parse(&location).expect("a URL")
}

/// Tells a stand-in what no provider is told, such as to end every access token.
pub(crate) async fn control(vendor: &Vendor, what: &str) {
    let answer = reqwest::get(format!("{}/-/{what}", vendor.url())).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 204);
}

/// The usual access token.
pub(crate) fn main(tokens: &Tokens) -> &str {
    tokens.main().expect("a token").access.expose()
}

/// The token that renews it.
pub(crate) fn refresh(tokens: &Tokens) -> Option<&str> {
    tokens.main()?.refresh.as_ref().map(|token| token.expose().as_str())
}
