//! `cargo xtask run`: builds the release binary and becomes it.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::exec;
use crate::failure::{Failure, Result};
use crate::step::step;
use crate::workspace::Workspace;

/// Where the server listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8080";

pub(crate) fn command(workspace: &Workspace, args: &[String]) -> Result<()> {
    let args = args.strip_prefix(&["--".to_owned()]).unwrap_or(args);
    step("build keyway (the first time takes some minutes)", || {
        exec::run(&mut workspace.cargo("build --release --package keyway-server"))
    })?;
    let binary = workspace.binary("release")?;
    let mut command = Command::new(&binary);
    command.current_dir(&workspace.root).arg("serve");
    if option(args, "--data").is_none() {
        command.args(["--data", "data"]);
    }
    command.args(args);
    let data = option(args, "--data").unwrap_or("data");
    let listen = option(args, "--listen").unwrap_or(LISTEN);
    println!("== keyway on {listen}, state in {data}/; stop it with Ctrl-C");
    let shown = binary.strip_prefix(&workspace.root).unwrap_or(&binary);
    println!("== its secrets: {} secrets --data {data}", shown.display());
    // Only returns if it could not.
    let error = command.exec();
    Err(Failure::new(format!("cannot run {}: {error}", exec::line(&command))))
}

/// The value of `--name value` or `--name=value`.
fn option<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == name {
            return rest.next().map(String::as_str);
        }
        if let Some(value) = arg.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::option;

    #[test]
    fn an_option_is_found_in_both_spellings() {
        let args = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(option(&args(&["--listen", "a:1"]), "--listen"), Some("a:1"));
        assert_eq!(option(&args(&["--listen=a:1"]), "--listen"), Some("a:1"));
        assert_eq!(option(&args(&["--listen-more=a:1"]), "--listen"), None);
        assert_eq!(option(&args(&["--data"]), "--data"), None);
    }
}
