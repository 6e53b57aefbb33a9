//! A server that lives no longer than we do: stopped when dropped, and also when this process is killed.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::watcher::Watcher;

/// Sends the signal, then the hard one to the whole group if it is still there after ten seconds.
const STOP: &str = r#"kill -s "$1" "$2"
n=0; while kill -0 "$2" && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
kill -s KILL -- "-$2""#;

#[derive(Debug)]
pub(crate) struct Leash {
    child: Child,
    watcher: Watcher,
}

impl Leash {
    /// Starts `command`; `signal` is what asks it to stop.
    pub(crate) fn start(command: &mut Command, signal: &str) -> Result<Self> {
        let child = command.process_group(0).spawn().context(|| format!("cannot run {}", exec::line(command)))?;
        let watcher = Watcher::start(STOP, &[signal, &child.id().to_string()])?;
        Ok(Self { child, watcher })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks `ready` again and again, at most `limit` long; a server that has ended is a failure at once.
    pub(crate) fn wait_until(&mut self, limit: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let start = Instant::now();
        while !ready() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(Failure::new(format!("it ended at once ({status})")));
            }
            if start.elapsed() > limit {
                return Err(Failure::new(format!("it was not ready within {} s", limit.as_secs())));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.watcher.release();
        // The watcher ends what does not end by itself, so this wait is bounded.
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::Leash;

    #[test]
    fn a_dropped_leash_stops_its_process() {
        let leash = Leash::start(Command::new("sleep").arg("600"), "TERM").expect("sleep starts");
        let entry = format!("/proc/{}", leash.pid());
        assert!(Path::new(&entry).exists());
        let start = Instant::now();
        drop(leash);
        assert!(!Path::new(&entry).exists());
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_server_that_ends_is_noticed_at_once() {
        let mut leash = Leash::start(&mut Command::new("false"), "TERM").expect("false starts");
        let failure = leash.wait_until(Duration::from_mins(1), || false).expect_err("it ended");
        assert!(failure.message.starts_with("it ended at once"), "{}", failure.message);
    }
}
