//! `keyway js-worker`: a process that runs scripts. The server starts it and speaks to it through pipes; nobody else does.

use std::process::ExitCode;

/// Confines this process and runs scripts until the pipe closes. No thread has been started, and nothing was read.
pub(crate) fn run() -> ExitCode {
    keyway_script::worker_main()
}
