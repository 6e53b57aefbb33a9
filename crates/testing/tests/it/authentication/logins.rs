//! Log-ins of providers' own: XML, headers, cookies, chains, and requests that a person describes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_testing::peers::{Certificates, OidcProvider};
use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Value, json};

use super::{Stage, header};

const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
  login.url: { default: "${config.base.url}" }
  user: { default: ada }
  password: { secret: true, default: "" }
  session.host: { internal: true }
  own.request: { multiline: true, for: [described] }
  own.secrets: { secret: true, for: [described] }
  own.parameters: { multiline: true, for: [described] }
  own.url: { for: [described] }
  own.authorities: { multiline: true, for: [described] }
authentication:
  xml:
    token:
      POST: "${config.login.url}/services/Soap/u/50.0"
      headers: { SOAPAction: login }
      content_type: text/xml
      text: >-
        <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><login><username>${config.user}</username><password>${config.password}</password></login></s:Body></s:Envelope>
      capture:
        token.access: body.Envelope.Body.loginResponse.result.sessionId
        token.expires_in: body.Envelope.Body.loginResponse.result.seconds
        session.host: body.Envelope.Body.loginResponse.result.serverUrl
    headers: { X-Session: "${token.access}" }
  header:
    token:
      POST: /login
      body: { user: "${config.user}", password: "${config.password}" }
      capture: { token.access: "headers['x-auth-token']", token.expires_in: "600" }
    headers: { X-Auth-Token: "${token.access}" }
  cookie:
    token:
      POST: /login
      form: { user: "${config.user}", password: "${config.password}" }
      capture: { token.access: cookies.SESSION, token.expires_in: "600" }
    cookies: { SESSION: "${token.access}" }
  chain:
    token:
      GET: /nonce
      then:
        let: { proof: "sha256Hex(step.body.nonce + config.password)" }
        POST: /login
        query: { nonce: "${step.body.nonce}" }
        body: { user: "${config.user}", proof: "${made.proof}" }
        capture: { token.access: body.token, token.expires_in: "600" }
  described: { described: own, header: X-Token, value: "Key ${token.access}" }
"#;

const PASSWORD: &str = r#"pa"ss<&>\0123{{user}}é"#;

fn configuration(vendor: &Vendor, method: &str) -> Value {
    json!({ "base.url": vendor.url(), "authentication.type": method, "password": PASSWORD })
}

fn body(seen: &Seen) -> String {
    String::from_utf8(seen.body.to_vec()).expect("UTF-8")
}

fn is_login(seen: &Seen) -> bool {
    seen.method == "POST"
}

