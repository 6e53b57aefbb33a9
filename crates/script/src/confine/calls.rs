//! The system calls that a worker may make; every other one fails with "operation not permitted".

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition,
    SeccompFilter, SeccompRule,
};

use super::ConfineError;

/// Allowed whatever their arguments: memory, time, locks, random numbers, and the end.
const ALWAYS: [i64; 15] = [
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getrandom,
    libc::SYS_gettimeofday,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
];

const INPUT: u64 = 0;
const OUTPUT: u64 = 1;
const ERRORS: u64 = 2;

/// The bit of a page that code can be run from.
const EXECUTABLE: u64 = libc::PROT_EXEC.unsigned_abs() as u64;

/// No file: the memory is anonymous.
const NO_FILE: u64 = u32::MAX as u64;

/// Forbids the calling thread all other system calls, for good.
pub(super) fn forbid_others() -> Result<(), ConfineError> {
    let refused = |error: String| ConfineError::Seccomp(error);
    let program = filter().map_err(|error| refused(error.to_string()))?;
    seccompiler::apply_filter(&program).map_err(|error| refused(error.to_string()))
}

fn filter() -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALWAYS.into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_read, vec![rule(vec![is(0, Is::Eq, INPUT)?])?]);
    rules.insert(libc::SYS_write, vec![rule(vec![is(0, Is::Eq, OUTPUT)?])?, rule(vec![is(0, Is::Eq, ERRORS)?])?]);
    let not_executable = || is(2, Is::MaskedEq(EXECUTABLE), 0);
    rules.insert(libc::SYS_mmap, vec![rule(vec![not_executable()?, is(4, Is::Eq, NO_FILE)?])?]);
    rules.insert(libc::SYS_mprotect, vec![rule(vec![not_executable()?])?]);
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    SeccompFilter::new(rules, refuse, SeccompAction::Allow, std::env::consts::ARCH.try_into()?)?.try_into()
}

fn rule(conditions: Vec<SeccompCondition>) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(conditions)
}

/// A condition on the lower half of an argument.
fn is(argument: u8, operator: Is, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, Length::Dword, operator, value)
}
