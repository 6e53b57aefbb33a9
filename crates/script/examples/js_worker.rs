//! The smallest program that has workers. With `--probe` it confines itself as they do, and then tries to get out: it
//! prints each attempt with the number of the error that stopped it, or null.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use keyway_script::{Limits, confine, worker_main};
use rustix::process::{Resource, Rlimit, getppid, kill_process, setrlimit};
use serde_json::{Map, Value};

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--probe") {
        return probe();
    }
    worker_main()
}

fn probe() -> ExitCode {
    let limits = Limits { time: Duration::from_millis(250), memory: 32 << 20, stack: 512 << 10 };
    let attempts = attempts(&limits).map(|attempts| Value::Object(attempts).to_string());
    let text = attempts.unwrap_or_else(|error| format!("the probe cannot begin: {error}"));
    if io::stdout().write_all(text.as_bytes()).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn attempts(limits: &Limits) -> Result<Map<String, Value>, Box<dyn std::error::Error>> {
    let mut file = File::open("/proc/self/exe")?;
    let (_reader, mut pipe) = io::pipe()?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    let parent = getppid().ok_or("no parent")?;
    confine(limits)?;
    let mut buffer = [0; 8];
    let more = Rlimit { current: Some(64), maximum: Some(64) };
    let tries: [(&str, io::Result<()>); 16] = [
        ("read a file", fs::read("/etc/passwd").map(drop)),
        ("write a file", fs::write("/tmp/keyway-probe", "x")),
        ("list a directory", fs::read_dir("/").map(drop)),
        ("look at a file", fs::metadata("/etc/passwd").map(drop)),
        ("read a file opened before", file.read(&mut buffer).map(drop)),
        ("write to a pipe opened before", pipe.write(b"x").map(drop)),
        ("send from a socket opened before", socket.send_to(b"x", address).map(drop)),
        ("connect", TcpStream::connect(address).map(drop)),
        ("listen", TcpListener::bind("127.0.0.1:0").map(drop)),
        ("open a socket for datagrams", UdpSocket::bind("127.0.0.1:0").map(drop)),
        ("connect locally", UnixStream::connect("/run/any").map(drop)),
        ("resolve a name", TcpStream::connect("localhost:80").map(drop)),
        ("start a program", Command::new("/bin/true").status().map(drop)),
        ("start a thread", thread::Builder::new().spawn(|| ()).map(drop)),
        ("signal the parent", kill_process(parent, rustix::process::Signal::CONT).map_err(Into::into)),
        ("raise a limit", setrlimit(Resource::Nofile, more).map_err(Into::into)),
    ];
    let number = |tried: &io::Result<()>| match tried {
        Ok(()) => Value::Null,
        Err(error) => error.raw_os_error().map_or_else(|| error.to_string().into(), Value::from),
    };
    let mut report: Map<String, Value> =
        tries.iter().map(|(name, tried)| ((*name).to_owned(), number(tried))).collect();
    let memory = Vec::<u8>::new().try_reserve_exact(1 << 30).map_or_else(|_| "refused".into(), |()| Value::Null);
    report.insert("take a gibibyte".to_owned(), memory);
    Ok(report)
}
