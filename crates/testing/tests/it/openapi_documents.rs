//! The Swagger documents of every connector, by the judgement of a validator that knows nothing of them.

use std::fs;
use std::path::Path;

use keyway_testing::{Client, Store, TestServer, counterparts};
use serde_json::Value;
use tokio::process::Command;

use crate::setup::finish;

/// Validates every file of a folder in one process, and names every one that is wrong.
const VALIDATE: &str = "
import json, pathlib, sys
from openapi_spec_validator import OpenAPIV2SpecValidator
count = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob('*.json')):
    count += 1
    try:
        for error in OpenAPIV2SpecValidator(json.loads(path.read_text())).iter_errors():
            print(path.name, list(error.absolute_path), error.message[:300])
    except Exception as error:
        print(path.name, error)
print('files', count)
";

#[tokio::test(flavor = "multi_thread")]
async fn every_document_of_every_connector_is_valid_swagger() {
    let server = TestServer::with(Store::Sqlite, |settings| settings.public_catalogue = true);
    let reader = server.anonymous();
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let mut count = 0;
    for key in texts(&reader.get("/elements/keys").await.ok()) {
        count += keep_documents(&reader, &key, folder.path()).await;
    }
    let said = validate(folder.path()).await;
    assert_eq!(said.trim(), format!("files {count}"));
}

/// A validator that finds nothing wrong with anything would prove nothing.
#[tokio::test]
async fn a_document_with_a_dead_reference_is_found_out() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let document = r##"{"swagger":"2.0","info":{"title":"x","version":"1"},"paths":{"/x":{"get":{"responses":
        {"200":{"description":"x","schema":{"$ref":"#/definitions/Nothing"}}}}}}}"##;
    fs::write(folder.path().join("x.json"), document).expect("a file");
    let said = validate(folder.path()).await;
    assert_ne!(said.trim(), "files 1");
}

/// Writes a connector's documents: whole, of every operation, of every object. Returns how many there are.
async fn keep_documents(reader: &Client, key: &str, folder: &Path) -> usize {
    let whole = reader.get(&format!("/elements/{key}/docs")).await.ok();
    let mut count = 1;
    keep(folder, &format!("{key}.json"), &whole);
    for operation in operation_ids(&whole) {
        let one = reader.get(&format!("/elements/{key}/docs?operationId={operation}")).await.ok();
        keep(folder, &format!("{key}-operation-{operation}.json"), &one);
        count += 1;
    }
    for object in objects(&whole) {
        let one = reader.get(&format!("/elements/{key}/objects/{object}/docs")).await.ok();
        keep(folder, &format!("{key}-object-{object}.json"), &one);
        count += 1;
    }
    count
}

fn keep(folder: &Path, name: &str, document: &Value) {
    fs::write(folder.join(name), document.to_string()).expect("a file");
}

fn operation_ids(document: &Value) -> Vec<String> {
    let items = document["paths"].as_object().expect("paths").values().filter_map(Value::as_object);
    let operations = items.flat_map(|item| item.values());
    operations.map(|operation| operation["operationId"].as_str().expect("a name").to_owned()).collect()
}

/// The first words of the connector's own paths.
fn objects(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().expect("paths").keys();
    let words = paths.filter_map(|path| path.split('/').nth(1)).filter(|word| !matches!(*word, "ping" | "objects"));
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort();
    words.dedup();
    words
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

async fn validate(folder: &Path) -> String {
    let mut command = Command::new(counterparts().join("venv/bin/python"));
    command.args(["-c", VALIDATE]).arg(folder);
    let output = finish(command).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
