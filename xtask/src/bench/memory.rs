//! Resident memory of a process, before and after it worked.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::keyway::Keyway;
use super::nginx::LARGE;
use super::report::{Bound, Report};
use super::wrk::Target;
use crate::exec;
use crate::failure::{Context, Failure, Result};

pub(super) fn measure_idle(server: &Keyway, report: &mut Report) -> Result<()> {
    // Whatever start-up left to do is done by then.
    thread::sleep(Duration::from_secs(2));
    report.row("memory, idle with one instance", mebibytes(server, "VmRSS")?, "MiB", Bound::AtMost(40.0));
    Ok(())
}

/// Streams the large file through once and looks at what remains.
pub(super) fn measure_stream(server: &Keyway, large: &Target, report: &mut Report) -> Result<()> {
    report.row("memory, peak before streaming", mebibytes(server, "VmHWM")?, "MiB", Bound::None);
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--fail", "--output", "/dev/null"]);
    command.args(["--write-out", "%{size_download} %{time_total}"]);
    command.args(large.header.iter().flat_map(|header| ["--header", header]));
    let text = exec::capture(command.arg(&large.url))?;
    let (size, seconds) = text.split_once(' ').unwrap_or_default();
    if size.parse() != Ok(LARGE) {
        return Err(Failure::new(format!("{size} bytes came through where {LARGE} were sent")));
    }
    let seconds: f64 = seconds.parse().context(|| "cannot read the time that curl took".into())?;
    report.row("memory, after streaming 1 GiB", mebibytes(server, "VmRSS")?, "MiB", Bound::AtMost(96.0));
    report.row("memory, peak of the whole run", mebibytes(server, "VmHWM")?, "MiB", Bound::None);
    report.row("time to stream 1 GiB", seconds, "s", Bound::None);
    Ok(())
}

/// A field of the process's status.
pub(super) fn mebibytes(server: &Keyway, field: &str) -> Result<f64> {
    let path = format!("/proc/{}/status", server.pid());
    let status = fs::read_to_string(&path).context(|| format!("cannot read {path}"))?;
    let kibibytes = kibibytes(&status, field).ok_or_else(|| Failure::new(format!("{path} has no {field}")))?;
    Ok(f64::from(kibibytes) / 1024.0)
}

fn kibibytes(status: &str, field: &str) -> Option<u32> {
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::kibibytes;

    #[test]
    fn a_field_of_the_status_is_read() {
        let status = "Name:\tkeyway\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!(kibibytes(status, "VmRSS"), Some(10240));
        assert_eq!(kibibytes(status, "VmHWM"), Some(20480));
        assert_eq!(kibibytes(status, "VmSwap"), None);
    }
}
