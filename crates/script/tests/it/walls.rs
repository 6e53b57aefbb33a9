//! What a worker cannot do even if a script took it over: the kernel refuses.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

use crate::support::{program, until};

#[test]
fn a_confined_process_reaches_nothing() {
    let output = Command::new(program()).arg("--probe").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Map<String, Value> = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} {output:?}"));
    let reached: Vec<&String> = report.iter().filter(|(_, error)| error.is_null()).map(|(name, _)| name).collect();
    assert_eq!((report.len(), reached), (17, Vec::new()), "{report:?}");
    // "Operation not permitted" is what the filter of system calls says.
    for name in ["read a file", "read a file opened before", "connect", "start a thread", "signal the parent"] {
        assert_eq!(report[name], 1, "{name}: {report:?}");
    }
}

#[tokio::test]
async fn a_worker_dies_with_its_parent() {
    // The pipe stays open when the shell between goes: only the kernel tells the worker.
    let script = "exec 3<&0; \"$0\" --mark=orphan <&3 & wait";
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script]).arg(program()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut shell = shell.spawn().unwrap();
    let (mut input, mut output) = (shell.stdin.take().unwrap(), shell.stdout.take().unwrap());
    let limits = r#"{"time":{"secs":1,"nanos":0},"memory":33554432,"stack":524288}"#;
    input.write_all(&u32::try_from(limits.len()).unwrap().to_le_bytes()).unwrap();
    input.write_all(limits.as_bytes()).unwrap();
    let mut hello = [0; 11];
    output.read_exact(&mut hello).unwrap();
    assert_eq!(&hello[4..], b"\"ready\"");
    until("orphan", |workers| workers.len() == 1).await;
    shell.kill().unwrap();
    shell.wait().unwrap();
    until("orphan", <[u32]>::is_empty).await;
    drop(input);
}
