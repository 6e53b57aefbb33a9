//! Ten thousand instances whose tokens end within a minute: how many token requests they cost, and how long calls wait for the new
//! token beyond the provider's own answer. The instances are made through the API with tokens from elsewhere, which takes no
//! request to the provider.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::authority::Authority;
use super::http::Connection;
use super::keyway::{self, Keyway};
use super::options::Options;
use super::report::{Bound, Report};
use super::statistics::quantile;
use crate::failure::{Context, Failure, Result};
use crate::temporary::TemporaryFolder;

/// The connector of this part.
const DEFINITION: &str = include_str!("../../../bench/connectors/rotating/connector.yaml");

/// How many connections make instances at the same time.
const WRITERS: usize = 32;
/// How many connections call; no call waits for another one.
const CALLERS: usize = 64;
/// How many calls come for each instance at the same moment.
const EACH: usize = 2;

pub(super) fn measure(binary: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let (instances, window) =
        if options.quick { (1_000, Duration::from_secs(6)) } else { (10_000, Duration::from_mins(1)) };
    let provider = Authority::start()?;
    let (data, connectors) = (TemporaryFolder::new("bench-refresh")?, TemporaryFolder::new("bench-connectors")?);
    let folder = connectors.path().join("rotating");
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    let file = folder.join("connector.yaml");
    fs::write(&file, DEFINITION).context(|| format!("cannot write {}", file.display()))?;
    let settings = [("KEYWAY_CONNECTORS", &*connectors.path().to_string_lossy())];
    let server = Keyway::start_with(binary, data.path(), &settings)?;
    let tokens = import(&server, &keyway::authorization(binary, data.path())?, &provider, instances)?;
    // The last one's token ends, too.
    thread::sleep(Duration::from_secs(2));
    let (waits, failures) = call_all(&server, &tokens, window)?;
    report.errors += failures;
    let beyond: Vec<f64> = waits.iter().map(|wait| wait.saturating_sub(Authority::TAKES).as_secs_f64() * 1e3).collect();
    let what = |what: &str| format!("{instances} tokens ending in {} s: {what}", window.as_secs());
    report.row(&what("token requests"), number(provider.asked()), "", Bound::None);
    let beside = number(provider.asked()) - number(instances);
    report.row(&what("token requests beyond one for each"), beside, "", Bound::AtMost(0.0));
    report.row(&what("tokens used twice"), number(provider.used_twice()), "", Bound::AtMost(0.0));
    report.row(
        &what("calls that failed"),
        number(usize::try_from(failures).unwrap_or_default()),
        "",
        Bound::AtMost(0.0),
    );
    report.row(&what("wait beyond the provider's answer, p50"), quantile(&beyond, 0.5), "ms", Bound::None);
    report.row(&what("wait beyond the provider's answer, p99"), quantile(&beyond, 0.99), "ms", Bound::AtMost(50.0));
    report.row("load average at the end", load_average()?, "", Bound::None);
    Ok(())
}

/// Makes instances whose tokens end at once; returns what they are called with.
fn import(server: &Keyway, authorization: &str, provider: &Authority, count: usize) -> Result<Vec<String>> {
    let configuration = |number: usize| {
        json!({
            "base.url": provider.url(),
            "oauth.api.key": "client-of-the-benchmark",
            "oauth.api.secret": "secret-of-the-benchmark",
            "oauth.user.token": format!("access-{number}"),
            "oauth.user.refresh_token": format!("refresh-{number}"),
        })
    };
    let make = |connection: &mut Connection, number: usize| {
        let body = json!({
            "name": format!("bench {number}"),
            "element": { "key": "rotating" },
            "configuration": configuration(number),
            "externalAuthentication": "initial",
            "providerData": { "expires_in": "1" },
        });
        keyway::post_instance(connection, authorization, &body)
    };
    spread(server, WRITERS, count, make)
}

/// Calls every instance within a window, each at its own moment; how long each call took from that moment on, and how many failed.
fn call_all(server: &Keyway, tokens: &[String], window: Duration) -> Result<(Vec<Duration>, u64)> {
    let began = Instant::now() + Duration::from_millis(100);
    let count = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
    let call = |connection: &mut Connection, number: usize| {
        let instance = number / EACH;
        let due = began + window / count * u32::try_from(instance).unwrap_or(u32::MAX);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let token = tokens.get(instance).ok_or_else(|| Failure::new("there is no such instance"))?;
        let authorization = format!("Element {token}");
        let answer = connection.get(&keyway::proxy_path("/things"), &[("Authorization", &authorization)])?;
        Ok((due.elapsed(), answer.status == 200))
    };
    let calls = spread(server, CALLERS, tokens.len() * EACH, call)?;
    let failures = calls.iter().filter(|(_, good)| !good).count();
    Ok((calls.into_iter().map(|(wait, _)| wait).collect(), u64::try_from(failures).unwrap_or(u64::MAX)))
}

/// Does something `count` times over some connections; the results by number.
fn spread<T: Send>(
    server: &Keyway,
    connections: usize,
    count: usize,
    work: impl Fn(&mut Connection, usize) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(count));
    let run = || -> Result<()> {
        let mut connection = Connection::open(server.port)?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(());
            }
            let result = work(&mut connection, number)?;
            results.lock().map_err(|_| Failure::new("a worker panicked"))?.push((number, result));
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..connections).map(|_| scope.spawn(run)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| Failure::new("a worker panicked"))?)
    })?;
    let mut results = results.into_inner().map_err(|_| Failure::new("a worker panicked"))?;
    results.sort_by_key(|(number, _)| *number);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

fn load_average() -> Result<f64> {
    let text = fs::read_to_string("/proc/loadavg").context(|| "cannot read /proc/loadavg".into())?;
    text.split(' ').next().unwrap_or_default().parse().context(|| "the load average".into())
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
