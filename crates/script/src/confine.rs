//! What a worker gives up before its first script: files, sockets, signals, new processes, and more memory than it
//! needs. None of it can be had back.

mod calls;

use std::io;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};
use thiserror::Error;

use crate::options::Limits;

/// What a worker needs of the address space besides what it has at its start and what its scripts hold: the call and
/// the answer on their way through, and the heap's own reserves.
const SPARE_MEMORY: u64 = 64 * 1024 * 1024;

/// What it is assumed to have at its start where the kernel does not tell.
const ASSUMED_MEMORY: u64 = 1024 * 1024 * 1024;

/// The stack that the engine's own code needs beyond the limit of a script.
pub(crate) const SPARE_STACK: usize = 1024 * 1024;

/// Why a process cannot be confined.
#[derive(Debug, Error)]
pub enum ConfineError {
    /// The kernel was built or started without landlock, or a container forbids it.
    #[error("this kernel offers no landlock ({0}); scripts run without it only with the setting scripts_in_process")]
    Landlock(String),
    /// The kernel was built without seccomp, or a container forbids it.
    #[error("this kernel offers no seccomp ({0}); scripts run without it only with the setting scripts_in_process")]
    Seccomp(String),
    /// A limit of the process cannot be set.
    #[error("cannot limit {0}: {1}")]
    Limit(&'static str, io::Error),
}

/// Confines the process that calls it, for good: what a worker does before its first script.
///
/// It must have one thread only. Afterwards it can read its input, write its output and its errors, allocate, tell the
/// time, and end; the kernel refuses everything else. Pipes and files that were open before are of no use either.
pub fn confine(limits: &Limits) -> Result<(), ConfineError> {
    // While the kernel can still be asked.
    let space = address_space();
    leave_with_parent()?;
    forbid_files()?;
    limit_resources(limits, space)?;
    calls::forbid_others()
}

/// Workers die with the thread that started them, and nobody may look into their memory.
fn leave_with_parent() -> Result<(), ConfineError> {
    let done = rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .and_then(|()| rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .and_then(|()| rustix::thread::set_no_new_privs(true));
    done.map_err(|error| ConfineError::Limit("the process", error.into()))
}

/// The oldest kernels with landlock cover files, which is required; newer ones add ports, signals and sockets.
fn forbid_files() -> Result<(), ConfineError> {
    let refused = |error: RulesetError| ConfineError::Landlock(error.to_string());
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .map_err(refused)?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))
        .map_err(refused)?
        .handle_access(AccessNet::from_all(ABI::V5))
        .map_err(refused)?
        .scope(Scope::from_all(ABI::V6))
        .map_err(refused)?;
    // No rule is added: nothing is allowed.
    let status = rules.create().and_then(landlock::RulesetCreated::restrict_self).map_err(refused)?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err(ConfineError::Landlock("not enforced".to_owned())),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

/// Sets the limits of a process that has so much address space already.
fn limit_resources(limits: &Limits, space: u64) -> Result<(), ConfineError> {
    let memory = u64::try_from(limits.memory).unwrap_or(u64::MAX);
    let space = space.saturating_add(memory.saturating_mul(4)).saturating_add(SPARE_MEMORY);
    let stack = u64::try_from(limits.stack.saturating_add(SPARE_STACK)).unwrap_or(u64::MAX);
    limit("stack", Resource::Stack, stack)?;
    limit("memory", Resource::As, space)?;
    limit("core dumps", Resource::Core, 0)?;
    limit("files", Resource::Fsize, 0)?;
    limit("processes", Resource::Nproc, 0)?;
    // Input, output and errors.
    limit("open files", Resource::Nofile, 3)
}

/// Lowers a limit; one that is lower already stays.
fn limit(what: &'static str, resource: Resource, most: u64) -> Result<(), ConfineError> {
    let most = rustix::process::getrlimit(resource).maximum.map_or(most, |present| present.min(most));
    let limit = Rlimit { current: Some(most), maximum: Some(most) };
    rustix::process::setrlimit(resource, limit).map_err(|error| ConfineError::Limit(what, error.into()))
}

/// How many bytes of address space this process has now.
fn address_space() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    pages.map_or(ASSUMED_MEMORY, |pages| pages.saturating_mul(page))
}

#[cfg(test)]
mod tests;
