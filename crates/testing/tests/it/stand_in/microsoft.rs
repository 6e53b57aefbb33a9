//! Microsoft's identity platform and Graph, from <https://learn.microsoft.com/entra/identity-platform> and
//! <https://learn.microsoft.com/graph>: a refresh token needs `offline_access`, the identity token names the tenant, an
//! administrator's consent brings the tenant and no code, machines ask for `.default` of one tenant.

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};
use url::Url;

use super::consent::{Consent, Fields, Grant, Page, refused, unsigned};
use super::{Request, cut, nothing};

/// The client.
pub(crate) const CLIENT: (&str, &str) = ("6731de76-14a6-49ae-97bc-6eba6914391e", "jXoM3~iz.mE7-uqk9xAv");
/// Tenants whose administrators may consent, and of whom each has a user.
pub(crate) const TENANTS: [&str; 2] = ["a8990e1f-ff32-408a-9f8e-78d3b9139b95", "b8990e1f-ff32-408a-9f8e-78d3b9139b96"];
const PAGE: Page<'_> = Page { client: CLIENT.0, proof: true, required: &[("response_type", "code")] };
const DEFAULT: &str = "https://graph.microsoft.com/.default";

/// Starts the stand-in of tenants with three users each.
pub(crate) async fn start() -> Vendor {
    super::serve(Platform::default(), Platform::answer).await
}

#[derive(Default)]
struct Platform {
    consent: Consent,
    /// Whose administrator is asked next.
    user: usize,
    /// Tenants whose administrator has consented.
    consented: Vec<&'static str>,
}

impl Platform {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if let ["-", "user", number] = request.path.as_slice() {
            self.user = number.parse().unwrap_or(0);
        }
        if let Some(reply) = self.consent.control(request) {
            return reply;
        }
        match (request.method, request.path.as_slice()) {
            ("GET", [_, "oauth2", "v2.0", "authorize"]) => {
                if request.query("scope").is_none() {
                    return refused(400, "invalid_request");
                }
                self.consent.authorize(request, &PAGE, &[])
            }
            ("GET", [_, "adminconsent"]) => self.admin(request),
            ("POST", [tenant, "oauth2", "v2.0", "token"]) => self.token(tenant, &Fields::of(request)),
            ("GET", ["v1.0", rest @ ..]) => match self.consent.bearer(request) {
                Some(grant) => data(rest, grant, request),
                None => failed(401, "InvalidAuthenticationToken"),
            },
            _ => failed(404, "Request_ResourceNotFound"),
        }
    }

    fn admin(&mut self, request: &Request<'_>) -> Reply {
        let back = request.query("redirect_uri").and_then(|uri| Url::parse(uri).ok());
        let (Some(mut back), Some(state), true) =
            (back, request.query("state"), request.query("client_id") == Some(CLIENT.0))
        else {
            return refused(400, "invalid_request");
        };
        let tenant = TENANTS[self.user];
        self.consented.push(tenant);
        back.query_pairs_mut().extend_pairs([("admin_consent", "True"), ("tenant", tenant), ("state", state)]);
        nothing(302).header("location", back.as_str())
    }

    fn token(&mut self, tenant: &str, fields: &Fields) -> Reply {
        if !fields.is_body(CLIENT.0, CLIENT.1) && !fields.is_basic(CLIENT.0, CLIENT.1) {
            return refused(401, "invalid_client");
        }
        let grant = match fields.get("grant_type") {
            Some("authorization_code") => self.consent.redeem(fields, true),
            Some("refresh_token") => self.consent.of_refresh(fields.get("refresh_token")),
            Some("client_credentials") => {
                let Some(user) = TENANTS.iter().position(|known| *known == tenant) else {
                    return refused(400, "invalid_request");
                };
                if fields.get("scope") != Some(DEFAULT) {
                    return refused(400, "invalid_scope");
                }
                if !self.consented.contains(&TENANTS[user]) {
                    return refused(401, "unauthorized_client");
                }
                Some(Grant { user, ..self.consent.grant(DEFAULT) })
            }
            _ => return refused(400, "unsupported_grant_type"),
        };
        match grant {
            Some(grant) => self.issue(&grant),
            None => refused(400, "invalid_grant"),
        }
    }

    fn issue(&mut self, grant: &Grant) -> Reply {
        let has = |scope: &str| grant.scope.split(' ').any(|word| word == scope);
        let mut answer = json!({
            "token_type": "Bearer",
            "scope": grant.scope,
            "expires_in": 3736,
            "access_token": self.consent.access(grant, |number| format!("EwB4A8l6BAAU{number}")),
        });
        if has("offline_access") {
            answer["refresh_token"] = self.consent.refresh(grant).into();
        }
        if has("openid") {
            let tenant = TENANTS[grant.user];
            let claims = json!({
                "iss": format!("https://login.microsoftonline.com/{tenant}/v2.0"),
                "aud": CLIENT.0,
                "tid": tenant,
                "oid": format!("00000000-0000-0000-66f3-3332eca7ea8{}", grant.user),
                "sub": format!("AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbta{}", grant.user),
            });
            answer["id_token"] = unsigned(&claims).into();
        }
        Reply::json(200, &answer)
    }
}

fn data(path: &[&str], grant: &Grant, request: &Request<'_>) -> Reply {
    match path {
        ["me"] if grant.scope == DEFAULT => failed(400, "BadRequest"),
        ["me"] => Reply::json(200, &json!({ "id": format!("user{}", grant.user), "displayName": "Jane" })),
        ["users"] => {
            let tenant = TENANTS[grant.user];
            let rows: Vec<Value> =
                (1..=3).map(|id| json!({ "id": id.to_string(), "displayName": format!("{tenant} {id}") })).collect();
            let size = request.number("$top", 100).unwrap_or(100);
            let from = request.number("$skiptoken", 0).unwrap_or(0);
            let (rows, next) = cut(&rows, from, size);
            let mut answer = json!({ "value": rows });
            if let Some(next) = next {
                let url = format!("{}/v1.0/users?$top={size}&$skiptoken={next}", request.origin());
                answer["@odata.nextLink"] = url.into();
            }
            Reply::json(200, &answer)
        }
        _ => failed(404, "Request_ResourceNotFound"),
    }
}

fn failed(status: u16, code: &str) -> Reply {
    Reply::json(status, &json!({ "error": { "code": code, "message": code } }))
}
