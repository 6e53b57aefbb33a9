//! Errors of the platform dialect: `{"requestId", "message"}`, and the provider's own words where there are any.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use keyway_app::Error;
use keyway_model::{Problem, Problems};
use serde::Serialize;
use utoipa::ToSchema;

/// The result of a handler.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// An error on its way to the caller. The request id is added at the door.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// A use-case ended so.
    App(Error),
    /// The dialect itself says no.
    Http(StatusCode, String),
}

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::App(error.into())
    }
}

/// What the door needs to know to render an error.
#[derive(Clone, Debug)]
pub(crate) struct Rendered {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<String>,
    members: Members,
    /// Told to the log, never to the caller.
    pub(crate) cause: Option<String>,
}

/// An error as it is sent.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = Error)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Members {
    /// The id of the request, as in `Elements-Request-Id`; what to ask the operator about.
    request_id: String,
    /// What went wrong, for people.
    message: String,
    /// The provider's own words, where a provider refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    provider_message: Option<String>,
    /// What is wrong with which part of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    fields: Vec<Wrong>,
    /// The same for the caller of a raw call, who may be an SDK that looks for `error` and at nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<ForSdk>,
}

/// What is wrong with one part of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub(crate) struct Wrong {
    /// The member, parameter or header, with dots between levels.
    field: String,
    /// What is wrong with it.
    message: String,
}

/// An error in the form that SDKs look for.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SdkError)]
pub(crate) struct ForSdk {
    r#type: &'static str,
    message: String,
}

impl ApiError {
    pub(crate) fn render(&self) -> Rendered {
        match self {
            Self::Http(status, message) => Rendered {
                status: *status,
                retry_after: None,
                members: Members { message: message.clone(), ..Members::default() },
                cause: None,
            },
            Self::App(error) => Self::rendered(error),
        }
    }

    fn rendered(error: &Error) -> Rendered {
        let plain = |status, message: String| Rendered {
            status,
            retry_after: None,
            members: Members { message, ..Members::default() },
            cause: None,
        };
        let text = error.to_string();
        match error {
            Error::NotFound(_) => plain(StatusCode::NOT_FOUND, text),
            Error::Refused(_) => plain(StatusCode::BAD_REQUEST, text),
            Error::Invalid(problems) => Rendered { members: invalid(problems), ..plain(StatusCode::BAD_REQUEST, text) },
            Error::Conflict(_) => plain(StatusCode::CONFLICT, text),
            // Section 3.5 lists a failed refresh beside wrong secrets.
            Error::Unauthenticated | Error::ReconnectNeeded(_) => plain(StatusCode::UNAUTHORIZED, text),
            Error::Shared(error) => Self::rendered(error),
            Error::Forbidden(_) => plain(StatusCode::FORBIDDEN, text),
            Error::Limited { retry_after } => {
                Rendered { retry_after: Some(retry_after.to_string()), ..plain(StatusCode::TOO_MANY_REQUESTS, text) }
            }
            // Section 3.5 lists payloads over 8 MB under 429.
            Error::TooLarge(_) => plain(StatusCode::TOO_MANY_REQUESTS, text),
            Error::Provider { status, message, provider_message, retry_after } => Rendered {
                retry_after: retry_after.clone(),
                members: Members {
                    message: message.clone(),
                    provider_message: Some(provider_message.clone()),
                    ..Members::default()
                },
                ..plain(provider_status(*status), text)
            },
            Error::Gateway { timeout: true, .. } => plain(StatusCode::GATEWAY_TIMEOUT, text),
            Error::Gateway { .. } => plain(StatusCode::BAD_GATEWAY, text),
            Error::Unavailable(_) => plain(StatusCode::SERVICE_UNAVAILABLE, text),
            Error::Internal(source) => Rendered {
                cause: Some(chain(source.as_ref())),
                ..plain(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred".to_owned())
            },
        }
    }
}

/// Section 3.5: a provider's 4xx passes, its 5xx (and what is no error at all) becomes 502.
fn provider_status(status: u16) -> StatusCode {
    let passes = (400..500).contains(&status);
    StatusCode::from_u16(status).ok().filter(|_| passes).unwrap_or(StatusCode::BAD_GATEWAY)
}

fn invalid(problems: &Problems) -> Members {
    let wrong = |problem: &Problem| Wrong { field: problem.field.clone(), message: problem.message.clone() };
    let fields = problems.0.iter().map(wrong).collect();
    Members { message: problems.to_string(), fields, ..Members::default() }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

impl Rendered {
    /// What went wrong, for people.
    pub(crate) fn message(&self) -> &str {
        &self.members.message
    }

    /// The provider's own words.
    pub(crate) fn provider_message(&self) -> Option<&str> {
        self.members.provider_message.as_deref()
    }

    /// The body, with the request id that the caller can ask us about.
    pub(crate) fn body(&self, request_id: &str) -> String {
        let members = Members { request_id: request_id.to_owned(), ..self.members.clone() };
        serde_json::to_string(&members).unwrap_or_default()
    }

    /// The same error for the caller of a raw call, who may be an SDK that looks for `error` and at nothing else.
    pub(crate) fn for_raw_call(mut self) -> Self {
        self.members.error = Some(ForSdk { r#type: "keyway_error", message: self.members.message.clone() });
        self
    }

    /// A whole response.
    pub(crate) fn into_response(self, request_id: &str) -> Response {
        let mut response = (self.status, self.body(request_id)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(after) = self.retry_after.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header::RETRY_AFTER, after);
        }
        response
    }
}

impl IntoResponse for ApiError {
    /// Leaves the rendering to the door, which knows the request id.
    fn into_response(self) -> Response {
        let rendered = self.render();
        let mut response = rendered.status.into_response();
        response.extensions_mut().insert(rendered);
        response
    }
}
