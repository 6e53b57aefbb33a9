//! OAuth helpers (section 2.2).

use keyway_app::catalogue::Listed;
use keyway_app::connect::{DeviceCode, Progress, Started};
use keyway_model::{Secret, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// Where a person is sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OauthUrl {
    /// The connector's key.
    element: String,
    /// The consent page.
    oauth_url: String,
}

/// Temporary credentials of OAuth 1.0a.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OauthToken {
    /// Goes into `requestToken` of `…/oauth/url`.
    token: String,
    /// Goes into `providerData.secret` of the new instance.
    secret: String,
}

/// A code that a person enters at the provider (RFC 8628).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OauthDevice {
    /// Goes into `providerData.deviceCode` of the new instance once the person has entered the other one.
    device_code: String,
    /// What the person enters.
    user_code: String,
    /// Where the person enters it.
    verification_uri: String,
    /// The same with the code in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    verification_uri_complete: Option<String>,
    /// Seconds that the codes are good.
    expires_in: i64,
    /// Seconds to wait between two tries to make the instance.
    interval: i64,
}

/// An attempt to connect.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OauthAttempt {
    /// The connector's key.
    element: String,
    /// The page here that the person's browser opens; it leads on to the provider.
    oauth_url: String,
    configuration: AttemptSecret,
    /// Its name in `…/oauth/attempts/{attemptId}`.
    attempt_id: String,
}

/// What finishes an attempt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptSecret {
    /// Goes into `providerData.secret`, beside the code that the browser brings in `providerData.code`.
    secret: String,
}

/// How an attempt goes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttemptProgress {
    /// Its name.
    id: String,
    /// created, begun, returned, exchanging, finished, denied, failed or expired.
    status: &'static str,
    /// What came of it.
    outcome: Option<String>,
    /// The instance that was made, or is connected again.
    instance_id: Option<i64>,
    /// From when on it leads nowhere.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// The answer with a consent page.
pub(crate) fn oauth_url(listed: &Listed, url: String) -> OauthUrl {
    OauthUrl { element: listed.connector.key.as_str().to_owned(), oauth_url: url }
}

/// The answer with temporary credentials.
pub(crate) fn oauth_token(token: String, secret: &Secret) -> OauthToken {
    OauthToken { token, secret: secret.expose().clone() }
}

/// The answer with a code.
pub(crate) fn oauth_device(code: DeviceCode) -> OauthDevice {
    OauthDevice {
        device_code: code.code.expose().clone(),
        user_code: code.user_code,
        verification_uri: code.verification_uri,
        verification_uri_complete: code.verification_uri_complete,
        expires_in: code.expires_in,
        interval: code.interval,
    }
}

/// An attempt just begun: the only answer that holds its secret.
pub(crate) fn oauth_attempt(listed: &Listed, started: Started) -> OauthAttempt {
    OauthAttempt {
        element: listed.connector.key.as_str().to_owned(),
        oauth_url: started.url,
        configuration: AttemptSecret { secret: started.secret.expose().clone() },
        attempt_id: started.attempt,
    }
}

/// How an attempt goes.
pub(crate) fn attempt_progress(progress: Progress) -> AttemptProgress {
    AttemptProgress {
        id: progress.id,
        status: progress.status,
        outcome: progress.outcome,
        instance_id: progress.instance.map(|id| id.0),
        expires_at: progress.expires_at,
    }
}
