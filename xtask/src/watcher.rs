//! A clean-up that happens even when this process is killed: a small shell that waits for the end of a pipe
//! which only we hold. It is in a process group of its own, so Ctrl-C does not reach it.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use crate::failure::{Context, Result};

#[derive(Debug)]
pub(crate) struct Watcher(Child);

impl Watcher {
    /// Runs `script` (with `$1`, `$2`, … from `args`) when this value is dropped or this process is gone.
    pub(crate) fn start(script: &str, args: &[&str]) -> Result<Self> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("read -r _; {script}")).arg("sh").args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        Ok(Self(command.spawn().context(|| "cannot run sh".into())?))
    }

    /// Starts the clean-up now, without waiting for its end.
    pub(crate) fn release(&mut self) {
        drop(self.0.stdin.take());
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.release();
        // A clean-up that cannot be waited for still goes on by itself.
        drop(self.0.wait());
    }
}
