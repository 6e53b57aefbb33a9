//! `cargo xtask bench`: Keyway beside nginx on this machine, as a table and as JSON. Measures, decides nothing:
//! a target that was not reached is written down, an answer that was not 2xx is a failure.

mod authority;
mod calls;
mod http;
mod hub;
mod instances;
mod keyway;
mod log;
mod memory;
mod nginx;
mod options;
mod refresh;
mod report;
mod startup;
mod statistics;
mod wrk;

use std::fs;

use options::{Options, Part};
use report::Report;

use crate::counterparts;
use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::machine;
use crate::soak;
use crate::step::step;
use crate::workspace::Workspace;

pub(crate) fn command(workspace: &Workspace, args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    counterparts::install_servers()?;
    step("build keyway", || exec::run(&mut workspace.cargo("build --release --package keyway-server")))?;
    let binary = workspace.binary("release")?;
    let mut report = Report::default();
    if options.includes(Part::Calls) || options.includes(Part::Memory) {
        step("calls and memory", || calls::measure(&binary, &options, &mut report))?;
    }
    if options.includes(Part::Start) {
        step("start", || startup::measure(workspace, &binary, &mut report))?;
    }
    if options.includes(Part::Instances) {
        step("instances", || instances::measure(&binary, &options, &mut report))?;
    }
    if options.includes(Part::Hub) {
        step("hub", || hub::measure(&binary, &options, &mut report))?;
    }
    if options.includes(Part::Log) {
        step("log", || log::measure(&binary, &options, &mut report))?;
    }
    if options.includes(Part::Refresh) {
        step("refresh", || refresh::measure(&binary, &options, &mut report))?;
    }
    write(workspace, &options, &report)?;
    match report.errors {
        0 => Ok(()),
        errors => Err(Failure::new(format!("{errors} answers were not 2xx: these figures mean nothing"))),
    }
}

fn write(workspace: &Workspace, options: &Options, report: &Report) -> Result<()> {
    let head = machine::describe(workspace)?;
    let name = format!("bench/results/{}-{}", options.file_name(), machine::today()?);
    let markdown = report.markdown(&head, options);
    soak::write(workspace, &format!("{name}.json"), &report.json(head, options))?;
    fs::write(workspace.path(&format!("{name}.md")), &markdown).context(|| format!("cannot write {name}.md"))?;
    println!("\n{markdown}\n== {name}.md and .json");
    Ok(())
}
