//! The program as a worker of its own sandbox.

use std::time::Duration;

use keyway_script::{Kind, Origin, Sandbox, SandboxOptions, Script};
use serde_json::{Map, json};

use crate::home::{Done, keyway};

#[tokio::test]
async fn the_program_runs_scripts_in_processes_of_its_own() {
    let program = keyway(&[]).get_program().into();
    let options = SandboxOptions::new(program, vec!["js-worker".to_owned()]);
    let sandbox = Sandbox::new(SandboxOptions { time_limit: Duration::from_secs(2), ..options });
    let origin = Origin { connector: "crm", field: "map" };
    let values = Map::from_iter([("body".to_owned(), json!({"id": 1}))]);
    let result = sandbox.evaluate(&Script { source: "body.id + 1", origin }, &values).await;
    assert_eq!(result, Ok(json!(2)));
    let endless = sandbox.evaluate(&Script { source: "for (;;) {} return 1", origin }, &values).await;
    assert_eq!(endless.expect_err("it is stopped").kind, Kind::Time);
}

#[test]
fn a_worker_that_nobody_speaks_to_ends_in_silence() {
    assert_eq!(Done::fed(&mut keyway(&["js-worker"]), "").ok(), "");
}
