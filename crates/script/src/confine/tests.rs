//! Each wall for itself, on a thread of its own: both hold for threads. The process as a whole is in `tests/it`.

use std::io::{Read, Write};
use std::net::UdpSocket;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use super::ConfineError;

#[test]
fn landlock_alone_keeps_files_away() {
    let refusal = std::thread::spawn(|| {
        super::forbid_files().unwrap();
        std::fs::read("/etc/passwd").map(drop).map_err(|error| error.raw_os_error())
    });
    assert_eq!(refusal.join().unwrap(), Err(Some(libc::EACCES)));
    assert!(std::fs::read("/etc/passwd").is_ok(), "only the thread is confined");
}

#[test]
fn seccomp_alone_keeps_files_and_sockets_away_and_open_files_too() {
    let refusals = std::thread::spawn(|| {
        let mut open = std::fs::File::open("/etc/passwd").unwrap();
        let (mut reader, mut writer) = std::io::pipe().unwrap();
        super::calls::forbid_others().unwrap();
        let mut buffer = [0; 8];
        [
            std::fs::read("/etc/passwd").map(drop),
            UdpSocket::bind("127.0.0.1:0").map(drop),
            open.read(&mut buffer).map(drop),
            reader.read(&mut buffer).map(drop),
            writer.write(b"x").map(drop),
        ]
        .map(|done| done.map_err(|error| error.raw_os_error()))
    });
    assert_eq!(refusals.join().unwrap(), [Err(Some(libc::EPERM)); 5]);
}

/// Makes the calling thread believe that its kernel lacks a system call.
fn take_away(call: i64) {
    let refuse = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter = SeccompFilter::new([(call, Vec::new())].into(), SeccompAction::Allow, refuse, arch).unwrap();
    let program: BpfProgram = filter.try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
}

#[test]
fn kernels_that_cannot_confine_are_named() {
    let refusal = std::thread::spawn(|| {
        take_away(libc::SYS_landlock_create_ruleset);
        super::forbid_files()
    });
    assert!(matches!(refusal.join().unwrap(), Err(ConfineError::Landlock(_))));
    let refusal = std::thread::spawn(|| {
        take_away(libc::SYS_seccomp);
        super::calls::forbid_others()
    });
    let error = refusal.join().unwrap().unwrap_err();
    assert!(error.to_string().starts_with("this kernel offers no seccomp ("), "{error}");
    assert!(error.to_string().ends_with("only with the setting in_process"), "{error}");
}
