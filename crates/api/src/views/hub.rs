//! Hubs and versions, as the platform shows them.

use keyway_app::hubs;
use keyway_model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A kind of connectors.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hub {
    id: i64,
    key: String,
    name: String,
    description: String,
}

/// A version of a connector's definition.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ElementVersion {
    version: i64,
    /// When it was first used.
    #[schema(value_type = String, format = DateTime)]
    created_date: Timestamp,
}

/// A kind of connectors.
pub(crate) fn hub(hub: hubs::Hub) -> Hub {
    let hubs::Hub { id, key, name, description } = hub;
    Hub { id, key, name, description }
}

/// A version of a connector's definition.
pub(crate) fn element_version((version, created_date): (i64, Timestamp)) -> ElementVersion {
    ElementVersion { version, created_date }
}
