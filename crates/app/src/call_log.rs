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

/// Bytes of text of the records that wait; records that come beyond are kept without their texts.
const TEXT_CAPACITY: usize = 32 << 20;

/// Where calls leave their records.
#[derive(Debug, Default)]
pub struct CallLog {
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    records: Vec<CallRecord>,
    text_bytes: usize,
}

impl CallLog {
    /// Takes a record, or drops and counts it when too many wait. Never waits for the store.
    pub fn record(&self, app: &App, record: CallRecord) {
        if !self.queue.lock().expect("no holder of this lock panics").offer(record) {
            app.metrics.log_dropped(1);
        }
    }

    fn take(&self) -> Vec<CallRecord> {
        std::mem::take(&mut *self.queue.lock().expect("no holder of this lock panics")).records
    }
}

impl Queue {
    /// Takes a record, without its texts when there is no room for them; whether there was room for the record.
    fn offer(&mut self, mut record: CallRecord) -> bool {
        if self.records.len() >= CAPACITY {
            return false;
        }
        if self.text_bytes + record.text_bytes() > TEXT_CAPACITY {
            record.drop_detail();
        }
        self.text_bytes += record.text_bytes();
        self.records.push(record);
        true
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

#[cfg(test)]
mod tests {
    use keyway_model::{AccountId, CallRecord, ConnectorKey, Entropy, InstanceId, OrganizationId, Timestamp, UserId};

    use super::{CAPACITY, Queue, TEXT_CAPACITY};

    fn record(uri: &str) -> CallRecord {
        let at = Timestamp::from_millis(1_700_000_000_000);
        CallRecord {
            request_id: Entropy::system().request_id(at),
            organization: OrganizationId(1),
            account: AccountId(2),
            user: UserId(3),
            instance: InstanceId(4),
            connector: ConnectorKey::parse("x").unwrap(),
            hub: "general".into(),
            client: [127, 0, 0, 1].into(),
            method: "GET".into(),
            uri: uri.into(),
            api: "".into(),
            path: "".into(),
            status: 200,
            attempts: 1,
            error: None,
            detail_dropped: false,
            at,
            duration_us: 5,
        }
    }

    #[test]
    fn a_full_queue_takes_nothing_more() {
        let (mut queue, one) = (Queue::default(), record("/x"));
        assert!((0..CAPACITY).all(|_| queue.offer(one.clone())));
        assert!(!queue.offer(one));
        assert_eq!(queue.records.len(), CAPACITY);
    }

    #[test]
    fn records_are_kept_without_texts_when_the_texts_are_too_many() {
        let (mut queue, large) = (Queue::default(), record(&"x".repeat(TEXT_CAPACITY / 4)));
        assert!((0..6).all(|_| queue.offer(large.clone())));
        let dropped: Vec<bool> = queue.records.iter().map(|record| record.detail_dropped).collect();
        assert_eq!(dropped, [false, false, false, false, true, true]);
        assert_eq!((queue.text_bytes, queue.records[5].uri.len()), (TEXT_CAPACITY, 0));
        assert_eq!((queue.records[5].status, queue.records[5].instance), (200, InstanceId(4)));
    }
}
