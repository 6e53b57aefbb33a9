//! The JSON Schema of definitions, by the judgement of a validator that knows nothing of them: it takes what the program
//! takes, and names what editors shall underline.

use std::fs;
use std::path::{Path, PathBuf};

use keyway_testing::counterparts;
use tokio::process::Command;

use crate::setup::finish;

/// Validates every definition of a folder by a schema, and names the place of the outermost mistake of each wrong one.
const VALIDATE: &str = "
import json, pathlib, sys, jsonschema, yaml
schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
for path in sorted(pathlib.Path(sys.argv[2]).glob('*/connector.yaml')):
    errors = kind(schema).iter_errors(yaml.safe_load(path.read_text()))
    places = sorted(list(map(str, error.absolute_path)) for error in errors)
    print(path.parent.name, 'wrong at ' + '.'.join(places[0]) if places else 'right')
";

/// What the validator says of the definitions of a folder, a line for each.
async fn judged(folder: &Path) -> Vec<String> {
    let scratch = tempfile::TempDir::new().expect("a temporary folder");
    let schema = scratch.path().join("schema.json");
    fs::write(&schema, keyway_connector::schema().to_string()).expect("a file");
    let mut python = Command::new(counterparts().join("venv/bin/python"));
    python.arg("-c").arg(VALIDATE).arg(schema).arg(folder);
    let output = finish(python).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn every_shipped_definition_is_right_by_the_schema() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "connectors"].iter().collect();
    let said = judged(&folder).await;
    let files = keyway_connector::definition_files(&folder).expect("the shipped definitions");
    assert_eq!(said.len(), files.len());
    let wrong: Vec<&String> = said.iter().filter(|line| !line.ends_with(" right")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test]
async fn wrong_definitions_are_found_out_by_the_schema() {
    let head = "key: x\nname: X\nhub: crm\nconfiguration: { base.url: {} }\n";
    let method = "authentication: { none: {} }\n";
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let mut expected = Vec::new();
    for (name, rest, place) in [
        ("a-member", format!("{method}colour: red\n"), ""),
        ("b-missing", String::new(), ""),
        ("c-verb", format!("{method}resources: {{ /a: {{ vendor: /b, verbs: [lsit] }} }}\n"), "resources./a.verbs.0"),
        ("d-resource", format!("{method}resources: {{ /a: {{ vendor: /b, vebrs: [list] }} }}\n"), "resources./a"),
        ("e-tested", format!("{method}tested: yesterday\n"), "tested"),
        ("f-max", format!("{method}paging: {{ page: p, max: -1 }}\n"), "paging"),
        ("g-method", "authentication: { basic: { usrname: x } }\n".to_owned(), "authentication.basic"),
        ("h-prepare", format!("{method}prepare: one\n"), "prepare"),
    ] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
        fs::write(folder.path().join(name).join("connector.yaml"), format!("{head}{rest}")).expect("a file");
        expected.push(format!("{name} wrong at {place}"));
    }
    assert_eq!(judged(folder.path()).await, expected);
}
