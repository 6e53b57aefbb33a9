//! `keyway serve` and `keyway config`

use std::io::stderr;
use std::process::ExitCode;
use std::sync::Arc;

use keyway_config::{DEFAULTS, LogFormat, Settings};
use keyway_model::{Entropy, SystemClock};
use keyway_server::Running;
use tracing_subscriber::EnvFilter;

use super::Failure;
use super::options::ServeOptions;

pub(crate) fn run(options: &ServeOptions) -> Result<ExitCode, Failure> {
    let settings = options.settings()?;
    start_log(&settings)?;
    let running = keyway_server::start(settings, Arc::new(SystemClock), Entropy::system())?;
    greet(&running);
    running.wait_for_signal()?;
    running.stop();
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn config(options: &ServeOptions, check: bool) -> Result<ExitCode, Failure> {
    let settings = options.settings()?;
    if !check {
        println!("{DEFAULTS}");
        println!("# With this command line, environment and file, the server would be at {}.", settings.public_url());
    }
    Ok(ExitCode::SUCCESS)
}

fn greet(running: &Running) {
    let settings = &running.app.settings;
    let data = settings.data.display();
    println!("Keyway {} is ready at {}", env!("CARGO_PKG_VERSION"), settings.public_url());
    if running.first_start {
        println!("  An organization, its default account and the administrator {} were made.", settings.admin_email);
    }
    println!("  Your secrets:     keyway secrets --data {data}");
    println!("  Set a password:   keyway users password {} --data {data}", settings.admin_email);
    println!("  The catalogue:    {}/elements/api-v2/elements", settings.public_url());
}

fn start_log(settings: &Settings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(format!("{},hyper=warn,sqlx=warn,rustls=warn", settings.log_level))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_target(false);
    match settings.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
