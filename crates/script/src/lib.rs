//! The JavaScript sandbox: expressions and scripts of connectors, run where they can harm nobody.
//!
//! A [`Sandbox`] keeps a few worker processes of the same program. Before its first script a worker gives up files,
//! sockets, signals and new processes for good ([`confine()`]); every call gets a context of its own, and limits on
//! time, memory and stack. What a script can reach is the values that it was handed, and what it can do is answer.

mod confine;
mod engine;
mod error;
mod frame;
mod options;
mod protocol;
mod sandbox;
mod script;
mod serve;
mod worker;

pub use confine::{ConfineError, confine};
pub use error::{Kind, ScriptError};
pub use options::{Limits, SandboxOptions};
pub use sandbox::Sandbox;
pub use script::{Origin, Script};
pub use serve::worker_main;
