//! A provider that takes its time to renew a token and takes every refresh token once: a thread for each connection.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::failure::{Context, Result};

#[derive(Debug)]
pub(super) struct Authority {
    port: u16,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    asked: usize,
    used: HashSet<String>,
    twice: usize,
}

impl Authority {
    /// How long a token request takes.
    pub(super) const TAKES: Duration = Duration::from_millis(50);

    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context(|| "no free loopback port".into())?;
        let port = listener.local_addr().context(|| "no free loopback port".into())?.port();
        let counts = Arc::<Mutex<Counts>>::default();
        let counted = Arc::clone(&counts);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counts = Arc::clone(&counted);
                thread::spawn(move || serve(stream, &counts));
            }
        });
        Ok(Self { port, counts })
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many token requests came.
    pub(super) fn asked(&self) -> usize {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).asked
    }

    /// How many refresh tokens came more than once.
    pub(super) fn used_twice(&self) -> usize {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).twice
    }
}

/// Answers requests until the caller hangs up.
fn serve(stream: TcpStream, counts: &Mutex<Counts>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    loop {
        let (target, token, body) = read(&mut stream)?;
        let answer = if target.starts_with("POST /token ") {
            let used = body.split('&').find_map(|pair| pair.strip_prefix("refresh_token=")).unwrap_or_default();
            renew(used, counts)
        } else if token.starts_with("Bearer new-") {
            (200, "{}".to_owned())
        } else {
            (401, "{}".to_owned())
        };
        write(stream.get_mut(), answer)?;
    }
}

fn renew(used: &str, counts: &Mutex<Counts>) -> (u16, String) {
    let mut all = counts.lock().unwrap_or_else(PoisonError::into_inner);
    all.asked += 1;
    let is_new = all.used.insert(used.to_owned());
    all.twice += usize::from(!is_new);
    drop(all);
    thread::sleep(Authority::TAKES);
    if !is_new {
        return (400, r#"{"error":"invalid_grant"}"#.to_owned());
    }
    (200, format!(r#"{{"access_token":"new-{used}","refresh_token":"next-{used}","expires_in":3600}}"#))
}

/// First line, `Authorization` and body of the next request.
fn read(stream: &mut BufReader<TcpStream>) -> Option<(String, String, String)> {
    let mut line = || {
        let mut line = String::new();
        let read = stream.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    };
    let target = line()?;
    let (mut token, mut length) = (String::new(), 0);
    loop {
        let line = line()?;
        match line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim())) {
            Some((name, value)) if name == "authorization" => value.clone_into(&mut token),
            Some((name, value)) if name == "content-length" => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((target, token, String::from_utf8_lossy(&body).into_owned()))
}

fn write(stream: &mut TcpStream, (status, body): (u16, String)) -> Option<()> {
    let head = format!("HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::Authority;
    use crate::bench::http::Connection;

    #[test]
    fn a_token_is_renewed_once_and_opens_the_api() {
        let provider = Authority::start().expect("it starts");
        let port = provider.port;
        let mut connection = Connection::open(port).expect("open");
        let mut renew =
            || connection.post("/token", &[], "grant_type=refresh_token&refresh_token=r").expect("an answer");
        let first = renew();
        assert_eq!((first.status, renew().status), (200, 400));
        assert!(String::from_utf8_lossy(&first.body).contains("\"new-r\""));
        assert_eq!((provider.asked(), provider.used_twice()), (2, 1));
        let mut call = |token: &str| connection.get("/x", &[("Authorization", token)]).expect("an answer").status;
        assert_eq!((call("Bearer new-r"), call("Bearer r")), (200, 401));
    }
}
