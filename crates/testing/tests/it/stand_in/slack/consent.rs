//! Slack's consent, from <https://docs.slack.dev/authentication/installing-with-oauth> and
//! <https://docs.slack.dev/authentication/using-token-rotation>: one code brings a bot's and a person's token, each with a
//! refresh token of its own that is good once; failures come with status 200 and `ok: false`.

use keyway_testing::Reply;
use serde_json::{Value, json};

use super::super::Request;
use super::super::consent::{Consent, Fields, Grant, Page};
use super::{failed, told};

/// The client.
pub(crate) const CLIENT: (&str, &str) = ("3336676.569200954261", "ca8fca4e85fbd5ec1cb2d1ff0bbe0d4b");
/// Who may consent.
pub(crate) const USERS: [&str; 2] = ["U1234", "U5678"];
const PAGE: Page<'_> = Page { client: CLIENT.0, proof: true, required: &[] };

/// The page that people are sent to.
pub(super) fn page(consent: &mut Consent, request: &Request<'_>) -> Reply {
    let asked = |name: &str| request.query(name).is_some_and(|scope| !scope.is_empty() && !scope.contains(' '));
    if !asked("scope") && !asked("user_scope") {
        return Reply::json(400, &json!({ "ok": false, "error": "invalid_scope" }));
    }
    consent.authorize(request, &PAGE, &[])
}

/// `oauth.v2.access`.
pub(super) fn access(consent: &mut Consent, request: &Request<'_>) -> Reply {
    let fields = Fields::of(request);
    if !fields.is_body(CLIENT.0, CLIENT.1) && !fields.is_basic(CLIENT.0, CLIENT.1) {
        return failed("bad_client_secret");
    }
    if fields.get("grant_type") == Some("refresh_token") {
        let given = fields.get("refresh_token");
        let Some(grant) = consent.of_refresh(given) else { return failed("invalid_refresh_token") };
        consent.replace(given);
        return told(tokens(consent, &grant));
    }
    let Some(grant) = consent.redeem(&fields, true) else { return failed("invalid_code") };
    let mut answer = json!({});
    let person = grant.asked.get("user_scope").filter(|scope| !scope.is_empty()).cloned();
    if !grant.scope.is_empty() {
        let bot = Grant { asked: [("kind".to_owned(), "bot".to_owned())].into(), ..grant.clone() };
        answer = tokens(consent, &bot);
    }
    answer["team"] = json!({ "id": "T1", "name": "Wayne" });
    answer["authed_user"] = json!({ "id": USERS[grant.user] });
    if let Some(scope) = person {
        let own = Grant { scope, asked: [("kind".to_owned(), "user".to_owned())].into(), ..grant };
        let mut tokens = tokens(consent, &own);
        tokens["id"] = USERS[grant.user].into();
        answer["authed_user"] = tokens;
    }
    told(answer)
}

/// `auth.revoke`.
pub(super) fn revoke(consent: &mut Consent, request: &Request<'_>) -> Reply {
    let token = request.header("authorization").and_then(|text| text.strip_prefix("Bearer ")).map(str::to_owned);
    if consent.end(token.as_deref()) { told(json!({ "revoked": true })) } else { failed("invalid_auth") }
}

fn tokens(consent: &mut Consent, grant: &Grant) -> Value {
    let kind = grant.asked.get("kind").cloned().unwrap_or_default();
    let prefix = if kind == "bot" { "xoxe.xoxb-1" } else { "xoxe.xoxp-1" };
    json!({
        "access_token": consent.access(grant, |number| format!("{prefix}-{number}")),
        "token_type": kind,
        "scope": grant.scope,
        "expires_in": 43_200,
        "refresh_token": consent.refresh(grant),
    })
}
