//! What the log costs: the same calls with and without it, in turn, at more than 100,000 rows a minute.

use std::path::Path;

use super::http::Connection;
use super::keyway::{self, Keyway};
use super::nginx::Nginx;
use super::options::Options;
use super::report::{Bound, Cell, Report};
use super::wrk::{self, Load, Target};
use crate::failure::Result;
use crate::temporary::TemporaryFolder;

pub(super) fn measure(binary: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let upstream = Nginx::upstream()?;
    let (with_data, without_data) = (TemporaryFolder::new("bench-log")?, TemporaryFolder::new("bench-no-log")?);
    let (with, with_target) = prepare(binary, with_data.path(), &upstream, &[])?;
    let without_log = [("KEYWAY_CALL_LOG_DAYS", "0")];
    let (without, without_target) = prepare(binary, without_data.path(), &upstream, &without_log)?;
    let targets = [with_target, without_target];
    for target in &targets {
        wrk::run(target, 1, 1)?;
    }
    let mut loads = [Vec::new(), Vec::new()];
    // Two rounds more than elsewhere: the bound is narrow.
    for _ in 0..options.rounds + 2 {
        for (target, loads) in targets.iter().zip(&mut loads) {
            loads.push(wrk::run(target, 1, options.seconds)?);
        }
    }
    drop((with, without));
    let [with, without] = loads.map(|loads| Load::median(&loads));
    let ratio = with.requests_per_second / without.requests_per_second;
    report.row(
        "log rows a minute while this was measured",
        with.requests_per_second * 60.0,
        "",
        Bound::AtLeast(100_000.0),
    );
    report.row("requests/s with the log beside without it, c=1", ratio, "×", Bound::AtLeast(0.95));
    for (way, load) in ["keyway with its log", "keyway without a log"].into_iter().zip([with, without]) {
        report.cell(Cell { way: way.to_owned(), connections: 1, load });
    }
    Ok(())
}

fn prepare(binary: &Path, data: &Path, upstream: &Nginx, settings: &[(&str, &str)]) -> Result<(Keyway, Target)> {
    let server = Keyway::start_with(binary, data, settings)?;
    let authorization = keyway::authorization(binary, data)?;
    let mut connection = Connection::open(server.port)?;
    let token = keyway::create_instance(&mut connection, &authorization, "bench", &upstream.url())?;
    let target = server.call(&token, "/");
    Ok((server, target))
}
