//! Persons who consent in a real browser, in the dialect's own way: the caller sends them to the provider, and brings the
//! code that came back. Every kind of client exchanges it.

use keyway_testing::peers::{Certificates, OidcProvider, Registered};
use keyway_testing::{Answer, Browser, Page, Vendor};
use serde_json::{Value, json};
use url::Url;

use super::{Stage, header, made};
use crate::peers::{callback, home};
use crate::setup::{Instance, python};

const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
  echo.url: { required: true }
  token.url: { for: [certified] }
authentication:
  person: &person
    issuer: "${config.base.url}"
    authorize: { query: { prompt: consent } }
    scope: openid offline_access
  posted:
    issuer: "${config.base.url}"
    authorize: { query: { prompt: consent } }
    scope: openid offline_access
    token: { POST: /token, client_auth: body }
  signed:
    issuer: "${config.base.url}"
    authorize: { query: { prompt: consent } }
    scope: openid offline_access
    token: { POST: /token, client_auth: private_key_jwt }
  certified:
    authorize: { url: /auth, query: { prompt: consent } }
    scope: openid offline_access
    token: { POST: "${config.token.url}/token", client_auth: certificate }
resources:
  /echo: { read: { GET: "${config.echo.url}/echo" } }
"#;

/// A provider, a client's home, somebody who shows what calls carry, and a browser.
struct Lab {
    stage: Stage,
    peer: OidcProvider,
    home: Vendor,
    echo: Vendor,
    browser: Browser,
}

impl Lab {
    async fn start() -> Self {
        let home = home().await;
        Self::with(OidcProvider::start(&json!({ "redirect_uris": [callback(&home)] })), home).await
    }

    async fn with(peer: OidcProvider, home: Vendor) -> Self {
        Self { stage: Stage::of(DEFINITION), peer, home, echo: Vendor::echo().await, browser: Browser::start() }
    }

    fn configuration(&self, method: &str, client: Registered) -> Value {
        let mut all = json!({
            "base.url": self.peer.url(), "echo.url": self.echo.url(), "authentication.type": method,
            "oauth.api.key": client.id, "oauth.callback.url": callback(&self.home),
        });
        if !client.secret.is_empty() {
            all["oauth.api.secret"] = json!(client.secret);
        }
        all
    }

    /// Where the person is sent.
    async fn url(&self, configuration: &Value) -> String {
        let mut asked = json!({ "state": "state of ours", "callbackUrl": callback(&self.home) });
        for (name, value) in configuration.as_object().expect("a configuration") {
            let name = match name.as_str() {
                "oauth.api.key" => "apiKey",
                "oauth.api.secret" => "apiSecret",
                "oauth.callback.url" => continue,
                other => other,
            };
            asked[name] = value.clone();
        }
        let told = self.stage.server.admin().post("/elements/example/oauth/url", asked).await.ok();
        told["oauthUrl"].as_str().expect("a URL").to_owned()
    }

    /// What a person's consent brings.
    async fn consent(&self, page: &Page, configuration: &Value, who: &str) -> Value {
        let url = self.url(configuration).await;
        assert!(!url.contains("s3cret"), "{url}");
        page.goto(&url).await;
        OidcProvider::sign_in(page, who).await;
        OidcProvider::allow(page).await;
        let came = page.wait_for_url(&callback(&self.home)).await;
        let pairs = Url::parse(&came).expect("a URL").query_pairs().into_owned().collect::<Vec<_>>();
        let brought: Value =
            pairs.into_iter().map(|(name, value)| (name, Value::from(value))).collect::<serde_json::Map<_, _>>().into();
        assert_eq!(brought["state"], "state of ours");
        brought
    }

    async fn connected(&self, configuration: &Value, who: &str) -> Instance {
        let page = self.browser.page().await;
        let brought = self.consent(&page, configuration, who).await;
        made(&self.stage.ask_with(configuration, &brought).await)
    }

    async fn whoami(&self, instance: &Instance) -> Value {
        self.stage.call(instance, "/api/whoami").await.ok()
    }

    /// The access token that calls carry now.
    async fn access(&self, instance: &Instance) -> String {
        self.stage.server.element(&instance.token).get("/hubs/general/echo").await.ok();
        let shown =
            header(&self.echo.last(), "authorization").map(|text| text.strip_prefix("Bearer ").map(str::to_owned));
        shown.flatten().expect("a token")
    }

    /// What the provider says of a token, asked directly.
    async fn judged(&self, access: &str) -> u16 {
        crate::peers::get_as(access, &format!("{}/api/whoami", self.peer.url())).await.status
    }

    /// An instance of ada's, which the provider knows as the client's.
    async fn connected_as(&self, method: &str, client: Registered, configuration: &Value) -> Instance {
        let instance = self.connected(configuration, "ada").await;
        let who = self.whoami(&instance).await;
        assert_eq!((&who["client"], &who["account"]), (&json!(client.id), &json!("ada")), "{method}");
        instance
    }

