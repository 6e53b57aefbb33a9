//! Each wall for itself, on a thread of its own: both hold for threads. The process as a whole is in `tests/it`.

use std::io::{Read, Write};
use std::net::UdpSocket;

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
