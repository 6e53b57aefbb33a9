//! Zoom's authorization server and meetings, from <https://developers.zoom.us/docs/integrations/oauth/> and
//! <https://developers.zoom.us/docs/internal-apps/s2s-oauth/>: HTTP basic, refresh tokens that are good once, and a grant of
//! its own for apps of the account.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::consent::{Consent, Fields, Page};
use super::{Request, cut};

/// The client.
pub(crate) const CLIENT: (&str, &str) = ("rGDe0hVMTuW5EQmxGzbzRw", "zoomSecret0123456789abcdefghijkl");
/// The account that the server-to-server app belongs to.
pub(crate) const ACCOUNT: &str = "aBcDeFgHiJkLmNoPqRsTuV";
/// Who may consent.
pub(crate) const USERS: [&str; 2] = ["z8yCxjabcdEFGHfp8uQ", "z8yCxjabcdEFGHfp8uR"];
const SCOPE: &str = "meeting:read:list_meetings user:read:user";
const PAGE: Page<'_> = Page { client: CLIENT.0, proof: true, required: &[("response_type", "code")] };

/// Starts the stand-in of an account whose users have three meetings each.
pub(crate) async fn start() -> Vendor {
    super::serve(Consent::default(), answer).await
}

fn answer(consent: &mut Consent, request: &Request<'_>) -> Reply {
    if let Some(reply) = consent.control(request) {
        return reply;
    }
    match (request.method, request.path.as_slice()) {
        ("GET", ["oauth", "authorize"]) => consent.authorize(request, &PAGE, &[]),
        ("POST", ["oauth", "token"]) => token(consent, request),
        ("POST", ["oauth", "revoke"]) => {
            let fields = Fields::of(request);
            if !fields.is_basic(CLIENT.0, CLIENT.1) {
                return wrong(401, "invalid_client");
            }
            if consent.end(fields.get("token")) {
                Reply::json(200, &json!({ "status": "success" }))
            } else {
                wrong(400, "invalid_request")
            }
        }
        ("GET", ["v2", rest @ ..]) => match consent.bearer(request) {
            None => failed(401, 124, "Invalid access token."),
            Some(grant) => data(rest, USERS[grant.user], request),
        },
        _ => failed(404, 404, "Not found"),
    }
}

fn token(consent: &mut Consent, request: &Request<'_>) -> Reply {
    let fields = Fields::of(request);
    if !fields.is_basic(CLIENT.0, CLIENT.1) {
        return wrong(401, "invalid_client");
    }
    let sent = |name: &str| fields.get(name).or_else(|| request.query(name)).map(str::to_owned);
    let (grant, renews) = match sent("grant_type").as_deref() {
        Some("authorization_code") => (consent.redeem(&fields, true), true),
        Some("refresh_token") => {
            let given = sent("refresh_token");
            let grant = consent.of_refresh(given.as_deref());
            consent.replace(given.as_deref());
            (grant, true)
        }
        Some("account_credentials") if sent("account_id").as_deref() == Some(ACCOUNT) => {
            (Some(consent.grant(SCOPE)), false)
        }
        Some("account_credentials") => return wrong(400, "invalid_request"),
        _ => return wrong(400, "unsupported_grant_type"),
    };
    let Some(grant) = grant else { return wrong(400, "invalid_grant") };
    let mut answer = json!({
        "access_token": consent.access(&grant, |number| format!("eyJhbGciOiJIUzUxMiJ9-{number}")),
        "token_type": "bearer",
        "expires_in": 3599,
        "scope": SCOPE,
        "api_url": "https://api.zoom.us",
    });
    if renews {
        answer["refresh_token"] = consent.refresh(&grant).into();
    }
    Reply::json(200, &answer)
}

fn data(path: &[&str], user: &str, request: &Request<'_>) -> Reply {
    match path {
        ["users", "me"] => Reply::json(200, &json!({ "id": user, "email": "jane@example.com", "account_id": ACCOUNT })),
        ["users", "me", "meetings"] => {
            let rows: Vec<Value> = (1..=3).map(|id| json!({ "id": id, "topic": format!("Meeting {id}") })).collect();
            let size = request.number("page_size", 30).unwrap_or(30);
            let token = request.query("next_page_token").filter(|token| !token.is_empty());
            let from = token.map_or(Some(0), |token| token.strip_prefix("at")?.parse().ok());
            let Some(from) = from else { return failed(400, 300, "The next page token is invalid or expired.") };
            let (meetings, next) = cut(&rows, from, size);
            let next = next.map_or_else(String::new, |next| format!("at{next}"));
            let all = rows.len();
            Reply::json(
                200,
                &json!({ "page_size": size, "total_records": all, "next_page_token": next, "meetings": meetings }),
            )
        }
        _ => failed(404, 404, "Not found"),
    }
}

fn failed(status: u16, code: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "code": code, "message": message }))
}

/// Errors of tokens say why in a member of their own.
fn wrong(status: u16, error: &str) -> Reply {
    Reply::json(status, &json!({ "reason": "Invalid Token!", "error": error }))
}
