//! Keyway's own OpenAPI document: valid, and true of a running server, by the judgement of two programs that know
//! nothing of it.

use std::path::{Path, PathBuf};

use keyway_testing::{Reply, Store, TestServer, Vendor, counterparts};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::setup::{Instance, finish, provision};

/// A file of the project.
fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

#[tokio::test]
async fn the_document_is_valid_openapi() {
    let mut command = Command::new(counterparts().join("venv/bin/python"));
    command.args(["-m", "openapi_spec_validator", "--schema", "3.1"]).arg(file("crates/api/openapi.json"));
    let output = finish(command).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Every operation answers to right and wrong requests, made from the document, as the document says: no 5xx, no
/// undocumented status, type, header or member; what is wrong is refused, and what is right taken.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_does_what_the_document_says() {
    // Hundreds of sign-ins are tried.
    let server = TestServer::with(Store::Sqlite, |settings| settings.sign_in_failures = 1_000_000);
    let vendor = Vendor::start(|_| Reply::json(200, &json!({}))).await;
    let lab = Lab::make(&server, &vendor).await;
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let mut command = Command::new(counterparts().join("venv/bin/schemathesis"));
    command.arg("--config-file").arg(file("counterparts/schemathesis.toml")).current_dir(folder.path());
    command.arg("run").arg(format!("{}/openapi.json", server.url())).envs(lab.variables(&server));
    let output = finish(command).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// What the paths of the document name.
struct Lab {
    account: Value,
    user: Value,
    sign_in: String,
    instance: Instance,
    spare: Instance,
}

impl Lab {
    async fn make(server: &TestServer, vendor: &Vendor) -> Self {
        let admin = server.admin();
        let account = admin.post("/accounts", json!({ "externalId": "theirs" })).await.ok();
        let user = |email: &str| json!({ "firstName": "Ada", "lastName": "Lovelace", "email": email, "password": "a long password" });
        let path = format!("/accounts/{}/users", account["id"]);
        let theirs = admin.post(&path, user("ada@example.com")).await.ok();
        admin.post("/accounts/1/users", user("eve@example.com")).await.ok();
        let signs_in = json!({ "username": "eve@example.com", "password": "a long password" });
        let signed_in = server.anonymous().post("/authentication", signs_in).await.ok();
        let configuration = json!({ "base.url": vendor.url(), "authentication.type": "none" });
        Self {
            account: account["id"].clone(),
            user: theirs["id"].clone(),
            sign_in: signed_in["token"].as_str().expect("a token").to_owned(),
            instance: provision(server, "http", &configuration).await,
            spare: provision(server, "http", &configuration).await,
        }
    }

    fn variables(&self, server: &TestServer) -> [(&'static str, String); 7] {
        let admin = format!("User {}, Organization {}", server.user_secret(), server.organization_secret());
        [
            ("KEYWAY_ADMIN", admin),
            ("KEYWAY_ACCOUNT", self.account.to_string()),
            ("KEYWAY_USER", self.user.to_string()),
            ("KEYWAY_SIGN_IN", self.sign_in.clone()),
            ("KEYWAY_INSTANCE", self.instance.id.to_string()),
            ("KEYWAY_TOKEN", self.instance.token.clone()),
            ("KEYWAY_SPARE_INSTANCE", self.spare.id.to_string()),
        ]
    }
}
