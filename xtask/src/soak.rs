//! `cargo xtask soak`: the torture tests with their full counts, and a dated file with what they found.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::counterparts;
use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::machine;
use crate::postgres::Postgres;
use crate::step::step;
use crate::test;
use crate::workspace::Workspace;

/// What a test prints before the JSON of its result; libtest may write in front of it on the same line.
const MARK: &str = "soak-result: ";

const BUILD: &str = "test --release --package keyway-server --package keyway-script --test it --no-run";

/// The tests: those of these binaries that have `soak` in their name.
const TEST: &str = "test --release --package keyway-server --package keyway-script --test it --";

pub(crate) fn command(workspace: &Workspace, args: &[String]) -> Result<()> {
    let name = match args {
        [] => None,
        [name] if !name.starts_with('-') => Some(name.as_str()),
        _ => return Err(Failure::usage("soak takes at most one name")),
    };
    counterparts::command(workspace)?;
    step("build keyway", || exec::run(&mut workspace.cargo("build --release --package keyway-server")))?;
    let tests = step("build the tests", || {
        exec::run(&mut workspace.cargo(BUILD))?;
        list(workspace, name)
    })?;
    let postgres = step("start PostgreSQL", Postgres::start)?;
    let (passed, results) = step(&format!("soak: {}", tests.join(", ")), || {
        let mut command = workspace.cargo(TEST);
        // One after the other: each may load the whole machine, and lines stay unmixed.
        command.args(["--exact", "--nocapture", "--test-threads=1"]).args(&tests);
        test::set_environment(workspace, &mut command, &postgres, &workspace.binary("release")?);
        collect(command.env("KEYWAY_SOAK", "1"))
    })?;
    drop(postgres);
    let mut report = machine::describe(workspace)?;
    report["tests"] = json!(tests);
    report["passed"] = json!(passed);
    report["results"] = json!(results);
    let file = format!("bench/results/soak-{}-{}.json", name.unwrap_or("all"), machine::today()?);
    write(workspace, &file, &report)?;
    println!("== {file}: {} results", results.len());
    if passed { Ok(()) } else { Err(Failure::new("a soak test failed")) }
}

pub(crate) fn write(workspace: &Workspace, file: &str, report: &Value) -> Result<()> {
    let path = workspace.path(file);
    let describe = || format!("cannot write {file}");
    fs::create_dir_all(workspace.path("bench/results")).context(describe)?;
    fs::write(&path, format!("{report:#}\n")).context(describe)
}

/// The exact names of the tests to run; none at all is a failure, not a success.
fn list(workspace: &Workspace, name: Option<&str>) -> Result<Vec<String>> {
    let text = exec::capture(workspace.cargo(TEST).args(["--list", "soak"]))?;
    let all: Vec<String> = text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect();
    // `refresh-kill` is `refresh_kill` to Rust.
    let wanted = name.map(|name| name.replace('-', "_"));
    let is_chosen = |test: &&String| wanted.as_ref().is_none_or(|wanted| test.contains(wanted));
    let chosen: Vec<String> = all.iter().filter(is_chosen).cloned().collect();
    if chosen.is_empty() {
        let message = format!("no soak test is named `{}`; there are: {}", name.unwrap_or("soak"), all.join(", "));
        return Err(Failure::new(message));
    }
    Ok(chosen)
}

/// Runs the tests, passes their output on and keeps the results.
fn collect(command: &mut Command) -> Result<(bool, Vec<Value>)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context(|| "cannot run cargo".into())?;
    let output = child.stdout.take().ok_or_else(|| Failure::new("the tests have no output"))?;
    let mut results = Vec::new();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context(|| "cannot read what the tests print".into())?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        results.extend(result_of(&line)?);
    }
    let status = child.wait().context(|| "cannot wait for the tests".into())?;
    Ok((status.success(), results))
}

fn result_of(line: &str) -> Result<Option<Value>> {
    let Some((_, json)) = line.split_once(MARK) else {
        return Ok(None);
    };
    serde_json::from_str(json).map(Some).context(|| format!("not a result: {line}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::result_of;

    #[test]
    fn a_result_is_found_behind_the_name_of_its_test() {
        let line = r#"test soak::kill ... soak-result: {"kills":200,"lost":0}"#;
        assert_eq!(result_of(line).expect("reads"), Some(json!({"kills": 200, "lost": 0})));
        assert_eq!(result_of("test soak::kill ... ok").expect("reads"), None);
        assert!(result_of("soak-result: {").is_err());
    }
}
