//! `keyway users …`

use std::io::Read;
use std::process::ExitCode;

use clap::Subcommand;
use keyway_app::sign_in::set_password_of;
use keyway_model::{Entropy, Secret};

use super::Failure;
use super::options::StoreOptions;
use super::say::say;
use super::setup::with_app;

#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// Set a user's password: a new random one, or one read from standard input
    #[command(after_help = "Examples:
  keyway users password admin@localhost
  keyway users password admin@localhost --stdin < password.txt")]
    Password {
        /// Sign-in name
        email: String,
        /// Read the password from standard input
        #[arg(long)]
        stdin: bool,
        #[command(flatten)]
        store: StoreOptions,
    },
}

pub(crate) fn run(command: UsersCommand) -> Result<ExitCode, Failure> {
    let UsersCommand::Password { email, stdin, store } = command;
    let password = if stdin { read_password()? } else { Entropy::system().hex_token() };
    with_app(store.settings()?, async |app| Ok(set_password_of(app, &email, &password).await?))?;
    if stdin {
        say(format_args!("The password of {email} is set."))?;
    } else {
        say(format_args!("The password of {email} is now {}", password.expose()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read_password() -> Result<Secret, Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let text = Secret::new(text);
    Ok(Secret::from(text.expose().trim_end_matches(['\r', '\n'])))
}
