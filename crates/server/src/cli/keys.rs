//! `keyway keys …`

use std::process::ExitCode;

use clap::Subcommand;
use keyway_app::reseal::reseal;
use serde_json::json;

use super::Failure;
use super::options::StoreOptions;
use super::say::{say, spinner};
use super::setup::with_app;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a new master key and wrap every data key with it; a running server goes on
    #[command(after_help = "The new key replaces the old one in the key file. Keep a copy of the file:
without it nothing in the store opens.")]
    Rotate {
        #[command(flatten)]
        store: StoreOptions,
        /// Print {"masterKeyId","dataKeys"}
        #[arg(long)]
        json: bool,
    },
    /// Give every organization a new data key and seal everything with it; a running server goes on
    #[command(after_help = "For when a data key may be known to somebody. Interrupted, it can be run again:
values under the old and the new key both open.")]
    Reseal {
        #[command(flatten)]
        store: StoreOptions,
        /// Print {"instances"}
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
                say(format_args!(
                    "{}",
                    json!({ "masterKeyId": done.master_key_id.to_string(), "dataKeys": done.data_keys })
                ))?;
            } else {
                say(format_args!(
                    "The master key is now {}; {} data keys were wrapped anew.",
                    done.master_key_id, done.data_keys
                ))?;
            }
        }
        KeysCommand::Reseal { store, json: as_json } => {
            let bar = spinner("instances sealed anew", as_json)?;
            let done = with_app(store.settings()?, async |app| Ok(reseal(app, &|done| bar.set_position(done)).await?))?;
            bar.finish_and_clear();
            if as_json {
                say(format_args!("{}", json!({ "instances": done })))?;
            } else {
                say(format_args!("{done} instances and all secrets are sealed with new data keys."))?;
            }
        }
        KeysCommand::Status { store } => {
            let id = with_app(store.settings()?, async |app| Ok(app.keyring.master_key_id()))?;
            say(format_args!("{id}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
