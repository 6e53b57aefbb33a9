//! The call log: a bounded queue that never holds up a call, emptied in batches.

use std::sync::Mutex;
use std::time::Duration;

use keyway_model::CallRecord;
use tokio::sync::watch;

use crate::App;

/// Records that wait at most; what comes beyond is dropped and counted.
const CAPACITY: usize = 100_000;
/// Records written in one transaction.
const BATCH: usize = 2_000;
/// How often the queue is emptied.
const EVERY: Duration = Duration::from_millis(250);

/// Where calls leave their records.
#[derive(Debug, Default)]
pub struct CallLog {
    queue: Mutex<Vec<CallRecord>>,
}

impl CallLog {
    /// Takes a record, or drops and counts it when too many wait.
    pub fn record(&self, app: &App, record: CallRecord) {
        let mut queue = self.queue.lock().expect("no holder of this lock panics");
        if queue.len() < CAPACITY {
            queue.push(record);
        } else {
            drop(queue);
            app.metrics.log_dropped(1);
        }
    }

    fn take(&self) -> Vec<CallRecord> {
        std::mem::take(&mut *self.queue.lock().expect("no holder of this lock panics"))
    }
}

/// Empties the queue again and again, and ends between two times.
pub(crate) async fn write(app: App, mut stopping: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => flush(&app).await,
            _ = stopping.changed() => return,
        }
    }
}

/// Writes everything that waits.
pub(crate) async fn flush(app: &App) {
    let records = app.call_log.take();
    for batch in records.chunks(BATCH) {
        let rows = batch.len() as u64;
        match write_batch(app, batch).await {
            Ok(()) => app.metrics.log_written(rows),
            Err(error) => {
                app.metrics.log_dropped(rows);
                tracing::warn!(%error, rows, "call records could not be written");
            }
        }
    }
}

async fn write_batch(app: &App, batch: &[CallRecord]) -> Result<(), keyway_store::Error> {
    let mut tx = app.store.write().await?;
    tx.insert_calls(batch).await?;
    tx.commit().await
}
