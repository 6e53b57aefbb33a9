//! The project's own commands: `cargo xtask help` lists them. Only dispatches; each command is a module.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to the person who typed it")]

mod account;
mod bench;
mod counterparts;
mod env;
mod exec;
mod failure;
mod help;
mod leash;
mod machine;
mod openapi;
mod port;
mod postgres;
mod run;
mod soak;
mod step;
mod temporary;
mod test;
mod tidy;
mod watcher;
mod workspace;

use std::process::ExitCode;

use failure::{Failure, Result};
use workspace::Workspace;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let (name, rest) = args.split_first().map_or(("help", args), |(name, rest)| (name.as_str(), rest));
    if matches!(name, "help" | "--help" | "-h") || rest.iter().any(|arg| arg == "--help" && name != "run") {
        help::print();
        return Ok(());
    }
    let workspace = Workspace::find()?;
    match name {
        "run" => run::command(&workspace, rest),
        "test" => test::command(&workspace, rest),
        "tidy" => tidy::command(&workspace, rest),
        "openapi" => openapi::command(&workspace, rest),
        "soak" => soak::command(&workspace, rest),
        "bench" => bench::command(&workspace, rest),
        "counterparts" => counterparts::command(&workspace),
        _ => Err(Failure::usage(format!("there is no command `{name}`"))),
    }
}
