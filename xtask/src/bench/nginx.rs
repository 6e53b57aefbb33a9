//! The two nginx of the benchmark: the upstream, and the proxy that Keyway is compared with.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::account::Account;
use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::leash::Leash;
use crate::port;
use crate::temporary::TemporaryFolder;

const UPSTREAM: &str = include_str!("../../../bench/nginx/upstream.conf");
const PROXY: &str = include_str!("../../../bench/nginx/proxy.conf");

/// The size of the file that the upstream serves for streaming: 1 GiB.
pub(super) const LARGE: u64 = 1 << 30;

#[derive(Debug)]
pub(super) struct Nginx {
    pub(super) port: u16,
    // Dropped in this order: the server stops before its folder goes.
    _server: Leash,
    _folder: TemporaryFolder,
}

impl Nginx {
    /// One worker: a small JSON document at `/`, and `/large`.
    pub(super) fn upstream() -> Result<Self> {
        Self::start("upstream", UPSTREAM, 0)
    }

    /// Two workers that pass everything on to `upstream` with a fixed `Authorization`.
    pub(super) fn proxy(upstream: &Self) -> Result<Self> {
        Self::start("proxy", PROXY, upstream.port)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn start(name: &str, template: &str, upstream: u16) -> Result<Self> {
        let program = exec::find_program("nginx").ok_or_else(|| Failure::new("nginx is not installed"))?;
        let account = Account::unprivileged()?;
        let folder = TemporaryFolder::new(&format!("nginx-{name}"))?;
        make_large_file(&folder.path().join("large"))?;
        let records = folder.path().join("records.json");
        fs::write(&records, records_page()).context(|| format!("cannot write {}", records.display()))?;
        let port = port::free()?;
        let configuration = template
            .replace("{folder}", &folder.path().to_string_lossy())
            .replace("{port}", &port.to_string())
            .replace("{upstream}", &upstream.to_string());
        let path = folder.path().join("nginx.conf");
        fs::write(&path, configuration).context(|| format!("cannot write {}", path.display()))?;
        folder.give_to(account.as_ref())?;
        let mut command = Command::new(program);
        command.arg("-p").arg(folder.path()).arg("-c").arg(&path).args(["-e", "stderr"]).current_dir(folder.path());
        command.stdin(Stdio::null());
        let mut server = Leash::start(Account::apply(account.as_ref(), &mut command), "TERM")?;
        let ready = server.wait_until(Duration::from_secs(10), || port::is_open(port));
        ready.context(|| format!("nginx ({name}) on port {port}"))?;
        Ok(Self { port, _server: server, _folder: folder })
    }
}

/// 100 records of 20 fields, as many providers answer a list; two fields of each record are null.
fn records_page() -> String {
    let record = |number: u32| {
        let mut members = vec![format!("\"id\":\"rec_{number:06}\"")];
        for field in 1..=16 {
            members.push(match field % 4 {
                0 => format!("\"number_{field}\":{}", number * field),
                1 => format!("\"flag_{field}\":{}", number.is_multiple_of(2)),
                _ => format!("\"field_{field}\":\"value {number} of field {field}\""),
            });
        }
        members.push("\"parent\":null,\"note\":null".to_owned());
        members.push("\"owner\":{\"id\":7,\"name\":\"Ada Lovelace\"}".to_owned());
        format!("{{{}}}", members.join(","))
    };
    let rows: Vec<String> = (0..100).map(record).collect();
    format!("{{\"has_more\":true,\"total\":5000,\"data\":[{}]}}", rows.join(","))
}

/// A file of zeros that takes no room.
fn make_large_file(path: &Path) -> Result<()> {
    let file = fs::File::create(path).and_then(|file| file.set_len(LARGE));
    file.context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::Nginx;
    use crate::bench::http::Connection;
    use crate::exec;

    #[test]
    fn the_proxy_passes_the_upstreams_answer_on() {
        if exec::find_program("nginx").is_none() {
            return;
        }
        let upstream = Nginx::upstream().expect("the upstream starts");
        let proxy = Nginx::proxy(&upstream).expect("the proxy starts");
        let get = |port| Connection::open(port).and_then(|mut connection| connection.get("/", &[]));
        let straight = get(upstream.port).expect("it answers");
        let proxied = get(proxy.port).expect("it answers");
        assert_eq!((straight.status, proxied.status), (200, 200));
        assert_eq!(straight.body, proxied.body);
        assert!((120..200).contains(&straight.body.len()), "{}", straight.body.len());
    }
}
