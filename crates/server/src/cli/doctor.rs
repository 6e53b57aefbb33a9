//! `keyway doctor`

use std::process::ExitCode;

use keyway_app::doctor::examine;
use serde_json::json;

use super::Failure;
use super::options::StoreOptions;
use super::say::{say, spinner};
use super::setup::with_app;

pub(crate) fn run(store: &StoreOptions, as_json: bool) -> Result<ExitCode, Failure> {
    let bar = spinner("instances examined", as_json)?;
    let diagnosis = with_app(store.settings()?, async |app| Ok(examine(app, &|done| bar.set_position(done)).await?))?;
    bar.finish_and_clear();
    if as_json {
        say(format_args!("{}", json!({ "opened": diagnosis.opened, "problems": diagnosis.problems })))?;
    } else {
        for problem in &diagnosis.problems {
            say(format_args!("{problem}"))?;
        }
        say(format_args!("{} sealed values open, {} do not.", diagnosis.opened, diagnosis.problems.len()))?;
    }
    Ok(if diagnosis.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
