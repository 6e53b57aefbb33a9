//! A worker as the pool sees it: a thread that passes calls on, and the leash of the process that it looks after.
//!
//! Each worker has a thread of its own, which starts its process, and lives exactly as long: the kernel ends a worker
//! together with the thread that started it. No reactor is involved, so callers may be on any runtime.

mod leash;
mod station;

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::confine::SPARE_STACK;
use crate::options::SandboxOptions;
use leash::Leash;
use station::Station;

/// How long a worker may take to start, on a machine that has a lot to do.
const START_LIMIT: Duration = Duration::from_secs(10);

/// How long beyond its time a call may take to say that it was stopped, before its process is killed.
const GRACE: Duration = Duration::from_millis(500);

/// A worker that waits for a call, or has one. Dropping it ends it, whatever it is doing.
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
    leash: Arc<Leash>,
    calls: u32,
}

/// Why a call has no answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// It did not stop at its deadline.
    Late,
    /// The worker died.
    Gone,
    /// The worker will run nothing, and why.
    Refused(String),
}

struct Job {
    call: Vec<u8>,
    answer: oneshot::Sender<Vec<u8>>,
}

impl Worker {
    /// Starts a worker and waits until it is confined.
    pub(crate) async fn start(options: Arc<SandboxOptions>) -> Result<Self, Lost> {
        let (jobs, calls) = mpsc::channel();
        let (said, hello) = oneshot::channel();
        let leash = Arc::new(Leash::default());
        let held = Arc::clone(&leash);
        let stack = options.stack_limit.saturating_add(SPARE_STACK);
        let thread = thread::Builder::new().name("script".to_owned()).stack_size(stack);
        let started = thread.spawn(move || work(&options, &held, said, &calls));
        started.map_err(|error| Lost::Refused(format!("cannot start a thread: {error}")))?;
        // From here on, giving up means cutting the leash.
        let worker = Self { jobs, leash, calls: 0 };
        match timeout(START_LIMIT, hello).await {
            Ok(Ok(Ok(()))) => Ok(worker),
            Ok(Ok(Err(reason))) => Err(Lost::Refused(reason)),
            Ok(Err(_)) => Err(Lost::Gone),
            Err(_) => Err(Lost::Refused("a worker did not start in time".to_owned())),
        }
    }

    /// Passes a call on and waits for its answer.
    pub(crate) async fn call(&mut self, call: Vec<u8>, limit: Duration) -> Result<Vec<u8>, Lost> {
        let (answer, answered) = oneshot::channel();
        self.calls = self.calls.saturating_add(1);
        self.jobs.send(Job { call, answer }).map_err(|_| Lost::Gone)?;
        match timeout(limit.saturating_add(GRACE), answered).await {
            Ok(answered) => answered.map_err(|_| Lost::Gone),
            Err(_) => Err(Lost::Late),
        }
    }

    /// How many calls it has had.
    pub(crate) fn calls(&self) -> u32 {
        self.calls
    }

    /// Whether it can take another call.
    pub(crate) fn is_alive(&self) -> bool {
        self.leash.is_alive()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.leash.cut();
    }
}

/// The thread of a worker.
fn work(
    options: &SandboxOptions,
    leash: &Leash,
    said: oneshot::Sender<Result<(), String>>,
    calls: &mpsc::Receiver<Job>,
) {
    match Station::open(options, leash) {
        Ok(mut station) => {
            // Nobody may be waiting any more; then there will be no calls either.
            said.send(Ok(())).ok();
            pass_on(&mut station, calls);
        }
        Err(reason) => drop(said.send(Err(reason))),
    }
    leash.reap();
}

/// Answers calls until the worker is dropped or its process fails. A call without an answer is dropped, which tells.
fn pass_on(station: &mut Station, calls: &mpsc::Receiver<Job>) {
    for Job { call, answer } in calls {
        match station.exchange(call) {
            Ok(answered) => drop(answer.send(answered)),
            Err(_) => return,
        }
    }
}
