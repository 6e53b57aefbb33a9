//! How long calls take, from a caller's side: medians of sequential calls of a worker process and of a thread.
//! Needs the example `js_worker` beside it, of the same profile.

use std::io::Write;
use std::time::{Duration, Instant};

use keyway_script::{Origin, Sandbox, SandboxOptions, Script};
use serde_json::{Map, Value, json};

const CALLS: usize = 2000;

const MAP: &str = "return body.items.map((item) => ({ id: String(item.id), name: item.first + ' ' + item.last, \
    tags: Object.keys(item.flags).filter((flag) => item.flags[flag]), made: new Date(item.made).toISOString() }));";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?.with_file_name("js_worker");
    let record = json!({"id": 7, "first": "Ada", "last": "Lovelace", "made": 1_700_000_000_000_u64,
        "flags": {"a": true, "b": false, "c": true}, "text": "x".repeat(250)});
    let token = json!({"body": {"access_token": "t".repeat(500), "expires_in": 3600}});
    let items = json!({"body": {"items": vec![record; 100]}});
    let scripts = [("small expression", "body['access_token']", token), ("map over 100 records", MAP, items)];
    let mut out = std::io::stdout();
    for in_process in [false, true] {
        let options = SandboxOptions { in_process, ..SandboxOptions::new(program.clone(), Vec::new()) };
        let sandbox = Sandbox::new(options);
        for (name, source, values) in &scripts {
            let Value::Object(values) = values else { continue };
            let (median, slow) = measure(&sandbox, source, values).await?;
            writeln!(out, "{name}, in process: {in_process}: median {median:?}, 99 % within {slow:?}")?;
        }
    }
    Ok(())
}

async fn measure(
    sandbox: &Sandbox,
    source: &str,
    values: &Map<String, Value>,
) -> Result<(Duration, Duration), Box<dyn std::error::Error>> {
    let script = Script { source, origin: Origin { connector: "example", field: "script" } };
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let start = Instant::now();
        sandbox.evaluate(&script, values).await?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let at = |index: usize| times.get(index).copied().unwrap_or_default();
    Ok((at(CALLS / 2), at(CALLS * 99 / 100)))
}
