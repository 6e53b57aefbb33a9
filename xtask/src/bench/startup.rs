//! How long a start on an existing data folder takes, until the server says that it is healthy.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::keyway::Keyway;
use super::report::{Bound, Report};
use super::statistics::median;
use crate::exec;
use crate::failure::Result;
use crate::temporary::TemporaryFolder;
use crate::workspace::Workspace;

const STARTS: usize = 10;

pub(super) fn measure(workspace: &Workspace, binary: &Path, report: &mut Report) -> Result<()> {
    let data = TemporaryFolder::new("bench")?;
    // The first start makes the folder's contents; it does not count.
    drop(Keyway::start(binary, data.path())?);
    let mut milliseconds = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let start = Instant::now();
        let server = Keyway::start(binary, data.path())?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        drop(server);
    }
    report.row("start on an existing folder, median of 10", median(&milliseconds), "ms", Bound::AtMost(300.0));
    let mut milliseconds = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let start = Instant::now();
        let connectors = workspace.path("connectors");
        exec::capture(Command::new(binary).args(["connector", "check"]).arg(connectors))?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
    }
    // The whole process, so that this is more than the compilation alone.
    let what = "all shipped definitions read and compiled, process start included, median of 10";
    report.row(what, median(&milliseconds), "ms", Bound::AtMost(100.0));
    Ok(())
}
