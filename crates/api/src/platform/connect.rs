//! The pages that a browser passes on its way to a provider and back.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use keyway_app::connect::{self, Told};
use keyway_app::{App, Error};
use keyway_model::Secret;
use utoipa::openapi::Content;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{Object, Type};

use super::docs::POLICY;
use crate::cookies::{ShownCookies, set_cookie};
use crate::error::ApiError;
use crate::extract::Segments;
use crate::form::Form;
use crate::openapi::{Output, Sketch};
use crate::params::Params;
use crate::views;

/// `GET /oauth/start/{state}`
pub(crate) async fn start(
    State(app): State<App>,
    method: Method,
    at: Segments,
    ShownCookies(cookies): ShownCookies,
) -> Page {
    // Whoever only looks at a link, as mail filters do, has not opened it.
    if method == Method::HEAD {
        return Page(StatusCode::OK.into_response());
    }
    let told = connect::start(&app, at.text("state"), &cookies).await;
    Page::of(&app, told)
}

/// `GET /oauth/callback/{context}` and, where all connections share it, `GET /oauth/callback`
pub(crate) async fn callback(
    State(app): State<App>,
    at: Segments,
    ShownCookies(cookies): ShownCookies,
    params: Params,
) -> Page {
    let parameters = match params.others() {
        Ok(all) => all.into_iter().map(|(name, value)| (name, Secret::new(value))).collect(),
        // RFC 6749 section 3.1: what comes twice is not to be trusted.
        Err(problems) => return Page::of(&app, Err(problems.into())),
    };
    let parameters: BTreeMap<String, Secret> = parameters;
    let told = connect::callback(&app, context(&at), &cookies, parameters).await;
    Page::of(&app, told)
}

/// `POST /oauth/callback/{context}` and `POST /oauth/callback`: a form that another site has posted comes without the
/// browser's cookies, so it is asked for once more as a page of this server.
pub(crate) async fn callback_form(State(app): State<App>, at: Segments, Form(form): Form) -> Page {
    let path = context(&at).map_or_else(String::new, |context| format!("/{context}"));
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte));
    if !is_plain {
        return Page::of(&app, Ok(Told::Unknown));
    }
    let url = format!("{}/oauth/callback{path}?{form}", app.settings.public_url());
    Page::of(&app, Ok(Told::Go { url, browser: None }))
}

fn context(at: &Segments) -> Option<&str> {
    Some(at.text("context")).filter(|context| !context.is_empty())
}

/// What a browser is shown, or where it goes on to.
pub(crate) struct Page(Response);

impl Page {
    fn of(app: &App, told: Result<Told, Error>) -> Self {
        let mut response = match told {
            Ok(Told::Go { url, browser }) => {
                let cookie = browser.and_then(|browser| set_cookie(app, &browser));
                go(&url, cookie)
            }
            Ok(told) => {
                let (status, text) = views::connect_page(&told);
                page(status, text)
            }
            Err(error) => {
                let rendered = ApiError::from(error).render();
                if let Some(cause) = &rendered.cause {
                    tracing::error!(cause, "a page failed");
                }
                page(rendered.status, views::failure_page(rendered.message(), rendered.provider_message()))
            }
        };
        let headers = response.headers_mut();
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self(response)
    }
}

/// 303, so that a browser which has posted something does not post it there.
fn go(url: &str, cookie: Option<HeaderValue>) -> Response {
    let Ok(location) = HeaderValue::try_from(url) else {
        return page(StatusCode::BAD_GATEWAY, views::failure_page("the provider's page has no URL", None));
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

fn page(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    (status, headers, text).into_response()
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Output for Page {
    fn describe(sketch: &mut Sketch) {
        let html = || Content::new(Some(Object::with_type(Type::String)));
        let shown = |what: &str| ResponseBuilder::new().description(what).content("text/html", html());
        sketch.answer(200, shown("A page for people: how the attempt stands, or the code that finishes it."));
        sketch.answer(303, ResponseBuilder::new().description("The browser goes on: to the provider, or back."));
        sketch.answer(400, shown("The answer is of no use; the page says why."));
        sketch.answer(403, shown("Access was denied, or this is not the browser that began."));
        sketch.answer(404, shown("There is no such attempt."));
        sketch.answer(410, shown("The attempt has expired."));
        sketch.answer(503, shown("The store does not answer."));
    }
}
