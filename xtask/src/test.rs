//! `cargo xtask test`: every check and every test, in the order in which they fail fastest.

use std::path::Path;
use std::process::Command;

use crate::counterparts;
use crate::exec;
use crate::failure::{Failure, Result};
use crate::postgres::Postgres;
use crate::step::step;
use crate::tidy;
use crate::workspace::Workspace;

#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    fast: bool,
    filter: Option<String>,
}

pub(crate) fn command(workspace: &Workspace, args: &[String]) -> Result<()> {
    let options = parse(args)?;
    step("format", || {
        tool(workspace, "fmt", "rustfmt")?;
        exec::run(&mut workspace.cargo("fmt --all --check"))
    })?;
    step("tidy", || tidy::command(workspace, &[]))?;
    if !options.fast {
        step("clippy", || {
            tool(workspace, "clippy", "clippy")?;
            exec::run(&mut workspace.cargo("clippy --workspace --all-targets -- -D warnings"))
        })?;
        counterparts::command(workspace)?;
    }
    step("build keyway", || exec::run(&mut workspace.cargo("build --package keyway-server")))?;
    let postgres = step("start PostgreSQL", Postgres::start)?;
    step("tests", || {
        let mut command = workspace.cargo("test --workspace");
        command.args(options.filter.as_deref());
        set_environment(workspace, &mut command, &postgres, &workspace.binary("debug")?);
        exec::run(&mut command)
    })?;
    drop(postgres);
    if !options.fast {
        step("documentation", || {
            let mut command = workspace.cargo("doc --workspace --no-deps --document-private-items");
            exec::run(command.env("RUSTDOCFLAGS", "-D warnings"))
        })?;
    }
    println!("== all well");
    Ok(())
}

/// What the tests find outside servers and programs by; counterparts only where they are installed.
pub(crate) fn set_environment(workspace: &Workspace, command: &mut Command, postgres: &Postgres, binary: &Path) {
    command.env("KEYWAY_TEST_POSTGRES", postgres.url()).env("KEYWAY_TEST_BINARY", binary);
    let counterparts = workspace.counterparts();
    if counterparts.is_dir() {
        command.env("KEYWAY_TEST_COUNTERPARTS", counterparts);
    }
}

/// Says so when a tool of the toolchain is missing, instead of a riddle from cargo.
fn tool(workspace: &Workspace, subcommand: &str, component: &str) -> Result<()> {
    if exec::succeeds(workspace.cargo(subcommand).arg("--version")) {
        return Ok(());
    }
    Err(Failure::new(format!("{component} is not installed; type: rustup component add {component}")))
}

fn parse(args: &[String]) -> Result<Options> {
    let mut options = Options::default();
    for arg in args {
        match arg.as_str() {
            "--fast" => options.fast = true,
            flag if flag.starts_with('-') => {
                return Err(Failure::usage(format!("test has no option `{flag}`")));
            }
            filter if options.filter.is_none() => options.filter = Some(filter.to_owned()),
            extra => {
                return Err(Failure::usage(format!("test takes one filter, not `{extra}` too")));
            }
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::{Options, parse};

    #[test]
    fn options_and_filter_come_in_any_order() {
        let args = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let both = Options { fast: true, filter: Some("proxy".into()) };
        assert_eq!(parse(&args(&["proxy", "--fast"])).expect("parses"), both);
        assert_eq!(parse(&args(&["--fast", "proxy"])).expect("parses"), both);
        assert_eq!(parse(&args(&["--slow"])).expect_err("refused").code, 2);
        assert_eq!(parse(&args(&["a", "b"])).expect_err("refused").code, 2);
    }
}
