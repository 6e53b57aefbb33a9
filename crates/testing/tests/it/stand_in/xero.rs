//! Xero's identity server and accounting, from <https://developer.xero.com> (standard authorization code flow, Accounting API): the
//! client says who it is with HTTP basic, refresh tokens are replaced and the one before is taken once more, a consent is for
//! organisations that `/connections` names, and calls name one of them in a header.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::consent::{Consent, Fields, Grant, Page, refused, unsigned};
use super::{Request, nothing};

/// The client.
pub(crate) const CLIENT: (&str, &str) = ("0F1E2D3C4B5A69788796A5B4C3D2E1F0", "xero-secret_with-dashes");
/// The organisations of each user who may consent, by their tenant ids.
pub(crate) const TENANTS: [&[&str]; 2] = [
    &["70784a63-d24b-46a9-a4db-0e70a274b056"],
    &["e0da6937-de07-4a14-adee-37abfac298ce", "70784a63-d24b-46a9-a4db-0e70a274b057"],
];
const PAGE: Page<'_> = Page { client: CLIENT.0, proof: true, required: &[("response_type", "code")] };

/// Starts the stand-in of organisations with three contacts each.
pub(crate) async fn start() -> Vendor {
    super::serve(Xero::default(), Xero::answer).await
}

#[derive(Default)]
struct Xero {
    consent: Consent,
    /// The refresh token that was replaced last, which a client may not have heard of.
    before: Option<String>,
}

impl Xero {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if let Some(reply) = self.consent.control(request) {
            return reply;
        }
        match (request.method, request.path.as_slice()) {
            ("GET", ["identity", "connect", "authorize"]) => self.consent.authorize(request, &PAGE, &[]),
            ("POST", ["connect", "token"]) => self.token(&Fields::of(request)),
            ("POST", ["connect", "revocation"]) => {
                let fields = Fields::of(request);
                if !fields.is_basic(CLIENT.0, CLIENT.1) {
                    return refused(400, "invalid_client");
                }
                self.consent.end(fields.get("token"));
                nothing(200)
            }
            (_, ["connections"]) => match self.consent.bearer(request) {
                Some(grant) => connections(grant, request),
                None => failed(401, "AuthenticationUnsuccessful"),
            },
            ("GET", ["api.xro", "2.0", rest @ ..]) => match self.consent.bearer(request) {
                None => failed(401, "AuthenticationUnsuccessful"),
                Some(grant) => {
                    let tenant = request.header("xero-tenant-id").unwrap_or_default();
                    if TENANTS[grant.user].contains(&tenant) {
                        data(rest, tenant, request)
                    } else {
                        failed(403, "AuthorizationUnsuccessful")
                    }
                }
            },
            _ => failed(404, "NotFound"),
        }
    }

    fn token(&mut self, fields: &Fields) -> Reply {
        if !fields.is_basic(CLIENT.0, CLIENT.1) {
            return refused(400, "invalid_client");
        }
        let given = fields.get("refresh_token");
        let grant = match fields.get("grant_type") {
            Some("authorization_code") => self.consent.redeem(fields, true),
            Some("refresh_token") => self.consent.of_refresh(given),
            Some("client_credentials") => Some(self.consent.grant(fields.get("scope").unwrap_or_default())),
            _ => return refused(400, "unsupported_grant_type"),
        };
        let Some(grant) = grant else { return refused(400, "invalid_grant") };
        if let Some(given) = given {
            // Whoever did not hear of the new one may come once more with the old one, but with no older one.
            let older = self.before.replace(given.to_owned()).filter(|older| older != given);
            self.consent.replace(older.as_deref());
        }
        let renews = grant.scope.split(' ').any(|word| word == "offline_access");
        self.issue(&grant, renews)
    }

    fn issue(&mut self, grant: &Grant, renews: bool) -> Reply {
        let event = event(grant);
        let token = |number| unsigned(&json!({ "authentication_event_id": event, "jti": number }));
        let mut answer = json!({
            "access_token": self.consent.access(grant, token),
            "expires_in": 1800,
            "token_type": "Bearer",
            "scope": grant.scope,
        });
        if renews {
            answer["refresh_token"] = self.consent.refresh(grant).into();
        }
        if grant.scope.split(' ').any(|word| word == "openid") {
            let claims =
                json!({ "iss": "https://identity.xero.com", "aud": CLIENT.0, "sub": format!("user{}", grant.user) });
            answer["id_token"] = unsigned(&claims).into();
        }
        Reply::json(200, &answer)
    }
}

/// What a consent is called in tokens and connections.
fn event(grant: &Grant) -> String {
    format!("d99ecdfe-391d-43d2-b834-17636ba9{:04}", grant.number)
}

fn connections(grant: &Grant, request: &Request<'_>) -> Reply {
    let own = event(grant);
    let asked = request.query("authEventId").is_none_or(|asked| asked == own);
    let rows = TENANTS[grant.user].iter().filter(|_| asked).enumerate();
    let rows: Vec<Value> = rows
        .map(|(at, tenant)| {
            let id = format!("e1eede29-f875-4a5d-8470-17f6a29a88b{at}");
            json!({ "id": id, "authEventId": own, "tenantId": tenant, "tenantType": "ORGANISATION", "tenantName": tenant })
        })
        .collect();
    Reply::json(200, &Value::Array(rows))
}

fn data(path: &[&str], tenant: &str, request: &Request<'_>) -> Reply {
    match path {
        ["Organisation"] => {
            Reply::json(200, &json!({ "Organisations": [{ "OrganisationID": tenant, "Name": "Wayne" }] }))
        }
        ["Contacts"] => {
            let rows: Vec<Value> =
                (1..=3).map(|id| json!({ "ContactID": id.to_string(), "Name": format!("{tenant} {id}") })).collect();
            let (Some(page @ 1..), Some(size @ 1..=1000)) =
                (request.number("page", 1), request.number("pageSize", 100))
            else {
                return failed(400, "ValidationException");
            };
            let (shown, _) = super::cut(&rows, (page - 1) * size, size);
            let pages = rows.len().div_ceil(size);
            let paging = json!({ "page": page, "pageSize": size, "pageCount": pages, "itemCount": rows.len() });
            Reply::json(200, &json!({ "pagination": paging, "Contacts": shown }))
        }
        _ => failed(404, "NotFound"),
    }
}

fn failed(status: u16, title: &str) -> Reply {
    Reply::json(status, &json!({ "Title": title, "Status": status, "Message": title, "Detail": title }))
}
