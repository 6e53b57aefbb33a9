//! What connectors can do (section 2.4).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use keyway_app::catalogue::Listed;
use keyway_app::{App, Error, instances};

use crate::error::ApiResult;
use crate::extract::{Reader, Segments};
use crate::params::Params;
use crate::schema::MetadataQuery;
use crate::views;

/// `GET /elements/metadata`
pub(crate) async fn list(
    State(app): State<App>,
    reader: Reader,
    params: Params<MetadataQuery>,
) -> ApiResult<Json<Vec<views::ElementMetadata>>> {
    let expand = params.flag("expand")?;
    let counts = counts(&app, &reader).await?;
    Ok(Json(app.catalogue.all().map(|listed| view(&listed, counts.as_ref(), expand)).collect()))
}

/// `GET /elements/{keyOrId}/metadata`
pub(crate) async fn show(
    State(app): State<App>,
    reader: Reader,
    at: Segments,
    params: Params<MetadataQuery>,
) -> ApiResult<Json<views::ElementMetadata>> {
    let expand = params.flag("expand")?;
    let listed = at.connector(&app)?;
    let counts = counts(&app, &reader).await?;
    Ok(Json(view(&listed, counts.as_ref(), expand)))
}

/// How many instances of each connector the reader may see, where the reader is known.
async fn counts(app: &App, reader: &Reader) -> Result<Option<BTreeMap<String, i64>>, Error> {
    let Some(caller) = &reader.0 else { return Ok(None) };
    Ok(Some(instances::count(app, caller).await?.into_iter().collect()))
}

fn view(listed: &Listed, counts: Option<&BTreeMap<String, i64>>, expand: bool) -> views::ElementMetadata {
    let count = counts.map(|counts| counts.get(listed.connector.key.as_str()).copied().unwrap_or_default());
    views::element_metadata(listed, count, expand)
}
