//! The server: wiring, the listeners of the cores, and how it stops. The binary `keyway` adds the command line.

mod metrics_page;
mod running;
mod serve;

pub use running::{Running, ServeError, StopSignals, start};
