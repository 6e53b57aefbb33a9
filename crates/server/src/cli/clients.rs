//! `keyway clients …`

use std::collections::BTreeMap;
use std::io::Read;
use std::process::ExitCode;

use clap::Subcommand;
use keyway_app::registrations::{
    Level, NewRegistrationInput, ServerRegistration, add_for_server, list_of_server, remove_of_server,
};
use keyway_model::{RegistrationId, Secret};
use serde_json::json;

use super::Failure;
use super::options::StoreOptions;
use super::say::say;
use super::setup::with_app;

#[derive(Debug, Subcommand)]
pub(crate) enum ClientsCommand {
    /// Register a client of a provider for every organization
    #[command(after_help = "Examples:
  keyway clients add --connector github --id Iv1.0123 --secret-stdin < secret.txt
  keyway clients add --connector slack --id 4711 --callback-url https://app.example.com/connected")]
    Add(Box<NewClient>),
    /// Show the clients that every organization may use, without their secrets
    List {
        #[command(flatten)]
        store: StoreOptions,
        /// Print [{"id","connector","name","clientId","callbackUrls"}]
        #[arg(long)]
        json: bool,
    },
    /// Forget a client that no instance depends on
    Remove {
        /// Its number
        id: i64,
        #[command(flatten)]
        store: StoreOptions,
    },
}

/// A client to be registered.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct NewClient {
    /// Key of the connector
    #[arg(long, value_name = "KEY")]
    connector: String,
    /// The client's identifier at the provider
    #[arg(long)]
    id: String,
    /// The client's secret; other users of this machine can see it while the command runs
    #[arg(long, conflicts_with = "secret_stdin")]
    secret: Option<String>,
    /// Read the secret from standard input
    #[arg(long)]
    secret_stdin: bool,
    /// Its name; the one without a name is taken unless another is asked for
    #[arg(long, default_value = "")]
    name: String,
    /// Where browsers may be sent back to; may stand several times
    #[arg(long = "callback-url", value_name = "URL")]
    callback_urls: Vec<String>,
    /// What else the client consists of, from a file, such as key=client.pem; may stand several times
    #[arg(long = "member-file", value_name = "NAME=FILE")]
    member_files: Vec<String>,
    /// An entry of the configuration that every connection by it has; may stand several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    entries: Vec<String>,
    #[command(flatten)]
    store: StoreOptions,
}

pub(crate) fn run(command: ClientsCommand) -> Result<ExitCode, Failure> {
    match command {
        ClientsCommand::Add(new) => {
            let settings = new.store.settings()?;
            let input = new.input()?;
            let id = with_app(settings, async |app| Ok(add_for_server(app, input).await?))?;
            say(format_args!("The client has the number {id}; every organization may use it."))?;
        }
        ClientsCommand::List { store, json } => {
            let all = with_app(store.settings()?, async |app| Ok(list_of_server(app).await?))?;
            list(&all, json)?;
        }
        ClientsCommand::Remove { id, store } => {
            with_app(store.settings()?, async |app| Ok(remove_of_server(app, RegistrationId(id)).await?))?;
            say(format_args!("The client {id} is forgotten."))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(all: &[ServerRegistration], as_json: bool) -> Result<(), Failure> {
    if as_json {
        let row = |one: &ServerRegistration| {
            json!({
                "id": one.id.0, "connector": one.connector, "name": one.name, "clientId": one.client_id,
                "callbackUrls": one.callback_urls,
            })
        };
        return say(json!(all.iter().map(row).collect::<Vec<_>>()));
    }
    for one in all {
        let name = if one.name.is_empty() { "-" } else { &one.name };
        say(format_args!("{}\t{}\t{name}\t{}\t{}", one.id, one.connector, one.client_id, one.callback_urls.join(" ")))?;
    }
    Ok(())
}

impl NewClient {
    fn input(&self) -> Result<NewRegistrationInput, Failure> {
        let mut members = BTreeMap::new();
        for pair in &self.member_files {
            let (name, file) = halves(pair)?;
            let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
            members.insert(name.to_owned(), Some(Secret::new(text)));
        }
        let secret = if self.secret_stdin { Some(read_secret()?) } else { self.secret.clone().map(Secret::new) };
        members.extend(secret.map(|secret| ("secret".to_owned(), Some(secret))));
        let mut configuration = BTreeMap::new();
        for pair in &self.entries {
            let (key, value) = halves(pair)?;
            configuration.insert(key.to_owned(), Some(Secret::from(value)));
        }
        Ok(NewRegistrationInput {
            connector: self.connector.clone(),
            level: Level::System,
            account: None,
            name: Some(self.name.clone()),
            client_id: self.id.clone(),
            members,
            configuration,
            callback_urls: self.callback_urls.clone(),
        })
    }
}

fn halves(pair: &str) -> Result<(&str, &str), Failure> {
    pair.split_once('=').ok_or_else(|| format!("\"{pair}\" is not of the form NAME=VALUE").into())
}

fn read_secret() -> Result<Secret, Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let text = Secret::new(text);
    Ok(Secret::from(text.expose().trim_end_matches(['\r', '\n'])))
}
