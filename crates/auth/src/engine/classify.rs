//! What a refusal means: whether a grant is over, or only a request failed.

use http::StatusCode;
use keyway_connector::Grant;
use serde_json::Value;

use super::answer::Reply;
use super::failure::Failure;

/// Errors after which the same grant will never bring a token (RFC 6749 sections 4.1.2.1 and 5.2).
const OVER: [&str; 3] = ["invalid_grant", "unauthorized_client", "access_denied"];
/// Longest text of a provider that is passed on, in characters.
const LONGEST: usize = 2_000;

/// The failure that an answer without success is.
///
/// Only an answer below 500 that names an error known to mean it makes a grant dead; a page of a firewall, an empty body or
/// an error of the server says nothing about the grant. A wrong client secret (`invalid_client`) is the operator's to mend.
pub(super) fn refusal(reply: &Reply, grant: Option<&Grant>) -> Failure {
    judge(reply, grant.map(|grant| grant.dead_when.as_slice()).unwrap_or_default())
}

fn judge(reply: &Reply, declared: &[String]) -> Failure {
    let code = code(&reply.body);
    let words = words(reply);
    // What a definition declares is found wherever the provider writes it.
    let said = || declared.iter().find(|known| words.contains(known.as_str())).cloned();
    let over = code.filter(|code| OVER.contains(&code.as_str())).or_else(said);
    // An answer that only asks for patience says nothing about the grant, whatever words it uses.
    let passing = matches!(reply.status.as_u16(), 408 | 425 | 429 | 500..);
    match over.filter(|_| !passing) {
        Some(code) => Failure::Dead { status: reply.status.as_u16(), code, words },
        None => Failure::Refused {
            // A refusal that came with a 2xx is one of the credential.
            status: if reply.status.is_success() { StatusCode::UNAUTHORIZED } else { reply.status }.as_u16(),
            retry_after: reply.header("retry-after").map(str::to_owned),
            words,
        },
    }
}

/// The error code of an answer, wherever providers put it.
fn code(body: &Value) -> Option<String> {
    let places = ["/error", "/error/code", "/error/type", "/errorCode", "/error_code", "/code", "/fault/code"];
    let text = |place: &&str| body.pointer(place).and_then(Value::as_str);
    places.iter().find_map(text).map(str::to_owned)
}

/// The provider's own words.
fn words(reply: &Reply) -> String {
    reply.text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::super::answer::Reply;
    use super::{Failure, judge, refusal};

    #[test]
    fn what_a_definition_declares_ends_a_grant_wherever_it_stands() {
        let declared = ["BAD_REFRESH_TOKEN".to_owned()];
        let judged = |status| judge(&Reply::of(status, r#"{"status":"BAD_REFRESH_TOKEN"}"#), &declared);
        assert!(matches!(judged(400), Failure::Dead { code, .. } if code == "BAD_REFRESH_TOKEN"));
        assert!(matches!(judged(502), Failure::Refused { .. }));
    }

    fn dead(status: u16, body: &str) -> bool {
        matches!(refusal(&Reply::of(status, body), None), Failure::Dead { .. })
    }

    #[test]
    fn only_an_error_that_means_it_ends_a_grant() {
        assert!(dead(400, r#"{"error":"invalid_grant"}"#));
        assert!(dead(401, r#"{"error":"access_denied"}"#));
        assert!(!dead(400, r#"{"error":"invalid_client"}"#));
        assert!(!dead(400, r#"{"error":"temporarily_unavailable"}"#));
        assert!(!dead(500, r#"{"error":"invalid_grant"}"#));
        assert!(!dead(503, "<html>invalid_grant</html>"));
        assert!(!dead(403, "<html>blocked</html>"));
        assert!(!dead(400, ""));
        assert!(!dead(429, r#"{"error":"slow_down"}"#));
        assert!(!dead(429, r#"{"error":"access_denied"}"#));
    }
}
