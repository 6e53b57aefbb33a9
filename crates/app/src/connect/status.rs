//! How an attempt goes, for the one who began it.

use keyway_model::{Caller, InstanceId, Timestamp};
use uuid::Uuid;

use super::begin::uuid_text;
use crate::catalogue::Listed;
use crate::{App, Error, Result};

/// How an attempt goes.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Its name.
    pub id: String,
    /// How far it has come.
    pub status: &'static str,
    /// What came of it.
    pub outcome: Option<String>,
    /// The instance that was made, or is connected again.
    pub instance: Option<InstanceId>,
    /// From when on it leads nowhere.
    pub expires_at: Timestamp,
}

/// How an attempt of the caller's goes. For anybody else there is none.
pub async fn progress(app: &App, caller: &Caller, listed: &Listed, id: &str) -> Result<Progress> {
    let unknown = || Error::NotFound(format!("No attempt found with ID {id}"));
    let uuid = Uuid::try_parse(id).map_err(|_| unknown())?;
    let found = app.store.read().await?.attempt_by_uuid(uuid).await?;
    let own = found.filter(|attempt| {
        let is_callers = attempt.organization == caller.organization() && attempt.user == caller.user.id;
        // Proof keys of the classical way have no context and are nobody's attempt.
        is_callers && attempt.connector == listed.connector.key && !attempt.context.is_empty()
    });
    let attempt = own.ok_or_else(unknown)?;
    let is_late = !attempt.status.is_over() && attempt.expires_at <= app.clock.now();
    let (status, outcome) = if is_late {
        ("expired", Some("the attempt has expired; begin again".to_owned()))
    } else {
        (attempt.status.as_str(), attempt.outcome)
    };
    Ok(Progress { id: uuid_text(uuid), status, outcome, instance: attempt.instance, expires_at: attempt.expires_at })
}
