//! Documentation of connectors: Swagger 2.0, the guide, the versions (sections 2.1 and 6).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use keyway_app::catalogue::{self, Listed};
use keyway_app::{App, documents, instances};
use keyway_model::Problems;
use serde_json::Value;
use utoipa::openapi::Content;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{Object, Type};

use crate::error::ApiResult;
use crate::extract::{OnInstance, Reader, Segments};
use crate::openapi::{Output, Sketch};
use crate::params::{Params, Query};
use crate::schema::{DocsQuery, DocsVersionQuery, GuideQuery};
use crate::views;

/// What a page of this server may do in a browser: show itself and nothing else.
pub(super) const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /elements/{keyOrId}/docs`
pub(crate) async fn of_connector(
    State(app): State<App>,
    _: Reader,
    at: Segments,
    params: Params<DocsQuery>,
) -> ApiResult<Json<Value>> {
    show(&app, &at.connector(&app)?, &params).await
}

/// `GET /elements/{keyOrId}/operations/{operationId}/docs`
pub(crate) async fn of_operation(
    State(app): State<App>,
    _: Reader,
    at: Segments,
    params: Params<DocsVersionQuery>,
) -> ApiResult<Json<Value>> {
    let listed = at.connector(&app)?;
    Ok(Json(documents::document(&app, &listed, Some(at.text("operationId")), version(&params)?).await?))
}

/// `GET /elements/{keyOrId}/objects/{objectName}/docs`
pub(crate) async fn of_object(
    State(app): State<App>,
    _: Reader,
    at: Segments,
    params: Params<DocsVersionQuery>,
) -> ApiResult<Json<Value>> {
    let listed = at.connector(&app)?;
    Ok(Json(documents::object_document(&app, &listed, at.text("objectName"), version(&params)?).await?))
}

/// `GET /instances/{id}/docs` and `GET /instances/docs`
pub(crate) async fn of_instance(
    State(app): State<App>,
    on: OnInstance,
    params: Params<DocsQuery>,
) -> ApiResult<Json<Value>> {
    show(&app, &connector_of(&app, &on).await?, &params).await
}

/// `GET /instances/{id}/docs/{operationId}` and its twin
pub(crate) async fn of_instance_operation(
    State(app): State<App>,
    on: OnInstance,
    at: Segments,
    params: Params<DocsVersionQuery>,
) -> ApiResult<Json<Value>> {
    let listed = connector_of(&app, &on).await?;
    Ok(Json(documents::document(&app, &listed, Some(at.text("operationId")), version(&params)?).await?))
}

/// `GET /instances/{id}/docs/{operationId}/definitions` and its twin
pub(crate) async fn definitions(
    State(app): State<App>,
    on: OnInstance,
    at: Segments,
    params: Params<DocsVersionQuery>,
) -> ApiResult<Json<Value>> {
    let listed = connector_of(&app, &on).await?;
    Ok(Json(documents::definitions(&app, &listed, at.text("operationId"), version(&params)?).await?))
}

/// `GET /elements/{keyOrId}/versions`
pub(crate) async fn versions(
    State(app): State<App>,
    _: Reader,
    at: Segments,
) -> ApiResult<Json<Vec<views::ElementVersion>>> {
    let listed = at.connector(&app)?;
    Ok(Json(catalogue::versions(&app, &listed).await?.into_iter().map(views::element_version).collect()))
}

/// `GET /elements/{keyOrId}/guide`
pub(crate) async fn guide(
    State(app): State<App>,
    _: Reader,
    at: Segments,
    params: Params<GuideQuery>,
    headers: HeaderMap,
) -> ApiResult<Guide> {
    let listed = at.connector(&app)?;
    let is_html = wants_html(params.one("format")?, &headers)?;
    let markdown = documents::guide(&app, &listed);
    if is_html {
        return Ok(Guide::Html(views::guide_page(&listed.connector.name, &markdown)));
    }
    Ok(Guide::Markdown(markdown))
}

async fn show(app: &App, listed: &Listed, params: &Params<DocsQuery>) -> ApiResult<Json<Value>> {
    let (operation, version) = (params.one("operationId")?, version(params)?);
    Ok(Json(documents::document(app, listed, operation, version).await?))
}

async fn connector_of(app: &App, on: &OnInstance) -> ApiResult<Listed> {
    Ok(instances::show(app, &on.actor, on.id).await?.listed)
}

/// `-1` and nothing are the latest.
fn version<Q: Query>(params: &Params<Q>) -> Result<Option<i64>, Problems> {
    let Some(text) = params.one("version")? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Problems::one("version", "must be a whole number; -1 is the latest"))
}

/// A browser says that it takes HTML; whoever says that it takes Markdown gets Markdown.
fn wants_html(format: Option<&str>, headers: &HeaderMap) -> Result<bool, Problems> {
    match format {
        Some("html") => return Ok(true),
        Some("markdown" | "md") => return Ok(false),
        Some(_) => return Err(Problems::one("format", "must be markdown or html")),
        None => {}
    }
    let accepted: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let takes = |kind: &str| accepted.iter().any(|text| text.to_ascii_lowercase().contains(kind));
    Ok(takes("text/html") && !takes("text/markdown"))
}

/// A guide in one of its two forms.
pub(crate) enum Guide {
    Markdown(String),
    Html(String),
}

impl IntoResponse for Guide {
    fn into_response(self) -> Response {
        let (kind, text) = match self {
            Self::Markdown(text) => ("text/markdown; charset=utf-8", text),
            Self::Html(text) => ("text/html; charset=utf-8", text),
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (header::VARY, HeaderValue::from_static("Accept")),
        ];
        (headers, text).into_response()
    }
}

impl Output for Guide {
    fn describe(sketch: &mut Sketch) {
        let text = || Content::new(Some(Object::with_type(Type::String)));
        let answer = ResponseBuilder::new().description("The guide, for people.");
        sketch.answer(200, answer.content("text/markdown", text()).content("text/html", text()));
    }
}
