//! Whether a call takes longer when there are many instances. Two servers, one with one instance and one with
//! many, are measured in turn, so that noise hits both alike.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::http::Connection;
use super::keyway::{self, Keyway};
use super::nginx::Nginx;
use super::options::Options;
use super::report::{Bound, Cell, Report};
use super::statistics::median;
use super::wrk::{self, Load, Target};
use crate::failure::{Failure, Result};
use crate::temporary::TemporaryFolder;

/// How many connections create instances at the same time.
const WRITERS: u32 = 32;

/// How many instances are called for the first time after a restart.
const COLD: usize = 1_000;

const RATIO: Bound = Bound::AtMost(1.15);

pub(super) fn measure(binary: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let upstream = Nginx::upstream()?;
    let (few_data, many_data) = (TemporaryFolder::new("bench-few")?, TemporaryFolder::new("bench-many")?);
    let few = fill(binary, few_data.path(), &upstream, 1)?;
    let start = Instant::now();
    let many = fill(binary, many_data.path(), &upstream, options.instances)?;
    let created = f64::from(options.instances) / start.elapsed().as_secs_f64();
    report.row("instances created per second, c=32", created, "/s", Bound::None);

    // Fresh processes: what filling the store left in memory is no part of this.
    let few_server = Keyway::start(binary, few_data.path())?;
    let many_server = Keyway::start(binary, many_data.path())?;
    let cold = first_calls(&many_server, &many)?;
    report.row(&format!("first call of an instance, {} in the store, p50", options.instances), cold, "ms", Bound::None);
    let target = |server: &Keyway, tokens: &[String]| {
        let token = tokens.first().ok_or_else(|| Failure::new("no instance was created"))?;
        Ok(server.call(token, "/"))
    };
    compare(&[target(&few_server, &few)?, target(&many_server, &many)?], options, report)
}

/// Creates `count` instances and returns the tokens of the first ones.
fn fill(binary: &Path, data: &Path, upstream: &Nginx, count: u32) -> Result<Vec<String>> {
    let server = Keyway::start(binary, data)?;
    let authorization = keyway::authorization(binary, data)?;
    let next = AtomicU32::new(0);
    let tokens = Mutex::new(Vec::new());
    let write = || -> Result<()> {
        let mut connection = Connection::open(server.port)?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(());
            }
            let name = format!("bench {number}");
            let token = keyway::create_instance(&mut connection, &authorization, &name, &upstream.url())?;
            let mut tokens = tokens.lock().map_err(|_| Failure::new("a writer panicked"))?;
            if tokens.len() < COLD {
                tokens.push(token);
            }
        }
    };
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS.min(count)).map(|_| scope.spawn(write)).collect();
        let mut since = Instant::now();
        while writers.iter().any(|writer| !writer.is_finished()) {
            thread::sleep(Duration::from_millis(50));
            if since.elapsed() > Duration::from_secs(5) {
                println!("   {} of {count} instances", next.load(Ordering::Relaxed).min(count));
                since = Instant::now();
            }
        }
        writers.into_iter().try_for_each(|writer| writer.join().map_err(|_| Failure::new("a writer panicked"))?)
    })?;
    tokens.into_inner().map_err(|_| Failure::new("a writer panicked"))
}

/// The median, in milliseconds, of calls that find nothing in the cache.
fn first_calls(server: &Keyway, tokens: &[String]) -> Result<f64> {
    let mut connection = Connection::open(server.port)?;
    let mut milliseconds = Vec::with_capacity(tokens.len());
    // The first is left for the comparison.
    for token in tokens.iter().skip(1) {
        let authorization = format!("Element {token}");
        let start = Instant::now();
        let answer = connection.get(&keyway::proxy_path("/"), &[("Authorization", &authorization)])?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        if answer.status != 200 {
            return Err(Failure::new(format!("a first call was answered with {}", answer.status)));
        }
    }
    Ok(median(&milliseconds))
}

fn compare(targets: &[Target; 2], options: &Options, report: &mut Report) -> Result<()> {
    for (connections, what) in [(1, "p50, c=1"), (16, "requests/s, c=16")] {
        let mut loads = [Vec::new(), Vec::new()];
        // One more round than elsewhere: the bound is narrow.
        for _ in 0..=options.rounds {
            for (target, loads) in targets.iter().zip(&mut loads) {
                loads.push(wrk::run(target, connections, options.seconds)?);
            }
        }
        let [few, many] = loads.map(|loads| Load::median(&loads));
        // Above 1 means slower with many, in both.
        let ratio = match connections {
            1 => many.p50_us / few.p50_us,
            _ => few.requests_per_second / many.requests_per_second,
        };
        report.row(&format!("slower with {} instances than with 1, {what}", options.instances), ratio, "×", RATIO);
        let ways = ["keyway, 1 instance".to_owned(), format!("keyway, {} instances", options.instances)];
        for (way, load) in ways.into_iter().zip([few, many]) {
            report.cell(Cell { way, connections, load });
        }
    }
    Ok(())
}
