//! The command line.

mod clients;
mod connector;
mod doctor;
mod js_worker;
mod keys;
mod options;
mod say;
mod secrets;
mod serve;
mod setup;
mod users;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use options::{ServeOptions, StoreOptions};

/// What a failed command says, on one line.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// A connector platform in one binary.
#[derive(Debug, Parser)]
#[command(name = "keyway", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  keyway serve --data ./data
  keyway secrets --data ./data --json
  keyway users password admin@localhost --data ./data
  keyway keys rotate --data ./data
  keyway doctor --data ./data";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API until told to stop
    #[command(after_help = "Examples:
  keyway serve
  keyway serve --listen 0.0.0.0:8080 --public-url https://keyway.example.com --data /var/lib/keyway
  keyway serve --database-url postgres://keyway@db/keyway --master-key-file /run/secrets/keyway
  keyway serve --egress-allow 10.0.0.0/8,127.0.0.0/8")]
    Serve(Box<ServeOptions>),
    /// Show the secrets of the first organization and its administrator
    #[command(after_help = "Example:
  curl -H \"Authorization: User $(keyway secrets --json | jq -r .userSecret), ...\"")]
    Secrets {
        #[command(flatten)]
        store: StoreOptions,
        /// Print {"userSecret","organizationSecret"}
        #[arg(long)]
        json: bool,
    },
    /// Care for the master key
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Prove that every sealed value opens
    #[command(after_help = "Exit code: 0 when everything opens, 1 when something does not.")]
    Doctor {
        #[command(flatten)]
        store: StoreOptions,
        /// Print {"opened","problems"}
        #[arg(long)]
        json: bool,
    },
    /// Care for users
    #[command(subcommand)]
    Users(users::UsersCommand),
    /// Care for clients of providers that every organization may use
    #[command(subcommand)]
    Clients(clients::ClientsCommand),
    /// Look at connector definitions
    #[command(subcommand)]
    Connector(connector::ConnectorCommand),
    /// Show the settings, every one with its explanation
    Config {
        #[command(flatten)]
        serve: Box<ServeOptions>,
        /// Check the settings and say nothing when they are right
        #[arg(long)]
        check: bool,
    },
    /// Run scripts for the server that started this process
    #[command(hide = true)]
    JsWorker,
    /// Print a completion script for a shell
    #[command(after_help = "Example:
  keyway completions bash > /etc/bash_completion.d/keyway")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Does what the command line says.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Serve(options) => serve::run(&options),
        Command::Secrets { store, json } => secrets::run(&store, json),
        Command::Keys(command) => keys::run(command),
        Command::Doctor { store, json } => doctor::run(&store, json),
        Command::Users(command) => users::run(command),
        Command::Clients(command) => clients::run(command),
        Command::Connector(command) => connector::run(command),
        Command::Config { serve, check } => serve::config(&serve, check),
        Command::JsWorker => Ok(js_worker::run()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "keyway", &mut script);
            say::write(&script)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
