//! The sandbox around real workers: what scripts answer, what they cannot do, and what becomes of their workers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod limits;
mod memory;
mod pool;
mod results;
mod support;
mod walls;
