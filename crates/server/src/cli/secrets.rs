//! `keyway secrets`

use std::process::ExitCode;

use keyway_app::sign_in::operator_secrets;
use serde_json::json;

use super::Failure;
use super::options::StoreOptions;
use super::say::say;
use super::setup::with_app;

pub(crate) fn run(store: &StoreOptions, as_json: bool) -> Result<ExitCode, Failure> {
    let secrets = with_app(store.settings()?, async |app| Ok(operator_secrets(app).await?))?;
    let (user, organization) = (secrets.user.expose(), secrets.organization.expose());
    if as_json {
        say(format_args!("{}", json!({ "userSecret": user, "organizationSecret": organization })))?;
    } else {
        say(format_args!("Authorization: User {user}, Organization {organization}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
