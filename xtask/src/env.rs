//! The environment variables that the commands read, and no others.
#![expect(
    clippy::disallowed_methods,
    reason = "xtask is no part of the server; this module is its one reader of the environment"
)]

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The cargo that started us, so that the same toolchain does the rest.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The folders in which programs are looked for; Debian keeps servers in `sbin`, which `PATH` may lack.
pub(crate) fn program_folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]).collect()
}
