//! Runs other programs to their end and turns what they say into results. Starts nothing that stays.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::env;
use crate::failure::{Context, Failure, Result};

/// Runs with the terminal's own input and output; any exit code but 0 is a failure that names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().context(|| format!("cannot run {}", line(command)))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{} failed ({status})", line(command)))) }
}

/// Runs quietly and returns what was printed; a failure carries the program's last word.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.output().context(|| format!("cannot run {}", line(command)))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).context(|| format!("what {} printed", line(command)));
    }
    Err(Failure::new(format!("{} failed ({}): {}", line(command), output.status, last_word(&output))))
}

/// Whether the command runs and ends well; what it prints is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Where a program is, if it is installed.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    env::program_folders().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The command as a person would type it, for messages.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The last line that a failed program wrote, which most often says why.
pub(crate) fn last_word(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim().to_owned()
}
