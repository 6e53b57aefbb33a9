//! Google's authorization server and calendars, from <https://developers.google.com/identity/protocols/oauth2/web-server> and
//! <https://developers.google.com/workspace/calendar/api/v3/reference>: a refresh token comes only with `access_type=offline`
//! and a new consent, and not with a renewal; one of the two tokens takes the other with it.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::consent::{Consent, Fields, Grant, Page, refused, unsigned};
use super::{Request, Table, cut};

/// The client.
pub(crate) const CLIENT: (&str, &str) = ("407408718192.apps.googleusercontent.com", "GOCSPX-notasecret");
/// Who may consent: subject and address.
pub(crate) const USERS: [(&str, &str); 2] =
    [("110169484474386276334", "jane@example.com"), ("110169484474386276335", "joe@example.com")];
const PAGE: Page<'_> = Page { client: CLIENT.0, proof: true, required: &[("response_type", "code")] };

#[derive(Default)]
struct Google {
    consent: Consent,
    events: Table,
}

/// Starts the stand-in of accounts without events.
pub(crate) async fn start() -> Vendor {
    super::serve(Google::default(), Google::answer).await
}

impl Google {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if let Some(reply) = self.consent.control(request) {
            return reply;
        }
        match (request.method, request.path.as_slice()) {
            ("GET", ["o", "oauth2", "v2", "auth"]) => self.consent.authorize(request, &PAGE, &[]),
            ("POST", ["token"]) => self.token(&Fields::of(request)),
            ("POST", ["revoke"]) => {
                let known = self.consent.end(Fields::of(request).get("token"));
                if known { Reply::json(200, &json!({})) } else { refused(400, "invalid_token") }
            }
            (_, ["calendar", "v3", ..]) => self.calendar(request),
            _ => failed(404, "Not Found"),
        }
    }

    fn token(&mut self, fields: &Fields) -> Reply {
        if !fields.is_body(CLIENT.0, CLIENT.1) && !fields.is_basic(CLIENT.0, CLIENT.1) {
            return refused(401, "invalid_client");
        }
        match fields.get("grant_type") {
            Some("authorization_code") => match self.consent.redeem(fields, true) {
                Some(grant) => self.issue(&grant, grant.asked.get("access_type").is_some_and(|kind| kind == "offline")),
                None => refused(400, "invalid_grant"),
            },
            Some("refresh_token") => match self.consent.of_refresh(fields.get("refresh_token")) {
                Some(grant) => self.issue(&grant, false),
                None => refused(400, "invalid_grant"),
            },
            _ => refused(400, "unsupported_grant_type"),
        }
    }

    fn issue(&mut self, grant: &Grant, renews: bool) -> Reply {
        let mut answer = json!({
            "access_token": self.consent.access(grant, |number| format!("ya29.{number}")),
            "expires_in": 3599,
            "scope": grant.scope,
            "token_type": "Bearer",
        });
        if renews {
            answer["refresh_token"] = self.consent.refresh(grant).into();
        }
        if grant.scope.split(' ').any(|word| word == "openid") {
            let (subject, email) = USERS[grant.user];
            let claims =
                json!({ "iss": "https://accounts.google.com", "aud": CLIENT.0, "sub": subject, "email": email });
            answer["id_token"] = unsigned(&claims).into();
        }
        Reply::json(200, &answer)
    }

    fn calendar(&mut self, request: &Request<'_>) -> Reply {
        let Some(grant) = self.consent.bearer(request) else { return failed(401, "Invalid Credentials") };
        let (_, email) = USERS[grant.user];
        match (request.method, &request.path[2..]) {
            ("GET", ["users", "me", "calendarList"]) => {
                let rows = [email, "holidays", "birthdays"].map(|id| json!({ "id": id, "summary": id }));
                paged(&rows, request)
            }
            ("GET", ["calendars", _, "events"]) => paged(self.events.rows(), request),
            ("POST", ["calendars", _, "events"]) => match request.object() {
                Some(mut event) => {
                    event.insert("id".to_owned(), format!("event{}", self.events.rows().len() + 1).into());
                    Reply::json(200, &self.events.add(Value::Object(event)))
                }
                None => failed(400, "Bad Request"),
            },
            _ => failed(404, "Not Found"),
        }
    }
}

fn paged(rows: &[Value], request: &Request<'_>) -> Reply {
    let size = request.number("maxResults", 100).unwrap_or(100);
    let from = request.query("pageToken").map_or(Some(0), |token| token.strip_prefix("page")?.parse().ok());
    let Some(from) = from else { return failed(400, "Invalid page token value.") };
    let (items, next) = cut(rows, from, size);
    let mut answer = json!({ "items": items });
    if let Some(next) = next {
        answer["nextPageToken"] = format!("page{next}").into();
    }
    Reply::json(200, &answer)
}

fn failed(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": { "code": status, "message": message } }))
}
