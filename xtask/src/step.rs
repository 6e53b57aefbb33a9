//! Announces the steps of a long command and how long each took. Nothing else is decided here.

use std::time::Instant;

use crate::failure::Result;

/// Does `work` between a line that names it and a line with its duration.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("== {name}");
    let start = Instant::now();
    let result = work();
    let word = if result.is_ok() { "done" } else { "FAILED" };
    println!("== {name}: {word} in {:.1} s", start.elapsed().as_secs_f64());
    result
}
