//! How a sandbox is set up.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// The program whose workers run the scripts; it answers `arguments` with [`worker_main`](crate::worker_main).
    /// `/proc/self/exe` is this program, even after its file was replaced by another version.
    pub program: PathBuf,
    /// What makes a worker of the program.
    pub arguments: Vec<String>,
    /// How many scripts run at a time.
    pub workers: usize,
    /// How long a call waits for a free worker.
    pub waiting_limit: Duration,
    /// How long a script may run.
    pub time_limit: Duration,
    /// How many bytes a script may hold.
    pub memory_limit: usize,
    /// How many bytes of stack a script may use.
    pub stack_limit: usize,
    /// After how many calls a worker gives way to a new one; never, if there is no number.
    pub recycle_after: Option<u32>,
    /// Whether scripts run on threads of this process instead. The limits hold; nothing else keeps a script in, should
    /// it find a fault of the engine. For trusted scripts, and for kernels that cannot confine.
    pub in_process: bool,
}

/// The limits of each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// How long a script may run.
    pub time: Duration,
    /// How many bytes it may hold.
    pub memory: usize,
    /// How many bytes of stack it may use.
    pub stack: usize,
}

impl SandboxOptions {
    /// The usual limits: 250 ms, 32 MiB, 512 KiB of stack; two workers, new ones after a thousand calls.
    pub fn new(program: PathBuf, arguments: Vec<String>) -> Self {
        Self {
            program,
            arguments,
            workers: 2,
            waiting_limit: Duration::from_secs(5),
            time_limit: Duration::from_millis(250),
            memory_limit: 32 * 1024 * 1024,
            stack_limit: 512 * 1024,
            recycle_after: Some(1000),
            in_process: false,
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits { time: self.time_limit, memory: self.memory_limit, stack: self.stack_limit }
    }
}
