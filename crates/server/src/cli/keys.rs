//! `keyway keys …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::Failure;
use super::options::StoreOptions;
use super::setup::with_app;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a new master key and wrap every data key with it; a running server goes on
    #[command(after_help = "The new key replaces the old one in the key file. Keep a copy of the file:
without it nothing in the store opens.")]
    Rotate {
        #[command(flatten)]
        store: StoreOptions,
        /// Print {\"masterKeyId\",\"dataKeys\"}
        #[arg(long)]
        json: bool,
    },
    /// Show the fingerprint of the master key in force
    Status {
        #[command(flatten)]
        store: StoreOptions,
    },
}

pub(crate) fn run(command: KeysCommand) -> Result<ExitCode, Failure> {
    match command {
        KeysCommand::Rotate { store, json: as_json } => {
            let done = with_app(store.settings()?, async |app| Ok(app.keyring.rotate().await?))?;
            if as_json {
                println!("{}", json!({ "masterKeyId": done.master_key_id.to_string(), "dataKeys": done.data_keys }));
            } else {
                println!(
                    "The master key is now {}; {} data keys were wrapped anew.",
                    done.master_key_id, done.data_keys
                );
            }
        }
        KeysCommand::Status { store } => {
            let id = with_app(store.settings()?, async |app| Ok(app.keyring.master_key_id()))?;
            println!("{id}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
