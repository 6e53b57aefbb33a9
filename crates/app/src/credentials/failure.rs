//! What a failure of the engine means to callers and to an instance's health.

use keyway_auth::engine::Failure;
use keyway_connector::{BASE_URL, Connector};

use crate::Error;
use crate::calls::Redactor;

/// Longest text of a provider in an answer, in characters.
const LONGEST: usize = 8_000;
/// Longest evidence, in characters.
const LONGEST_EVIDENCE: usize = 500;

/// The error for somebody who waits for a credential to be taken.
pub(crate) fn refused(connector: &Connector, failure: Failure, redactor: &Redactor) -> Error {
    let provider = |status: u16, words: &str, retry_after: Option<String>| {
        // Only these say something of the credential; others are about the request or the provider itself.
        let judged = matches!(status, 400 | 401 | 403 | 422);
        let what = if judged { "refused the credentials" } else { "could not check the credentials" };
        Error::Provider {
            status,
            message: format!("{} {what}", connector.name),
            provider_message: redactor.excerpt(words, LONGEST),
            retry_after,
        }
    };
    match failure {
        Failure::Dead { status, words, .. } => provider(status, &words, None),
        Failure::Refused { status, words, retry_after } => provider(status, &words, retry_after),
        Failure::Unreachable(blocked @ keyway_egress::Error::Blocked { .. }) => {
            Error::invalid(format!("configuration.{BASE_URL}"), format!("cannot be used: {blocked}"))
        }
        Failure::Unreachable(error) => error.into(),
        Failure::Broken(_) => Error::Gateway { timeout: false, message: failure.to_string() },
        Failure::Unusable(message) => Error::Gateway { timeout: false, message: redactor.excerpt(&message, LONGEST) },
        Failure::Problems(problems) => problems.into(),
        Failure::Script(error) => Error::Refused(redactor.excerpt(&error.to_string(), LONGEST)),
    }
}

/// What an instance's health says of a failure: the class and the provider's status, never what was sent.
pub(crate) fn evidence(failure: &Failure, redactor: &Redactor) -> String {
    let text = match failure {
        Failure::Dead { code, .. } => format!("the provider says that the authorization is over ({code})"),
        Failure::Refused { status, words, .. } => {
            format!("the token request was answered with status {status}: {}", words.trim())
        }
        other => format!("the token could not be renewed: {other}"),
    };
    redactor.excerpt(&text, LONGEST_EVIDENCE)
}

/// The error of a call that waits for a token which the provider does not renew now.
pub(super) fn passing(failure: &Failure, words: &str) -> Error {
    let timeout = matches!(failure, Failure::Unreachable(keyway_egress::Error::Timeout(_)));
    Error::Gateway { timeout, message: format!("the token cannot be renewed now: {words}") }
}
