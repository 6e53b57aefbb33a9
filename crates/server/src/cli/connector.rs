//! `keyway connector …`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use keyway_connector::{Catalogue, Connector};

use super::Failure;
use super::say::say;

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorCommand {
    /// Check a definition: a file, a connector's folder, or a folder of such folders
    Check {
        /// What to check
        path: PathBuf,
    },
}

pub(crate) fn run(command: ConnectorCommand) -> Result<ExitCode, Failure> {
    let ConnectorCommand::Check { path } = command;
    let own = path.join("connector.yaml");
    let count = if path.is_file() {
        check_file(&path)?
    } else if own.is_file() {
        check_file(&own)?
    } else {
        let mut catalogue = Catalogue::default();
        catalogue.add_folder(&path)?;
        catalogue.iter().count()
    };
    if count == 0 {
        return Err(format!("{}: no <key>/connector.yaml there", path.display()).into());
    }
    say(format_args!("{count} connector definition{} right.", if count == 1 { " is" } else { "s are" }))?;
    Ok(ExitCode::SUCCESS)
}

fn check_file(file: &Path) -> Result<usize, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: cannot be read: {error}", file.display()))?;
    Connector::compile(file, &text)?;
    Ok(1)
}
