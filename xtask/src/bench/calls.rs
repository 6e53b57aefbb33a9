//! Calls per second and latency of three ways to the same upstream, round by round so that noise hits all alike;
//! around them the memory of Keyway, which only means something before and after a load.

use std::path::Path;

use super::http::Connection;
use super::keyway::{self, Keyway};
use super::memory;
use super::nginx::Nginx;
use super::options::{Options, Part};
use super::report::{Bound, Cell, Report};
use super::wrk::{self, Load, Target};
use crate::failure::Result;
use crate::temporary::TemporaryFolder;

/// Connections, and the least share of nginx's requests per second that Keyway should reach.
const LEVELS: [(u32, f64); 3] = [(1, 0.6), (16, 0.8), (64, 0.8)];

const P99: Bound = Bound::AtMost(2.0);

pub(super) fn measure(binary: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let upstream = Nginx::upstream()?;
    let proxy = Nginx::proxy(&upstream)?;
    let data = TemporaryFolder::new("bench")?;
    let server = Keyway::start(binary, data.path())?;
    let authorization = keyway::authorization(binary, data.path())?;
    let mut connection = Connection::open(server.port)?;
    let token = keyway::create_instance(&mut connection, &authorization, "bench", &upstream.url())?;
    drop(connection);

    if options.includes(Part::Memory) {
        memory::measure_idle(&server, report)?;
    }
    if options.includes(Part::Calls) {
        let plain = |nginx: &Nginx| Target { url: format!("{}/", nginx.url()), header: None };
        let targets = [plain(&upstream), plain(&proxy), server.call(&token, "/")];
        measure_rounds(&targets, options, report)?;
    }
    if options.includes(Part::Memory) {
        memory::measure_stream(&server, &server.call(&token, "/large"), report)?;
    }
    Ok(())
}

fn measure_rounds(targets: &[Target; 3], options: &Options, report: &mut Report) -> Result<()> {
    for target in targets {
        // Caches and connection pools fill before anything counts.
        wrk::run(target, 16, 1)?;
    }
    let mut loads: Vec<(u32, [Load; 3])> = Vec::new();
    for round in 1..=options.rounds {
        for (connections, _) in LEVELS {
            let [direct, nginx, keyway] = targets;
            let run = |target| wrk::run(target, connections, options.seconds);
            let cell = [run(direct)?, run(nginx)?, run(keyway)?];
            let [direct, nginx, keyway] = cell.each_ref().map(|load| load.requests_per_second);
            println!(
                "   round {round}, c={connections}: upstream {direct:.0}/s, nginx {nginx:.0}/s, keyway {keyway:.0}/s"
            );
            loads.push((connections, cell));
        }
    }
    for (connections, share) in LEVELS {
        let of_level = || loads.iter().filter(|(level, _)| *level == connections);
        let median = |index: usize| {
            let chosen: Vec<Load> = of_level().filter_map(|(_, cell)| cell.get(index)).cloned().collect();
            Load::median(&chosen)
        };
        add_level(report, connections, share, [median(0), median(1), median(2)]);
    }
    Ok(())
}

fn add_level(report: &mut Report, connections: u32, share: f64, loads: [Load; 3]) {
    let [_, nginx, keyway] = &loads;
    let of_nginx = keyway.requests_per_second / nginx.requests_per_second;
    report.row(&format!("share of nginx's requests/s, c={connections}"), of_nginx, "×", Bound::AtLeast(share));
    let p99 = keyway.p99_us / nginx.p99_us;
    report.row(&format!("p99 beside nginx's, c={connections}"), p99, "×", P99);
    let names = ["straight to the upstream", "nginx proxy_pass", "keyway /proxy"];
    for (way, load) in names.into_iter().zip(loads) {
        report.cell(Cell { way: way.to_owned(), connections, load });
    }
}
