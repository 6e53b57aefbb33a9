//! The pool: who runs a call, how long it waits, and which workers are kept.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::{Fault, Kind, ScriptError};
use crate::options::SandboxOptions;
use crate::protocol;
use crate::script::Script;
use crate::worker::{Lost, Worker};

/// Runs scripts in a few workers. Clones are cheap and share them.
#[derive(Clone)]
pub struct Sandbox(Arc<Pool>);

struct Pool {
    options: Arc<SandboxOptions>,
    /// One for each worker that may run at a time.
    permits: Semaphore,
    /// Those that have nothing to do; the last one was used last.
    idle: Mutex<Vec<Worker>>,
}

impl Sandbox {
    /// A sandbox. Workers start when they are needed.
    pub fn new(options: SandboxOptions) -> Self {
        let permits = Semaphore::new(options.workers.max(1));
        Self(Arc::new(Pool { options: Arc::new(options), permits, idle: Mutex::default() }))
    }

    /// Runs a script and returns what it returns, as `JSON.stringify` writes it; what that cannot write is null.
    ///
    /// The source is an expression, or statements that `return` or throw. The values are frozen globals; integers
    /// beyond 2^53 arrive as the nearest number. A promise is waited for, as far as nothing but the script settles it.
    ///
    /// A caller who gives up takes the worker along, and nothing of his call remains.
    pub async fn evaluate(&self, script: &Script<'_>, values: &Map<String, Value>) -> Result<Value, ScriptError> {
        self.run(script.source, values).await.map_err(|fault| script.origin.blame(fault))
    }

    async fn run(&self, source: &str, values: &Map<String, Value>) -> Result<Value, Fault> {
        let pool = &*self.0;
        let call = protocol::call(source, values)?;
        if call.len() > pool.options.memory_limit {
            let message = format!("was handed {} bytes, which do not fit its memory", call.len());
            return Err(Fault::new(Kind::Memory, message));
        }
        let Ok(Ok(_permit)) = timeout(pool.options.waiting_limit, pool.permits.acquire()).await else {
            return Err(Fault::new(Kind::Busy, "no worker was free in time"));
        };
        let mut worker = pool.worker().await.map_err(|lost| pool.fault(lost))?;
        let answer = worker.call(call, pool.options.time_limit).await.map_err(|lost| pool.fault(lost))?;
        let outcome = protocol::outcome(&answer);
        if !outcome.as_ref().is_err_and(|fault| is_suspect(fault.kind)) {
            pool.keep(worker);
        }
        outcome
    }
}

impl Pool {
    async fn worker(&self) -> Result<Worker, Lost> {
        loop {
            // In a statement of its own: the lock must not be held any longer.
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(worker) if worker.is_alive() => return Ok(worker),
                Some(dead) => drop(dead),
                None => return Worker::start(Arc::clone(&self.options)).await,
            }
        }
    }

    fn keep(&self, worker: Worker) {
        if self.options.recycle_after.is_none_or(|most| worker.calls() < most) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }

    fn fault(&self, lost: Lost) -> Fault {
        match lost {
            Lost::Late => Fault::new(Kind::Time, format!("ran longer than {} ms", self.options.time_limit.as_millis())),
            Lost::Gone => Fault::new(Kind::Crashed, "its worker died"),
            Lost::Refused(reason) => Fault::new(Kind::Unavailable, format!("scripts cannot run: {reason}")),
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sandbox").field(&self.0.options).finish()
    }
}

/// Whether a worker should not be used again: at its limits an engine is least tested.
fn is_suspect(kind: Kind) -> bool {
    matches!(kind, Kind::Time | Kind::Memory | Kind::Stack | Kind::Crashed)
}
