//! A tiny HTTP/1.1 client for one loopback connection: enough to drive the control API, no more.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use crate::failure::{Context, Failure, Result};

#[derive(Debug)]
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    port: u16,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Connection {
    pub(super) fn open(port: u16) -> Result<Self> {
        let doing = || format!("cannot connect to port {port}");
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context(doing)?;
        stream.set_nodelay(true).context(doing)?;
        stream.set_read_timeout(Some(Duration::from_secs(30))).context(doing)?;
        Ok(Self { stream: BufReader::new(stream), port })
    }

    pub(super) fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        self.send("GET", path, headers, "")
    }

    pub(super) fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
        self.send("POST", path, headers, body)
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
        let doing = || format!("{method} {path}");
        let request = request(method, path, self.port, headers, body).context(doing)?;
        self.stream.get_mut().write_all(&request).context(doing)?;
        self.read_answer().context(doing)
    }

    fn read_answer(&mut self) -> Result<Answer> {
        let status_line = self.read_line()?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Failure::new(format!("not an HTTP answer: {status_line:?}")))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.read_line()?.to_ascii_lowercase();
            match line.split_once(':').map(|(name, value)| (name, value.trim())) {
                Some(("content-length", value)) => {
                    length = value.parse().context(|| "content-length".into())?;
                }
                Some(("transfer-encoding", value)) => chunked = value.ends_with("chunked"),
                Some(_) => {}
                None => break,
            }
        }
        let body = if chunked { self.read_chunks()? } else { self.read_exactly(length)? };
        Ok(Answer { status, body })
    }

    fn read_chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_line()?;
            let size = line.split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(size, 16).context(|| "the size of a chunk".into())?;
            body.extend(self.read_exactly(size)?);
            self.read_line()?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn read_exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).context(|| "the answer was cut short".into())?;
        Ok(body)
    }

    /// Without its line end; an empty line is the end of the head.
    fn read_line(&mut self) -> Result<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).context(|| "cannot read the answer".into())?;
        if read == 0 {
            return Err(Failure::new("the connection was closed"));
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

fn request(method: &str, path: &str, port: u16, headers: &[(&str, &str)], body: &str) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    write!(request, "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n")?;
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n")?;
    }
    if !body.is_empty() {
        write!(request, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())?;
    }
    write!(request, "\r\n{body}")?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::Connection;

    /// Answers each request on one connection with the next of `answers`.
    fn server(answers: &'static [&'static str]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            for answer in answers {
                let mut request = [0; 1024];
                assert!(stream.read(&mut request).expect("a request") > 0);
                stream.write_all(answer.as_bytes()).expect("sent");
            }
        });
        port
    }

    #[test]
    fn answers_of_both_framings_are_read_on_one_connection() {
        let port = server(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        ]);
        let mut connection = Connection::open(port).expect("open");
        let first = connection.get("/", &[]).expect("an answer");
        assert_eq!((first.status, first.body.as_slice()), (200, &b"hello"[..]));
        let second = connection.post("/", &[("X", "y")], "{}").expect("an answer");
        assert_eq!((second.status, second.body.as_slice()), (404, &b"abcde"[..]));
        assert!(connection.get("/", &[]).is_err());
    }
}
