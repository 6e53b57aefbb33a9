//! The program `keyway`: reads the command line, does one thing, and leaves with an honest exit code.

#![expect(clippy::print_stderr, reason = "a command line program speaks to its terminal")]

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Every TLS in the process uses this provider.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        eprintln!("keyway: a TLS provider is installed already");
        return ExitCode::FAILURE;
    }
    match cli::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("keyway: {failure}");
            ExitCode::FAILURE
        }
    }
}
