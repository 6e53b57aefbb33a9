//! `keyway connector …`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use keyway_connector::{Connector, definition_files, schema};

use super::Failure;
use super::say::say;

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorCommand {
    /// Check a definition: a file, a connector's folder, or a folder of such folders
    Check {
        /// What to check
        path: PathBuf,
    },
    /// Print the JSON Schema of definitions, for editors
    Schema,
}

pub(crate) fn run(command: ConnectorCommand) -> Result<ExitCode, Failure> {
    match command {
        ConnectorCommand::Check { path } => check(&path)?,
        ConnectorCommand::Schema => {
            let text = serde_json::to_string_pretty(&schema()).map_err(|error| error.to_string())?;
            say(format_args!("{text}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks every file and names every one that is wrong.
fn check(path: &Path) -> Result<(), Failure> {
    let own = path.join("connector.yaml");
    let files = if path.is_file() {
        vec![path.to_owned()]
    } else if own.is_file() {
        vec![own]
    } else {
        definition_files(path)?
    };
    if files.is_empty() {
        return Err(format!("{}: no <key>/connector.yaml there", path.display()).into());
    }
    let wrong: Vec<String> = files.iter().filter_map(|file| check_file(file).err()).collect();
    if !wrong.is_empty() {
        // One line each; the first gets the program's name where it is printed.
        return Err(wrong.join("\nkeyway: ").into());
    }
    let count = files.len();
    say(format_args!("{count} connector definition{} right.", if count == 1 { " is" } else { "s are" }))?;
    Ok(())
}

fn check_file(file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: cannot be read: {error}", file.display()))?;
    Connector::compile(file, &text).map_err(|error| error.to_string())?;
    Ok(())
}
