//! OAuth helpers (section 2.2): where a person is sent, with the caller's own client or a registered one.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use keyway_app::connect::{self, Choice, Wish};
use keyway_app::{App, instances};
use keyway_model::{InstanceId, Problems, Secret};

use crate::error::ApiResult;
use crate::extract::{Reader, Segments, Signed};
use crate::json::JsonObject;
use crate::object::Object;
use crate::params::{Params, Query};
use crate::schema::{OauthAttemptQuery, OauthBody, OauthQuery};
use crate::views;

/// Another spelling of `isOAuthProxy`; neither changes anything here.
const OTHER_SPELLING: &str = "isOauthProxy";

/// `GET /elements/{keyOrId}/oauth/url`
pub(crate) async fn url(
    State(app): State<App>,
    Reader(caller): Reader,
    at: Segments,
    params: Params<OauthQuery>,
) -> ApiResult<Json<views::OauthUrl>> {
    let listed = at.connector(&app)?;
    let url = connect::url(&app, caller.as_ref(), &listed, &asked(&params)?).await?;
    Ok(Json(views::oauth_url(&listed, url)))
}

/// `POST /elements/{keyOrId}/oauth/url`: the same names in a body, where they leave no trace in logs of URLs.
pub(crate) async fn url_of_body(
    State(app): State<App>,
    Reader(caller): Reader,
    at: Segments,
    JsonObject(body): JsonObject<OauthBody>,
) -> ApiResult<Json<views::OauthUrl>> {
    let listed = at.connector(&app)?;
    let url = connect::url(&app, caller.as_ref(), &listed, &asked_in_body(body)?).await?;
    Ok(Json(views::oauth_url(&listed, url)))
}

/// `GET /elements/{keyOrId}/oauth/token`: temporary credentials of OAuth 1.0a.
pub(crate) async fn token(
    State(app): State<App>,
    _: Reader,
    at: Segments,
    params: Params<OauthQuery>,
) -> ApiResult<Json<views::OauthToken>> {
    let (token, secret) = connect::request_token(&app, &at.connector(&app)?, &asked(&params)?).await?;
    Ok(Json(views::oauth_token(token, &secret)))
}

/// `POST /elements/{keyOrId}/oauth/device`: a code that the person enters at the provider.
pub(crate) async fn device(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    JsonObject(body): JsonObject<OauthBody>,
) -> ApiResult<Json<views::OauthDevice>> {
    let code = connect::device(&app, &caller, &at.connector(&app)?, &asked_in_body(body)?).await?;
    Ok(Json(views::oauth_device(code)))
}

/// `GET /elements/{keyOrId}/oauth/url/default`: begins an attempt that only its beginner can finish.
pub(crate) async fn default_url(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    params: Params<OauthAttemptQuery>,
) -> ApiResult<Json<views::OauthAttempt>> {
    let listed = at.connector(&app)?;
    let instance = params.one("instanceId")?;
    let instance = instance.map(|text| text.parse().map(InstanceId).map_err(|_| instances::unknown(text)));
    let choice = Choice { instance: instance.transpose()?, registration: params.one("name")?.map(str::to_owned) };
    let started = connect::begin(&app, &caller, &listed, &asked(&params)?, &choice).await?;
    Ok(Json(views::oauth_attempt(&listed, started)))
}

/// `GET /elements/{keyOrId}/oauth/attempts/{attemptId}`
pub(crate) async fn attempt(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
) -> ApiResult<Json<views::AttemptProgress>> {
    let listed = at.connector(&app)?;
    let progress = connect::progress(&app, &caller, &listed, at.text("attemptId")).await?;
    Ok(Json(views::attempt_progress(progress)))
}

fn asked<Q: Query>(params: &Params<Q>) -> Result<Wish, Problems> {
    let text = |name: &str| params.one(name).map(|text| text.filter(|text| !text.is_empty()).map(str::to_owned));
    let others = params.others()?.into_iter().filter(|(name, _)| name != OTHER_SPELLING);
    Ok(Wish {
        api_key: text("apiKey")?,
        api_secret: text("apiSecret")?.map(Secret::new),
        callback_url: text("callbackUrl")?,
        scope: text("scope")?,
        state: text("state")?,
        site_address: text("siteAddress")?,
        request_token: text("requestToken")?,
        method: text("authentication.type")?,
        entries: others.map(|(name, value)| (name, Secret::new(value))).collect(),
    })
}

fn asked_in_body(mut body: Object<OauthBody>) -> Result<Wish, Problems> {
    let mut text = |name: &str| body.text(name).filter(|text| !text.is_empty());
    let wish = Wish {
        api_key: text("apiKey"),
        api_secret: text("apiSecret").map(Secret::new),
        callback_url: text("callbackUrl"),
        scope: text("scope"),
        state: text("state"),
        site_address: text("siteAddress"),
        request_token: text("requestToken"),
        method: text("authentication.type"),
        entries: BTreeMap::new(),
    };
    for ignored in ["callbackProxy", "isOAuthProxy", "oauthProxyName"] {
        body.value(ignored);
    }
    let entries = body.others().into_iter().filter(|(name, _)| name != OTHER_SPELLING);
    let entries = entries.filter_map(|(name, value)| Some((name, value?))).collect();
    body.finish()?;
    Ok(Wish { entries, ..wish })
}
