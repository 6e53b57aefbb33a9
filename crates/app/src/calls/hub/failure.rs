//! A provider's refusal in the uniform form: its status, our words, and its own without any secret of the instance.

use http::StatusCode;
use http::header::{self, HeaderMap};
use keyway_connector::{Answer, Json, Reading, Request};

use super::super::cache::Snapshot;
use super::exchange::Reply;
use crate::{Error, Result};

/// Longest text of a provider in an answer, in characters.
const LONGEST: usize = 8_000;

/// Refuses what the provider refused; also a 2xx that the definition knows as a failure.
pub(super) fn check(snapshot: &Snapshot, plan: &Request, reading: &Reading, reply: &Reply) -> Result<()> {
    if reply.status == StatusCode::NOT_MODIFIED || (reply.status.is_success() && plan.success_when.is_none()) {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&reply.body);
    let json = Json::parse(&text).ok();
    let answer = Answer { headers: &reply.headers, body: json.as_ref() };
    let succeeded = plan.success_when.as_ref().is_none_or(|place| place.is_true(answer));
    if reply.status.is_success() && succeeded {
        return Ok(());
    }
    Err(refusal(snapshot, reading, reply.status, &reply.headers, &text))
}

/// The error for a provider's refusal.
pub(super) fn refusal(
    snapshot: &Snapshot,
    reading: &Reading,
    status: StatusCode,
    headers: &HeaderMap,
    text: &str,
) -> Error {
    let json = Json::parse(text).ok();
    let words = reading.words(Answer { headers, body: json.as_ref() });
    let given = words.as_deref().and_then(|words| reading.status(words));
    // A failure that came with a 2xx is one of the request, unless the definition knows better.
    let usual = if status.is_success() { StatusCode::BAD_REQUEST.as_u16() } else { status.as_u16() };
    let name = &snapshot.connector.name;
    let message = match words.filter(|words| !words.is_empty()) {
        Some(words) => clean(snapshot, &words),
        None if status.is_redirection() => format!("{name} answered with a redirection ({status})"),
        None => format!("{name} answered {status}"),
    };
    let retry_after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Error::Provider { status: given.unwrap_or(usual), message, provider_message: clean(snapshot, text), retry_after }
}

fn clean(snapshot: &Snapshot, text: &str) -> String {
    snapshot.redactor.excerpt(text, LONGEST)
}

/// The JSON of a successful answer's text.
pub(super) fn json<'t>(snapshot: &Snapshot, text: &'t str) -> Result<Json<'t>> {
    Json::parse(text).map_err(|_| {
        let kind = if text.trim_start().starts_with('<') { "XML" } else { "text" };
        Error::Provider {
            status: StatusCode::BAD_GATEWAY.as_u16(),
            message: format!("Unable to convert response {kind} to JSON"),
            provider_message: clean(snapshot, text),
            retry_after: None,
        }
    })
}

/// The text of a successful answer.
pub(super) fn text(reply: &Reply) -> Result<&str> {
    std::str::from_utf8(&reply.body)
        .map_err(|_| Error::Gateway { timeout: false, message: "the provider's answer is not UTF-8".to_owned() })
}
