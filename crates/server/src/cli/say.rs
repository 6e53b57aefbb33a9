//! Speaking to standard output, which the listener may close at any time.

use std::fmt::Display;
use std::io::{ErrorKind, Write, stdout};

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;

/// Writes a line. Somebody who has read enough, as `head` does, is no failure.
pub(crate) fn say(line: impl Display) -> Result<(), Failure> {
    write(format!("{line}\n").as_bytes())
}

/// Writes bytes as they are.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// A count of something that takes a while, on standard error; hidden where a program reads the answer.
pub(crate) fn spinner(what: &str, hidden: bool) -> Result<ProgressBar, Failure> {
    let bar = if hidden { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    bar.set_style(ProgressStyle::with_template(&format!("{{spinner}} {{pos}} {what}, {{per_sec}}"))?);
    Ok(bar)
}
