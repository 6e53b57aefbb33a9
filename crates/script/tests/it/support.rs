//! Sandboxes for tests, and a look at their processes.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use keyway_script::{Origin, Sandbox, SandboxOptions, Script, ScriptError};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// The example `js_worker`, which is built together with the tests.
pub(crate) fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().with_file_name("examples").join("js_worker");
    assert!(program.is_file(), "{} is missing: cargo build -p keyway-script --examples", program.display());
    program
}

/// Usual options, but for patience: machines that run tests are busy. The mark tells this test's workers from others.
pub(crate) fn options(mark: &str) -> SandboxOptions {
    SandboxOptions {
        time_limit: Duration::from_secs(10),
        waiting_limit: Duration::from_mins(1),
        ..SandboxOptions::new(program(), vec![format!("--mark={mark}")])
    }
}

/// The same sandbox around processes and around threads.
pub(crate) fn both(mark: &str, change: impl Fn(&mut SandboxOptions)) -> [Sandbox; 2] {
    [false, true].map(|in_process| {
        let mut options = SandboxOptions { in_process, ..options(mark) };
        change(&mut options);
        Sandbox::new(options)
    })
}

/// Runs a script with a `body`.
pub(crate) async fn run(sandbox: &Sandbox, source: &str) -> Result<Value, ScriptError> {
    let values = json!({"body": {"access_token": "t", "items": [{"id": 1}, {"id": 2}]}, "status": 200});
    let script = Script { source, origin: Origin { connector: "crm", field: "map" } };
    sandbox.evaluate(&script, values.as_object().unwrap()).await
}

/// The processes of the workers that were started with a mark.
pub(crate) fn workers(mark: &str) -> Vec<u32> {
    let mark = format!("--mark={mark}");
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == mark.as_bytes())
    })
    .collect()
}

/// Waits until the workers with a mark are as expected.
pub(crate) async fn until(mark: &str, expected: impl Fn(&[u32]) -> bool) -> Vec<u32> {
    let start = Instant::now();
    loop {
        let found = workers(mark);
        if expected(&found) {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "workers of {mark}: {found:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Sends a signal to a process from outside.
pub(crate) fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}
