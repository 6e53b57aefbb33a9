//! Salesforce's authorization server and REST API, from <https://help.salesforce.com> (OAuth authorization flows) and the "REST
//! API Developer Guide": answers name the instance and no lifetime, a refresh token needs its scope, the next page of a query
//! is a path, failures are lists.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::consent::{Consent, Fields, Grant, Page, refused};
use super::{Request, cut, nothing};

/// The client.
pub(crate) const CLIENT: (&str, &str) = ("3MVG9lKcPoNINVBIPJjdw1J9LLM82Hn", "1955279925675241571");
/// Who may consent: ids of the users in the organization 00Dx0000000BV7z.
pub(crate) const USERS: [&str; 2] = ["005x00000012Q9P", "005x00000012Q9Q"];
const PAGE: Page<'_> = Page { client: CLIENT.0, proof: true, required: &[("response_type", "code")] };

/// Starts the stand-in of an organization with five accounts.
pub(crate) async fn start() -> Vendor {
    super::serve(Consent::default(), answer).await
}

fn answer(consent: &mut Consent, request: &Request<'_>) -> Reply {
    if let Some(reply) = consent.control(request) {
        return reply;
    }
    match (request.method, request.path.as_slice()) {
        ("GET", ["services", "oauth2", "authorize"]) => consent.authorize(request, &PAGE, &[]),
        ("POST", ["services", "oauth2", "token"]) => token(consent, request),
        ("POST", ["services", "oauth2", "revoke"]) => {
            let known = consent.end(Fields::of(request).get("token"));
            if known { nothing(200) } else { refused(400, "invalid_token") }
        }
        ("GET", ["services", "data", "v60.0", rest @ ..]) if consent.bearer(request).is_some() => data(rest, request),
        (_, ["services", "data", ..]) => failed(401, "INVALID_SESSION_ID", "Session expired or invalid"),
        _ => failed(404, "NOT_FOUND", "The requested resource does not exist"),
    }
}

fn token(consent: &mut Consent, request: &Request<'_>) -> Reply {
    let fields = Fields::of(request);
    if !fields.is_body(CLIENT.0, CLIENT.1) && !fields.is_basic(CLIENT.0, CLIENT.1) {
        return refused(400, "invalid_client");
    }
    let (grant, renews) = match fields.get("grant_type") {
        Some("authorization_code") => {
            let grant = consent.redeem(&fields, true);
            let renews = grant.as_ref().is_some_and(|grant| grant.scope.split(' ').any(|word| word == "refresh_token"));
            (grant, renews)
        }
        Some("refresh_token") => (consent.of_refresh(fields.get("refresh_token")), false),
        // There is no list of scopes to choose from: the app's own are granted.
        Some("client_credentials") => (Some(consent.grant("api")), false),
        _ => return refused(400, "unsupported_grant_type"),
    };
    match grant {
        Some(grant) => issue(consent, &grant, renews, request),
        None => refused(400, "invalid_grant"),
    }
}

fn issue(consent: &mut Consent, grant: &Grant, renews: bool, request: &Request<'_>) -> Reply {
    let origin = request.origin();
    let mut answer = json!({
        "access_token": consent.access(grant, |number| format!("00Dx0000000BV7z!AR8{number}")),
        "instance_url": origin,
        "id": format!("{origin}/id/00Dx0000000BV7z/{}", USERS[grant.user]),
        "token_type": "Bearer",
        "issued_at": "1278448832702",
        "scope": grant.scope,
        "signature": "0CmxinZir53Yex7nE0TD",
    });
    if renews {
        answer["refresh_token"] = consent.refresh(grant).into();
    }
    Reply::json(200, &answer)
}

fn data(path: &[&str], request: &Request<'_>) -> Reply {
    let rows: Vec<Value> =
        (1..=5).map(|n| json!({ "Id": format!("001x000000{n}"), "Name": format!("Account {n}") })).collect();
    let page = |from: usize| {
        let (records, next) = cut(&rows, from, 2);
        let mut answer = json!({ "totalSize": rows.len(), "done": next.is_none(), "records": records });
        if let Some(next) = next {
            answer["nextRecordsUrl"] = format!("/services/data/v60.0/query/01gx0000-{next}").into();
        }
        Reply::json(200, &answer)
    };
    match path {
        ["limits"] => Reply::json(200, &json!({ "DailyApiRequests": { "Max": 15000, "Remaining": 14998 } })),
        ["query"] if request.query("q").is_some_and(|q| q.contains(" FROM Account")) => page(0),
        ["query", locator] => page(locator.rsplit('-').next().and_then(|from| from.parse().ok()).unwrap_or(0)),
        ["sobjects", "Account", id] => match rows.iter().find(|row| row["Id"] == **id) {
            Some(row) => Reply::json(200, row),
            None => failed(404, "NOT_FOUND", "The requested resource does not exist"),
        },
        _ => failed(400, "MALFORMED_QUERY", "unexpected token"),
    }
}

fn failed(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!([{ "message": message, "errorCode": code }]))
}
