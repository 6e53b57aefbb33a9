//! Intuit's authorization server and `QuickBooks` Online, from <https://developer.intuit.com> (OAuth 2.0, Accounting API): the
//! callback names the company, the client says who it is with HTTP basic only, the refresh token has a lifetime that is told
//! and is replaced, rows are counted from 1.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::consent::{Consent, Fields, Grant, Page, refused, unsigned};
use super::{Request, cut, nothing};

/// The client.
pub(crate) const CLIENT: (&str, &str) =
    ("Q0fXL014zAv3wzmlhwXMEHTrKepfAshCRjztEu58ZokzCD5T7D", "stfnZfuSZUDay6cJSWtvQ9HkWcKFbcI9");
/// The company of each user who may consent.
pub(crate) const REALMS: [&str; 2] = ["1231434565226279", "1231434565226280"];
const PAGE: Page<'_> = Page { client: CLIENT.0, proof: false, required: &[("response_type", "code")] };

/// Starts the stand-in of two companies with three customers each.
pub(crate) async fn start() -> Vendor {
    super::serve(Company::default(), Company::answer).await
}

#[derive(Default)]
struct Company {
    consent: Consent,
    /// Whose page is shown next.
    user: usize,
}

impl Company {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if let ["-", "user", number] = request.path.as_slice() {
            self.user = number.parse().unwrap_or(0);
        }
        if let Some(reply) = self.consent.control(request) {
            return reply;
        }
        match (request.method, request.path.as_slice()) {
            ("GET", ["connect", "oauth2"]) => {
                // Scope and state are not optional here.
                if request.query("scope").is_none() || request.query("state").is_none() {
                    return refused(400, "invalid_request");
                }
                self.consent.authorize(request, &PAGE, &[("realmId", REALMS[self.user])])
            }
            ("POST", ["oauth2", "v1", "tokens", "bearer"]) => self.token(&Fields::of(request)),
            ("POST", ["v2", "oauth2", "tokens", "revoke"]) => self.revoke(&Fields::of(request)),
            ("GET", ["v3", "company", realm, rest @ ..]) => match self.consent.bearer(request) {
                None => fault(401, "AuthenticationFailed"),
                Some(grant) if REALMS[grant.user] != *realm => fault(403, "ApplicationAuthorizationFailed"),
                Some(_) => data(rest, request),
            },
            _ => fault(404, "not found"),
        }
    }

    fn token(&mut self, fields: &Fields) -> Reply {
        if !fields.is_basic(CLIENT.0, CLIENT.1) {
            return refused(401, "invalid_client");
        }
        let grant = match fields.get("grant_type") {
            Some("authorization_code") => self.consent.redeem(fields, true),
            Some("refresh_token") => self.consent.of_refresh(fields.get("refresh_token")),
            _ => return refused(400, "unsupported_grant_type"),
        };
        let Some(grant) = grant else { return refused(400, "invalid_grant") };
        self.consent.replace(fields.get("refresh_token"));
        self.issue(&grant)
    }

    fn issue(&mut self, grant: &Grant) -> Reply {
        let mut answer = json!({
            "token_type": "bearer",
            "access_token": self.consent.access(grant, |number| format!("eyJlbmMiOiJBMTI4Q0JDLUhTMjU2{number}")),
            "expires_in": 3600,
            "refresh_token": self.consent.refresh(grant),
            "x_refresh_token_expires_in": 8_726_400,
        });
        if grant.scope.split(' ').any(|word| word == "openid") {
            let subject = format!("subject-{}", grant.user);
            let claims = json!({ "iss": "https://oauth.platform.intuit.com/op/v1", "aud": [CLIENT.0], "sub": subject });
            answer["id_token"] = unsigned(&claims).into();
        }
        Reply::json(200, &answer)
    }

    fn revoke(&mut self, fields: &Fields) -> Reply {
        if !fields.is_basic(CLIENT.0, CLIENT.1) {
            return refused(401, "invalid_client");
        }
        if self.consent.end(fields.get("token")) { nothing(200) } else { refused(400, "invalid_request") }
    }
}

fn data(path: &[&str], request: &Request<'_>) -> Reply {
    match path {
        ["companyinfo", realm] => Reply::json(200, &json!({ "CompanyInfo": { "Id": realm, "CompanyName": "Wayne" } })),
        ["query"] => {
            let words: Vec<&str> = request.query("query").unwrap_or_default().split(' ').collect();
            let after = |word: &str| {
                let at = words.iter().position(|known| known.eq_ignore_ascii_case(word))?;
                words.get(at + 1)?.parse::<usize>().ok()
            };
            let (Some(start @ 1..), Some(size @ 1..=1000)) = (after("startposition"), after("maxresults")) else {
                return fault(400, "QueryParserError");
            };
            let rows: Vec<Value> =
                (1..=3).map(|id| json!({ "Id": id.to_string(), "DisplayName": format!("Customer {id}") })).collect();
            let (rows, _) = cut(&rows, start - 1, size);
            if rows.is_empty() {
                return Reply::json(200, &json!({ "QueryResponse": {} }));
            }
            let count = rows.len();
            Reply::json(
                200,
                &json!({ "QueryResponse": { "Customer": rows, "startPosition": start, "maxResults": count } }),
            )
        }
        _ => fault(400, "Unsupported Operation"),
    }
}

fn fault(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "Fault": { "Error": [{ "Message": message, "code": "3200" }], "type": "AUTHENTICATION" } }),
    )
}
