//! A running server in a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use keyway_testing::Client;

use crate::home::Done;

/// How long a start may take; longer means that it hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server. It is killed with this value.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    /// The URL that it said it is ready at.
    pub(crate) url: String,
    out: Stream,
    err: Stream,
}

/// What a process writes, read while it runs.
#[derive(Debug)]
struct Stream {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn read(stream: impl Read + Send + 'static, lines: Sender<String>) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                let mut text = written.lock().expect("no holder of this lock panics");
                text.push_str(&line);
                text.push('\n');
                drop(text);
                // Nobody listens any more once the server is ready.
                drop(lines.send(line));
            }
        });
        Self { text, reader: Some(reader) }
    }

    fn so_far(&self) -> String {
        self.text.lock().expect("no holder of this lock panics").clone()
    }

    fn whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("a reader does not panic");
        }
        self.so_far()
    }
}

impl Served {
    /// Starts a server and waits until it says that it is ready.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be started");
        let (lines, printed) = channel();
        let out = Stream::read(child.stdout.take().expect("a pipe"), lines);
        let err = Stream::read(child.stderr.take().expect("a pipe"), channel().0);
        let mut served = Self { child, url: String::new(), out, err };
        match ready(&printed) {
            Some(url) => served.url = url,
            None => panic!("the server did not start: {}", served.err.whole()),
        }
        served
    }

    /// What it wrote to standard output so far.
    pub(crate) fn out(&self) -> String {
        self.out.so_far()
    }

    /// A client that shows nothing.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// A client with a token only.
    pub(crate) fn element(&self, token: &str) -> Client {
        Client::new(&self.url, Some(format!("Element {token}")))
    }

    /// `127.0.0.1:port`
    pub(crate) fn address(&self) -> &str {
        self.url.split_once("://").expect("a URL").1
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(done.expect("a shell").success(), "the server is gone");
    }

    /// Waits for the end of the process.
    pub(crate) fn wait(mut self) -> Done {
        let status = self.child.wait().expect("a child can be waited for");
        Done { code: status.code(), out: self.out.whole(), err: self.err.whole() }
    }

    /// Stops it as a service manager does; it must end well.
    pub(crate) fn stop(self) -> Done {
        self.signal("TERM");
        let done = self.wait();
        assert_eq!(done.code, Some(0), "{}", done.err);
        done
    }

    /// Kills it without a warning.
    pub(crate) fn kill(mut self) -> Done {
        self.child.kill().expect("the server runs");
        self.wait()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn ready(lines: &Receiver<String>) -> Option<String> {
    loop {
        let line = lines.recv_timeout(PATIENCE).ok()?;
        if let Some((_, url)) = line.split_once(" is ready at ") {
            return Some(url.to_owned());
        }
    }
}
