//! A list of 100 records of 20 fields through the hub API, its mapping and its null filter, beside the same body through
//! nginx; and what an instance at hand costs in memory.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::http::Connection;
use super::keyway::{self, Keyway};
use super::memory;
use super::nginx::Nginx;
use super::options::Options;
use super::report::{Bound, Cell, Report};
use super::wrk::{self, Load, Target};
use crate::failure::{Context, Failure, Result};
use crate::temporary::TemporaryFolder;

/// The connector of the benchmark.
const DEFINITION: &str = include_str!("../../../bench/connectors/records/connector.yaml");

const LIST: &str = "/hubs/general/records?pageSize=100";

const SHARE: Bound = Bound::AtLeast(0.4);

/// Instances that are called once each.
const CACHED: u32 = 5_000;

pub(super) fn measure(binary: &Path, options: &Options, report: &mut Report) -> Result<()> {
    let upstream = Nginx::upstream()?;
    let proxy = Nginx::proxy(&upstream)?;
    let (data, connectors) = (TemporaryFolder::new("bench-hub")?, TemporaryFolder::new("bench-connectors")?);
    let folder = connectors.path().join("records");
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    let file = folder.join("connector.yaml");
    fs::write(&file, DEFINITION).context(|| format!("cannot write {}", file.display()))?;
    let settings = [("KEYWAY_CONNECTORS", &*connectors.path().to_string_lossy())];
    let server = Keyway::start_with(binary, data.path(), &settings)?;
    let authorization = keyway::authorization(binary, data.path())?;
    let mut connection = Connection::open(server.port)?;
    let mut create = |number: u32| {
        let configuration = json!({ "base.url": upstream.url(), "api.key": format!("key-of-instance-{number}") });
        keyway::create_instance_of(&mut connection, &authorization, ("records", "bench"), &configuration)
    };
    let tokens = (0..if options.quick { 500 } else { CACHED }).map(&mut create).collect::<Result<Vec<_>>>()?;
    drop(connection);
    let first = tokens.first().ok_or_else(|| Failure::new("no instance was created"))?;
    compare(&proxy, &server.api(first, LIST), options, report)?;
    drop(server);
    let server = Keyway::start_with(binary, data.path(), &settings)?;
    measure_cached(&server, &tokens, report)
}

fn compare(proxy: &Nginx, list: &Target, options: &Options, report: &mut Report) -> Result<()> {
    let targets = [Target { url: format!("{}/records", proxy.url()), header: None }, list.clone()];
    for target in &targets {
        // Caches and connection pools fill before anything counts.
        wrk::run(target, 16, 1)?;
    }
    for connections in [1, 16] {
        let mut loads = [Vec::new(), Vec::new()];
        for _ in 0..options.rounds {
            for (target, loads) in targets.iter().zip(&mut loads) {
                loads.push(wrk::run(target, connections, options.seconds)?);
            }
        }
        let [nginx, keyway] = loads.map(|loads| Load::median(&loads));
        let share = keyway.requests_per_second / nginx.requests_per_second;
        let what = format!("hub list of 100 records of 20 fields: share of nginx's requests/s, c={connections}");
        report.row(&what, share, "×", SHARE);
        for (way, load) in
            ["nginx proxy_pass, 100 records", "keyway /hubs, 100 records"].into_iter().zip([nginx, keyway])
        {
            report.cell(Cell { way: way.to_owned(), connections, load });
        }
    }
    Ok(())
}

/// Memory before and after every instance was called once, divided by their number.
fn measure_cached(server: &Keyway, tokens: &[String], report: &mut Report) -> Result<()> {
    let mut connection = Connection::open(server.port)?;
    let mut call = |token: &String| -> Result<()> {
        let authorization = format!("Element {token}");
        let answer = connection.get(&keyway::proxy_path("/"), &[("Authorization", &authorization)])?;
        if answer.status == 200 {
            Ok(())
        } else {
            Err(Failure::new(format!("a call was answered with {}", answer.status)))
        }
    };
    let (warm, counted) = tokens.split_at(tokens.len() / 5);
    // Pools, buffers and the database's own cache fill before anything counts.
    for _ in 0..5 {
        warm.iter().try_for_each(&mut call)?;
    }
    let before = memory::mebibytes(server, "VmRSS")?;
    counted.iter().try_for_each(&mut call)?;
    let after = memory::mebibytes(server, "VmRSS")?;
    let instances = f64::from(u32::try_from(counted.len()).unwrap_or(u32::MAX));
    let each = (after - before) * 1024.0 / instances;
    report.row(&format!("memory for each instance at hand, over {instances}"), each, "KiB", Bound::AtMost(8.0));
    Ok(())
}
