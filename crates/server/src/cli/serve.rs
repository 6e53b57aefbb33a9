//! `keyway serve` and `keyway config`

use std::io::stderr;
use std::process::ExitCode;
use std::sync::Arc;

use keyway_config::{LogFormat, Settings};
use keyway_model::{Entropy, SystemClock};
use keyway_server::{Running, StopSignals};
use tracing_subscriber::EnvFilter;

use super::Failure;
use super::options::ServeOptions;
use super::say::say;

pub(crate) fn run(options: &ServeOptions) -> Result<ExitCode, Failure> {
    let settings = options.settings()?;
    start_log(&settings)?;
    let signals = StopSignals::catch()?;
    let running = keyway_server::start(settings, Arc::new(SystemClock), Entropy::system())?;
    greet(&running, &options.same_store())?;
    signals.wait();
    running.stop();
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn config(options: &ServeOptions, check: bool) -> Result<ExitCode, Failure> {
    let effective = options.effective()?;
    if !check {
        say(format_args!("{effective}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says where to go; `store` is what a command needs to find the same store.
fn greet(running: &Running, store: &str) -> Result<(), Failure> {
    let settings = &running.app.settings;
    let (url, data, email) = (settings.public_url(), settings.data.display(), &settings.admin_email);
    say(format_args!("Keyway {} is ready at {url}", env!("CARGO_PKG_VERSION")))?;
    if running.first_start {
        say(format_args!("  An organization, its default account and the administrator {email} were made."))?;
    }
    say(format_args!("  Your secrets:     keyway secrets --data {data}{store}"))?;
    say(format_args!("  Set a password:   keyway users password {email} --data {data}{store}"))?;
    say(format_args!("  The catalogue:    {url}/elements/api-v2/elements"))
}

fn start_log(settings: &Settings) -> Result<(), Failure> {
    // A database's notices are its own remarks, such as that a transaction which the end of the server cut off had not begun;
    // what goes wrong comes back as an error.
    let quiet = "hyper=warn,sqlx=warn,sqlx::postgres::notice=error,rustls=warn";
    let filter = EnvFilter::try_new(format!("{},{quiet}", settings.log_level))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_target(false);
    match settings.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