/// A provider that answers every `POST` so.
async fn provider(login: Reply) -> Vendor {
    Vendor::start(move |seen| match (is_login(seen), seen.target.as_str()) {
        (true, _) => login.clone(),
        (false, "/nonce") => Reply::json(200, &json!({ "nonce": "n-1" })),
        _ => Reply::json(200, &json!({})),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_an_xml_login_is_shown_in_a_header() {
    let stage = Stage::of(DEFINITION);
    let answer = "<?xml version=\"1.0\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><loginResponse><result><sessionId>00D!AQ&amp;0123</sessionId><seconds>600</seconds><serverUrl>https://eu1.example.com</serverUrl></result></loginResponse></soapenv:Body></soapenv:Envelope>";
    let kind = ("content-type".to_owned(), "text/xml; charset=UTF-8".to_owned());
    let vendor = provider(Reply { status: 200, headers: vec![kind], body: answer.to_owned() }).await;
    let instance = super::made(&stage.ask(&configuration(&vendor, "xml")).await);
    let login = vendor.last();
    assert_eq!((login.target.as_str(), header(&login, "soapaction")), ("/services/Soap/u/50.0", Some("login")));
    assert!(header(&login, "content-type").is_some_and(|kind| kind.starts_with("text/xml")), "{login:?}");
    let escaped = "<password>pa&quot;ss&lt;&amp;&gt;\\0123{{user}}é</password>";
    assert!(body(&login).contains(escaped), "{}", body(&login));
    stage.call(&instance, "/raw").await.ok();
    assert_eq!(header(&vendor.last(), "x-session"), Some("00D!AQ&0123"));
    assert_eq!(stage.shown(&instance).await["configuration"]["session.host"], "https://eu1.example.com");
    stage.clock.advance(600);
    stage.call(&instance, "/raw").await.ok();
    assert_eq!(vendor.seen().iter().filter(|seen| is_login(seen)).count(), 2);
    stage.assert_no_trace(&["00D!AQ&0123", PASSWORD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_come_in_a_header_or_a_cookie() {
    let stage = Stage::of(DEFINITION);
    let answer = Reply::json(200, &json!({ "welcome": true })).header("X-Auth-Token", "header-token-0123");
    let answer = answer.header("Set-Cookie", "lang=en; Path=/");
    let vendor = provider(answer.header("Set-Cookie", "SESSION=cookie=token==; Path=/; HttpOnly; Secure")).await;
    let instance = super::made(&stage.ask(&configuration(&vendor, "header")).await);
    assert_eq!(serde_json::from_str::<Value>(&body(&vendor.last())).expect("JSON")["password"], PASSWORD);
    stage.call(&instance, "/raw").await.ok();
    assert_eq!(header(&vendor.last(), "x-auth-token"), Some("header-token-0123"));
    let instance = super::made(&stage.ask(&configuration(&vendor, "cookie")).await);
    assert_eq!(super::field(&vendor.last(), "password").as_deref(), Some(PASSWORD));
    stage.call(&instance, "/raw").await.ok();
    assert_eq!(header(&vendor.last(), "cookie"), Some("SESSION=cookie=token=="));
    stage.assert_no_trace(&["header-token-0123", "cookie=token==", PASSWORD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_may_take_two_requests_with_something_computed_between() {
    let (stage, vendor) =
        (Stage::of(DEFINITION), provider(Reply::json(200, &json!({ "token": "chained-0123" }))).await);
    let instance = super::made(&stage.ask(&configuration(&vendor, "chain")).await);
    let seen = vendor.seen();
    assert_eq!((seen[0].target.as_str(), seen[1].target.as_str()), ("/nonce", "/login?nonce=n-1"));
    let sent: Value = serde_json::from_slice(&seen[1].body).expect("JSON");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("n-1{PASSWORD}").as_bytes());
    let proof = super::traces::hex(digest.as_ref());
    assert_eq!(sent, json!({ "user": "ada", "proof": proof }));
    stage.call(&instance, "/raw").await.ok();
    assert_eq!(header(&vendor.last(), "authorization"), Some("Bearer chained-0123"));
    stage.assert_no_trace(&["chained-0123", PASSWORD]).await;
}

/// An instance whose login is described like this.
fn described(vendor: &Vendor, request: &Value) -> Value {
    let mut all = configuration(vendor, "described");
    all["own.request"] = json!(request.to_string());
    all["own.secrets"] = json!(json!({ "password": PASSWORD }).to_string());
    all["own.parameters"] = json!(json!({ "user": "ada&1", "tenant": "t/1" }).to_string());
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_described_request_puts_secrets_into_every_place_of_a_request() {
    let (stage, vendor) =
        (Stage::of(DEFINITION), provider(Reply::json(200, &json!({ "t": { "v": "own-0123456" } }))).await);
    let elsewhere = Vendor::start(|_| Reply::json(200, &json!({ "t": { "v": "else-0123456" } }))).await;
    let request = |url: &str| {
        json!({
            "POST": format!("{url}/login/{{{{tenant}}}}"), "query": { "user": "{{user}}" },
            "headers": { "X-User": "{{user}}" }, "body": { "password": "{{password}}", "as": ["{{user}}"] },
            "capture": { "token.access": "body.t.v", "token.expires_in": "600" },
        })
    };
    let instance = super::made(&stage.ask(&described(&vendor, &request(""))).await);
    let login = vendor.last();
    assert_eq!((login.target.as_str(), header(&login, "x-user")), ("/login/t%2F1?user=ada%261", Some("ada&1")));
    assert_eq!(
        serde_json::from_str::<Value>(&body(&login)).expect("JSON"),
        json!({ "password": PASSWORD, "as": ["ada&1"] })
    );
    stage.call(&instance, "/raw").await.ok();
    assert_eq!(header(&vendor.last(), "x-token"), Some("Key own-0123456"));
    // A log-in may be at another address.
    let instance = super::made(&stage.ask(&described(&vendor, &request(&elsewhere.url()))).await);
    stage.call(&instance, "/raw").await.ok();
    assert_eq!((elsewhere.seen().len(), header(&vendor.last(), "x-token")), (1, Some("Key else-0123456")));
    stage.assert_no_trace(&["own-0123456", "else-0123456", PASSWORD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_described_request_in_a_form_or_in_xml_is_escaped_for_it() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider(Reply::json(200, &json!({ "t": "own-0123456" }))).await);
    let capture = json!({ "token.access": "body.t" });
    let as_form = json!({ "POST": "/login", "form": { "p": "{{password}}" }, "capture": capture });
    super::made(&stage.ask(&described(&vendor, &as_form)).await);
    assert_eq!(super::field(&vendor.last(), "p").as_deref(), Some(PASSWORD));
    let as_xml = json!({ "POST": "/login", "text": "<p>{{password}}</p>", "content_type": "application/xml", "capture": capture });
    super::made(&stage.ask(&described(&vendor, &as_xml)).await);
    assert_eq!(body(&vendor.last()), "<p>pa&quot;ss&lt;&amp;&gt;\\0123{{user}}é</p>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_described_request_that_cannot_be_one_is_refused_by_name() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider(Reply::json(200, &json!({}))).await);
    for (request, said) in [
        (json!({ "POST": "/login/{{nobody}}" }), "neither a secret nor a parameter"),
        (json!({ "PSOT": "/login" }), "PSOT"),
        (json!({ "POST": "/login", "body": { "p": "${caller.password}" } }), "caller"),
    ] {
        let refused = stage.ask(&described(&vendor, &request)).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        let message = refused.message();
        assert!(message.contains("own.request") && message.contains(said), "{message}");
        assert!(!refused.text.contains("0123"), "{}", refused.text);
    }
    assert!(vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_client_is_not_lent_to_a_described_request() {
    let (stage, vendor) = (Stage::of(DEFINITION), provider(Reply::json(200, &json!({ "t": "own-0123456" }))).await);
    let registered = json!({ "connector": "example", "clientId": "app-4711", "secret": "registered-0123" });
    stage.server.admin().post("/registrations", registered).await.ok();
    for request in [
        json!({ "POST": "/login", "body": { "stolen": "${client.secret}" }, "capture": { "token.access": "body.t" } }),
        json!({ "POST": "/login", "client_auth": "body", "send": "form", "capture": { "token.access": "body.t" } }),
        json!({ "POST": "/login", "client_auth": "basic", "capture": { "token.access": "body.t" } }),
    ] {
        // Whether it is refused or sent, the secret of everybody's client stays here.
        stage.ask(&described(&vendor, &request)).await;
    }
    for seen in vendor.seen() {
        assert!(!format!("{seen:?}").contains("registered-0123"), "{seen:?}");
        // An empty pair is what nobody shows.
        assert!(matches!(header(&seen, "authorization"), None | Some("Basic Og==")), "{seen:?}");
    }
    stage.assert_no_trace(&["registered-0123"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_may_be_at_another_address_behind_an_authority_of_its_own() {
    let (stage, vendor, certificates) = (Stage::of(DEFINITION), Vendor::echo().await, Certificates::make());
    let peer = OidcProvider::with_certificates(&json!({}), &certificates);
    let request = json!({
        "POST": "/token", "headers": { "Authorization": "Basic {{packed}}" }, "form": { "grant_type": "client_credentials" },
        "capture": { "token.access": "body.access_token", "token.expires_in": "body.expires_in" },
    });
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let machine = OidcProvider::MACHINE;
    let packed = STANDARD.encode(format!("{}:{}", encode(machine.id), encode(machine.secret)));
    let mut configuration = described(&vendor, &request);
    configuration["own.secrets"] = json!(json!({ "packed": packed }).to_string());
    configuration["own.url"] = json!(peer.mutual_url());
    let strange = stage.ask(&configuration).await;
    assert_eq!(strange.status, 502, "{}", strange.text);
    configuration["own.authorities"] = json!(certificates.text("authority.pem"));
    let instance = super::made(&stage.ask(&configuration).await);
    stage.call(&instance, "/raw").await.ok();
    let seen = vendor.last();
    let token = header(&seen, "x-token").and_then(|text| text.strip_prefix("Key ")).expect("a token");
    assert_eq!(crate::peers::get_as(token, &format!("{}/api/whoami", peer.url())).await.ok()["client"], machine.id);
    stage.assert_no_trace(&[token, &packed, machine.secret]).await;
}
