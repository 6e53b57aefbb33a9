//! What is counted, and the page that Prometheus reads.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use keyway_model::Timestamp;

/// Counters of this process.
#[derive(Debug)]
pub struct Metrics {
    started: Timestamp,
    calls: [AtomicU64; 6],
    in_flight: AtomicI64,
    log_dropped: AtomicU64,
    log_written: AtomicU64,
}

impl Metrics {
    pub(crate) const fn new(started: Timestamp) -> Self {
        Self {
            started,
            calls: [const { AtomicU64::new(0) }; 6],
            in_flight: AtomicI64::new(0),
            log_dropped: AtomicU64::new(0),
            log_written: AtomicU64::new(0),
        }
    }

    /// A call has begun.
    pub fn call_began(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// A call's answer has begun, with this status.
    pub fn call_answered(&self, status: u16) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let class = usize::from(status / 100).min(5);
        self.calls[class].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn log_dropped(&self, rows: u64) {
        self.log_dropped.fetch_add(rows, Ordering::Relaxed);
    }

    pub(crate) fn log_written(&self, rows: u64) {
        self.log_written.fetch_add(rows, Ordering::Relaxed);
    }

    /// The page, in Prometheus' text format 0.0.4.
    pub fn render(&self, cached_instances: u64) -> String {
        let mut page = String::new();
        let mut family = |name: &str, kind: &str, help: &str, rows: &[(String, String)]| {
            page += &format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
            for (labels, value) in rows {
                page += &format!("{name}{labels} {value}\n");
            }
        };
        let classes: Vec<_> = (1..6)
            .map(|class| (format!("{{class=\"{class}xx\"}}"), self.calls[class].load(Ordering::Relaxed).to_string()))
            .collect();
        let one = |value: String| [(String::new(), value)];
        family("keyway_calls_total", "counter", "Calls answered, by class of status.", &classes);
        family(
            "keyway_calls_in_flight",
            "gauge",
            "Calls whose answer has not begun.",
            &one(self.in_flight.load(Ordering::Relaxed).to_string()),
        );
        family(
            "keyway_call_log_written_total",
            "counter",
            "Call records written.",
            &one(self.log_written.load(Ordering::Relaxed).to_string()),
        );
        family(
            "keyway_call_log_dropped_total",
            "counter",
            "Call records dropped because the queue was full or the store refused.",
            &one(self.log_dropped.load(Ordering::Relaxed).to_string()),
        );
        family("keyway_cached_instances", "gauge", "Instances kept ready.", &one(cached_instances.to_string()));
        let started = self.started.as_millis() / 1000;
        family(
            "process_start_time_seconds",
            "gauge",
            "Start of the process, in epoch seconds.",
            &one(started.to_string()),
        );
        page
    }
}
