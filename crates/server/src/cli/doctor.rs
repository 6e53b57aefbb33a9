//! `keyway doctor`

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use keyway_app::doctor::examine;
use serde_json::json;

use super::Failure;
use super::options::StoreOptions;
use super::setup::with_app;

pub(crate) fn run(store: &StoreOptions, as_json: bool) -> Result<ExitCode, Failure> {
    let bar = if as_json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    bar.set_style(ProgressStyle::with_template("{spinner} {pos} instances examined, {per_sec}")?);
    let diagnosis = with_app(store.settings()?, async |app| Ok(examine(app, &|done| bar.set_position(done)).await?))?;
    bar.finish_and_clear();
    if as_json {
        println!("{}", json!({ "opened": diagnosis.opened, "problems": diagnosis.problems }));
    } else {
        for problem in &diagnosis.problems {
            println!("{problem}");
        }
        println!("{} sealed values open, {} do not.", diagnosis.opened, diagnosis.problems.len());
    }
    Ok(if diagnosis.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
