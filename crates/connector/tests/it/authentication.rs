//! Methods of authentication: what each of their members means, and what is wrong with those that mean nothing.

mod mistakes;

use std::path::Path;

use keyway_connector::{
    ClientAuthentication, Connector, Flow, Kind, Method, Pkce, Refresh, Send, Signature, Target, TokenPart,
};

/// A form that the methods of these tests read.
const FORM: &str = "\
configuration:
  base.url: { default: \"https://api.example.com\" }
  api.key: { secret: true, kept: true }
  tenant: { kept: true }
";

/// The members of a method, the beginning of a definition before them.
fn definition(members: &str) -> String {
    let members = members.replace('\n', "\n    ");
    format!("{FORM}authentication:\n  own:\n    {members}\n")
}

/// The method that members make.
fn method(members: &str) -> Method {
    let text = format!("key: example\nname: Example\nhub: crm\n{}", definition(members));
    let mut connector = Connector::compile(Path::new("x.yaml"), &text).unwrap_or_else(|error| panic!("{error}"));
    connector.methods.remove(0)
}

const CODE: &str = "authorize: https://example.com/authorize\ntoken: https://example.com/token\n";

#[test]
fn the_platforms_word_for_a_method_follows_from_its_members() {
    let kinds = [
        ("username: \"${config.api.key}\"", Kind::Basic),
        ("bearer: \"${config.api.key}\"", Kind::ApiKey),
        ("cookies: { session: \"${config.api.key}\" }", Kind::ApiKey),
        ("body: { key: \"${config.api.key}\" }", Kind::ApiKey),
        ("query: { a: \"${config.api.key}\", b: \"${config.tenant}\" }", Kind::ApiKey),
        ("sign: { sigv4: { key: k, secret: \"${config.api.key}\", region: r, service: s } }", Kind::AwsV4),
        ("sign: { oauth1: { consumer_key: k, token: \"\" , token_secret: \"\" } }", Kind::OAuth1),
        ("assertion: { algorithm: HS256, key: \"${config.api.key}\" }\nbearer: \"${assertion}\"", Kind::Custom),
        ("certificate: { authorities: \"${config.tenant}\" }", Kind::Custom),
        ("certificate: { authorities: \"${config.tenant}\" }\ntype: none", Kind::None),
        ("grant: client_credentials\ntoken: /token", Kind::OAuth2),
        ("token: /login", Kind::Custom),
        (CODE, Kind::OAuth2),
    ];
    for (members, kind) in kinds {
        assert_eq!(method(members).kind, kind, "{members}");
    }
}

#[test]
fn what_is_exchanged_follows_from_the_members_unless_it_is_said() {
    let flows = [
        (CODE, Flow::AuthorizationCode),
        ("issuer: https://example.com", Flow::AuthorizationCode),
        ("token: /login", Flow::Login),
        ("device: /code\ntoken: /token", Flow::Device),
        ("request_token: /request\nauthorize: /authorize\ntoken: /access", Flow::OAuth1),
        ("grant: client_credentials\ntoken: /token", Flow::ClientCredentials),
        ("grant: client_credentials\nissuer: https://example.com", Flow::ClientCredentials),
        ("grant: token_exchange\ntoken: /token", Flow::TokenExchange),
        ("grant: jwt_bearer\nassertion: { algorithm: RS256, key: k }\ntoken: /token", Flow::JwtBearer),
    ];
    for (members, flow) in flows {
        assert_eq!(method(members).grant.expect("a grant").flow, flow, "{members}");
    }
}

#[test]
fn a_grant_puts_its_token_where_the_standards_do_unless_a_place_is_said() {
    let headers = |members: &str| -> Vec<String> {
        let placed = method(members).placements;
        placed.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
    };
    assert_eq!(headers(CODE), ["Authorization: Bearer ${token.access}"]);
    assert_eq!(headers(&format!("{CODE}header: X-Token\nvalue: \"${{token.access}}\"")), ["X-Token: ${token.access}"]);
    let signed = method("request_token: /request\nauthorize: /authorize\ntoken: /access");
    assert!(matches!(signed.placements.signature, Some(Signature::OAuth1(_))));
    assert!(signed.placements.headers.is_empty());
}

#[test]
fn requests_of_methods_send_the_standards_parameters_as_they_are_written() {
    let sent = |token: &str| {
        let step =
            method(&format!("grant: client_credentials\ntoken: {token}")).grant.expect("a grant").token.remove(0);
        (step.request.method().to_string(), step.send, step.client)
    };
    let of = |method: &str, send, client| (method.to_owned(), send, client);
    let usual = ClientAuthentication::Discovered;
    assert_eq!(sent("/token"), of("POST", Send::Form, usual));
    assert_eq!(sent("GET /token"), of("GET", Send::Query, usual));
    assert_eq!(sent("{ POST: /token, form: { account_id: \"7\" } }"), of("POST", Send::Form, usual));
    assert_eq!(sent("{ POST: /token, send: json }"), of("POST", Send::Json, usual));
    assert_eq!(sent("{ POST: /token, body: { a: b } }"), of("POST", Send::Nothing, usual));
    assert_eq!(sent("{ POST: /token, text: \"<a/>\", content_type: text/xml }"), of("POST", Send::Nothing, usual));
    for (word, client) in [
        ("body", ClientAuthentication::Body),
        ("basic", ClientAuthentication::Basic),
        ("plain_basic", ClientAuthentication::PlainBasic),
        ("id", ClientAuthentication::Id),
        ("none", ClientAuthentication::None),
        ("private_key_jwt", ClientAuthentication::PrivateKeyJwt),
        ("certificate", ClientAuthentication::Certificate),
    ] {
        assert_eq!(sent(&format!("{{ POST: /token, client_auth: {word} }}")), of("POST", Send::Form, client));
    }
}

#[test]
fn a_parameter_that_is_null_is_not_sent_and_one_with_another_name_is_renamed() {
    let authorize = "authorize: { url: /authorize, query: { response_type: null, owner: me }, names: { client_id: app }, pkce: off, code: auth_code }";
    let grant = method(&format!(
        "{authorize}\ntoken: {{ POST: /token, form: {{ grant_type: null }}, names: {{ client_id: app }} }}"
    ))
    .grant
    .expect("a grant");
    let authorize = grant.authorize.expect("a page of consent");
    assert_eq!((authorize.without.as_slice(), authorize.pkce), (["response_type".to_owned()].as_slice(), Pkce::Off));
    assert_eq!(authorize.names, [("client_id".to_owned(), "app".to_owned())]);
    assert_eq!(authorize.code, "auth_code");
    assert_eq!(grant.token[0].without, ["grant_type"]);
    assert_eq!(grant.token[0].names, [("client_id".to_owned(), "app".to_owned())]);
}

#[test]
fn answers_set_parts_of_token_sets_and_entries() {
    let capture = "capture: { token.access: body.a, token.user.expires_in: body.u.ttl, tenant: \"body.url || 'x'\" }";
    let members = format!(
        "authorize: {{ url: /authorize, capture: {{ tenant: callback.realm }} }}\ntoken: {{ POST: /token, {capture} }}"
    );
    let own = method(&members);
    let grant = own.grant.as_ref().expect("a grant");
    let targets: Vec<&Target> = grant.token[0].capture.iter().map(|capture| &capture.target).collect();
    let expected = [
        Target::Token(String::new(), TokenPart::Access),
        Target::Token("user".to_owned(), TokenPart::ExpiresIn),
        Target::Entry("tenant".to_owned()),
    ];
    assert_eq!(targets, expected.iter().collect::<Vec<_>>());
    assert_eq!(own.captured().into_iter().collect::<Vec<_>>(), ["tenant"]);
    assert!(own.asks_a_person());
}

#[test]
fn requests_of_a_chain_follow_each_other() {
    let members = "token:\n  POST: /session\n  let: { stamp: now() }\n  headers: { X-Stamp: \"${made.stamp}\" }\n  then:\n    POST: /token\n    body: { session: \"${step.body.id}\" }";
    let grant = method(members).grant.expect("a grant");
    assert_eq!(grant.token.len(), 2);
    assert_eq!((grant.token[0].make.len(), grant.token[1].send), (1, Send::Nothing));
}

#[test]
fn how_a_token_is_renewed_follows_from_the_grant_unless_it_is_said() {
    let refresh = |members: &str| method(members).grant.expect("a grant").refresh;
    assert!(matches!(refresh(CODE), Refresh::Standard));
    assert!(matches!(refresh("grant: client_credentials\ntoken: /token"), Refresh::Again));
    assert!(matches!(refresh("token: /login"), Refresh::Again));
    assert!(matches!(refresh("token: /login\nrefresh: standard"), Refresh::Standard));
    assert!(matches!(refresh(&format!("{CODE}refresh: none")), Refresh::Never));
    assert!(matches!(refresh("request_token: /r\nauthorize: /a\ntoken: /t"), Refresh::Never));
    let own = refresh(&format!("{CODE}refresh: {{ GET: /refresh, query: {{ token: \"${{token.access}}\" }} }}"));
    assert!(matches!(own, Refresh::Steps(steps) if steps.len() == 1));
}

#[test]
fn the_form_gets_the_entries_of_clients_and_scopes_by_itself() {
    let text = format!(
        "key: example\nname: Example\nhub: crm\n{FORM}authentication:\n  key: {{ bearer: \"${{config.api.key}}\" }}\n  machine: {{ grant: client_credentials, token: /token }}\n  person: {{ authorize: /authorize, token: /token }}\n  login: {{ token: /login }}\n"
    );
    let connector = Connector::compile(Path::new("x.yaml"), &text).expect("a definition");
    let asked = |name: &str| -> Vec<&str> {
        let method = connector.method(Some(name)).expect("a method");
        let fields = connector.fields_for(method).map(|field| field.key.as_str());
        fields.filter(|key| key.starts_with("oauth.")).collect()
    };
    assert_eq!(asked("key"), [""; 0]);
    assert_eq!(asked("login"), [""; 0]);
    assert_eq!(asked("machine"), ["oauth.api.key", "oauth.api.secret", "oauth.scope"]);
    assert_eq!(asked("person"), ["oauth.api.key", "oauth.api.secret", "oauth.callback.url", "oauth.scope"]);
}

#[test]
fn a_described_request_reads_nothing_but_what_it_is_given() {
    let given = serde_json::json!({ "user": "a", "pass word": "b" });
    let read = |text: &str| {
        keyway_connector::described(text, &given, &serde_json::json!({ "id": 7 })).map(|steps| steps.len())
    };
    let whole = r#"{ "POST": "/login", "body": { "user": "{{user}}", "id": "{{ id }}" }, "capture": { "token.access": "body.t" } }"#;
    assert_eq!(read(whole), Ok(1));
    assert_eq!(read(r#"{ "POST": "/a", "then": { "GET": "/b" } }"#), Ok(2));
    assert_eq!(read(r#"{ "POST": "/{{other}}" }"#), Err("\"other\" is neither a secret nor a parameter".to_owned()));
    assert_eq!(read(r#"{ "POST": "/{{user" }"#), Err("a \"{{\" has no \"}}\"".to_owned()));
    assert!(read(r#"{ "POST": "/{{pass word}}" }"#).is_err_and(|error| error.contains("no name of a secret")));
    assert!(read(r#"{ "POST": "/a", "form": { "a": "${callback.code}" } }"#).is_err());
    assert!(read(r#"{ "POSTT": "/a" }"#).is_err_and(|error| error.contains("did you mean \"POST\"?")));
    assert!(read("[]").is_err());
}