    /// From the first call to the end, with a renewal between: the provider forgets the token with the instance.
    async fn lives_and_ends(&self, method: &str, client: Registered, configuration: &Value) {
        let instance = self.connected_as(method, client, configuration).await;
        let first = self.access(&instance).await;
        self.stage.clock.advance(3600);
        assert_eq!(self.whoami(&instance).await["account"], "ada", "{method}");
        let second = self.access(&instance).await;
        assert_ne!(first, second);
        assert_eq!(self.judged(&second).await, 200);
        self.stage.assert_no_trace(&[&first, &second]).await;
        if !client.secret.is_empty() {
            self.stage.assert_no_trace(&[client.secret]).await;
        }
        let deleted = self.stage.server.admin().delete(&format!("/instances/{}", instance.id)).await;
        assert_eq!(deleted.status, 200, "{}", deleted.text);
        if method != "certified" {
            assert_eq!(self.judged(&second).await, 401, "{method}: the token outlives the instance");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_basic_credentials_exchanges_a_code_and_gives_the_token_back() {
    let lab = Lab::start().await;
    lab.lives_and_ends("person", OidcProvider::BASIC, &lab.configuration("person", OidcProvider::BASIC)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_its_secret_in_the_body_says_so_wherever_the_issuer_is_asked() {
    let lab = Lab::start().await;
    lab.lives_and_ends("posted", OidcProvider::POST, &lab.configuration("posted", OidcProvider::POST)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_has_nothing_but_its_proof() {
    let lab = Lab::start().await;
    lab.lives_and_ends("person", OidcProvider::PUBLIC, &lab.configuration("person", OidcProvider::PUBLIC)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_signs_exchanges_a_code_and_signs_anew_each_time() {
    let certificates = Certificates::make();
    let (key, home) = (certificates.file("client.key"), home().await);
    let jwks = python("assertion.py", "nobody", key.to_str().expect("a path")).await["jwks"].clone();
    let peer = OidcProvider::start(&json!({ "jwks": jwks, "redirect_uris": [callback(&home)] }));
    let lab = Lab::with(peer, home).await;
    let mut configuration = lab.configuration("signed", OidcProvider::ASSERTION);
    configuration["oauth.api.private_key"] = json!(certificates.text("client.key"));
    configuration["oauth.api.algorithm"] = json!("ES256");
    // The provider compares times, so the clock is left where it is.
    let instance = lab.connected(&configuration, "ada").await;
    assert_eq!(lab.whoami(&instance).await["client"], OidcProvider::ASSERTION.id);
    let access = lab.access(&instance).await;
    let key = certificates.text("client.key");
    lab.stage.assert_no_trace(&[&access, key.lines().nth(1).expect("a line")]).await;
    lab.stage.server.admin().delete(&format!("/instances/{}", instance.id)).await.ok();
    assert_eq!(lab.judged(&access).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_shows_a_certificate_exchanges_a_code() {
    let (certificates, home) = (Certificates::make(), home().await);
    let peer = OidcProvider::with_certificates(&json!({ "redirect_uris": [callback(&home)] }), &certificates);
    let lab = Lab::with(peer, home).await;
    let mut configuration = lab.configuration("certified", OidcProvider::CERTIFICATE);
    configuration["token.url"] = json!(lab.peer.mutual_url());
    configuration["oauth.api.certificate"] = json!(certificates.text("client.pem"));
    configuration["oauth.api.certificate_key"] = json!(certificates.text("client.key"));
    configuration["oauth.api.authorities"] = json!(certificates.text("authority.pem"));
    lab.lives_and_ends("certified", OidcProvider::CERTIFICATE, &configuration).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_share_one_renewal_as_a_second_one_would_end_the_grant() {
    let lab = Lab::start().await;
    let instance = lab.connected(&lab.configuration("person", OidcProvider::BASIC), "ada").await;
    for _ in 0..3 {
        lab.stage.clock.advance(3600);
        let calls = (0..8).map(|_| {
            let caller = instance.caller(&lab.stage.server);
            tokio::spawn(async move { caller.call("GET", "/api/whoami").await.status })
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.expect("a call"), 200);
        }
    }
    assert_eq!(lab.stage.shown(&instance).await["lifecycle"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_serves_once_and_a_wrong_secret_never() {
    let lab = Lab::start().await;
    let configuration = lab.configuration("person", OidcProvider::BASIC);
    let page = lab.browser.page().await;
    let brought = lab.consent(&page, &configuration, "ada").await;
    let mut wrong = configuration.clone();
    wrong["oauth.api.secret"] = json!("wrong-secret-0123");
    let refused = lab.stage.ask_with(&wrong, &brought).await;
    assert!((400..500).contains(&refused.status) && !refused.text.contains("wrong-secret"), "{}", refused.text);
    let instance = made(&lab.stage.ask_with(&configuration, &brought).await);
    let again = lab.stage.ask_with(&configuration, &brought).await;
    assert!((400..500).contains(&again.status), "{}", again.text);
    let list = lab.stage.server.admin().get("/instances").await.ok();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list[0]["id"], instance.id);
    let code = brought["code"].as_str().expect("a code");
    lab.stage.assert_no_trace(&[code, OidcProvider::BASIC.secret]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_person_does_not_take_an_instance_over_and_the_same_one_renews_it() {
    let lab = Lab::start().await;
    let configuration = lab.configuration("person", OidcProvider::BASIC);
    let instance = lab.connected(&configuration, "ada").await;
    let again = async |who: &str| -> Answer {
        let page = lab.browser.page().await;
        let brought = lab.consent(&page, &configuration, who).await;
        let body = json!({ "providerData": brought, "configuration": configuration });
        lab.stage.server.admin().patch(&format!("/instances/{}", instance.id), body).await
    };
    let grace = again("grace").await;
    assert_eq!(grace.status, 409, "{}", grace.text);
    assert_eq!(lab.whoami(&instance).await["account"], "ada");
    lab.stage.clock.advance(3600);
    assert_eq!(lab.whoami(&instance).await["account"], "ada", "ada's grant still renews");
    let before = lab.access(&instance).await;
    let ada = again("ada").await.ok();
    assert_eq!((ada["id"].as_i64(), ada["token"].as_str()), (Some(instance.id), Some(instance.token.as_str())));
    assert_ne!(lab.access(&instance).await, before);
    assert_eq!(lab.whoami(&instance).await["account"], "ada");
}
