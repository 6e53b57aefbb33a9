//! Octokit against GitHub's API as recorded, through an `http` instance whose credential is the recorded token.

use keyway_testing::{Client, Counterpart, TestServer};
use serde_json::{Value, json};

use crate::setup::{Instance, fixtures_server, node, provision, proxy};

const TOKEN: &str = "0000000000000000000000000000000000000001";

/// A server with an instance of one recorded scenario.
struct Lab {
    server: TestServer,
    github: Counterpart,
    instance: Instance,
    scenario: &'static str,
    /// The scenario's own address.
    api: String,
}

impl Lab {
    async fn start(scenario: &'static str) -> Self {
        let (server, github) = (TestServer::start(), fixtures_server());
        let anybody = Client::new(&github.url(), None);
        let request = anybody.raw("POST", &format!("{}/fixtures", github.url()));
        let loaded = anybody.send(request.json(&json!({ "scenario": scenario }))).await.json();
        let api = loaded["url"].as_str().expect("an address").to_owned();
        let configuration = json!({
            "authentication.type": "apiKey",
            "api.key.header": "Authorization",
            "api.key.prefix": "token ",
            "api.key": TOKEN,
            "base.url": api,
        });
        let instance = provision(&server, "http", &configuration).await;
        Self { server, github, instance, scenario, api }
    }

    /// What Octokit makes of the scenario.
    async fn octokit(&self) -> Value {
        let key = self.instance.key(&self.server).await;
        node("github.mjs", &[&proxy(&self.server), &key.text, self.scenario]).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", proxy(&self.server))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn octokit_reads_a_repository() {
    let lab = Lab::start("get-repository").await;
    assert_eq!(lab.octokit().await, json!([200, "octokit-fixture-org/hello-world"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn octokit_follows_the_absolute_links_of_pages() {
    let lab = Lab::start("paginate-issues").await;
    let numbers: Vec<u32> = (1..=13).rev().collect();
    assert_eq!(lab.octokit().await, json!(numbers));
}

#[tokio::test(flavor = "multi_thread")]
async fn octokit_makes_changes_and_deletes_a_label() {
    let lab = Lab::start("labels").await;
    let location = lab.url("/repos/octokit-fixture-org/labels/labels/test-label");
    assert_eq!(lab.octokit().await, json!([true, [201, location], "663399", "test-label-updated", 204]));
}

#[tokio::test(flavor = "multi_thread")]
async fn octokit_is_told_what_the_provider_finds_wrong() {
    let lab = Lab::start("errors").await;
    let errors = json!([{ "resource": "Label", "code": "invalid", "field": "color" }]);
    assert_eq!(lab.octokit().await, json!([422, errors]));
}

#[tokio::test(flavor = "multi_thread")]
async fn octokit_follows_redirects_with_and_without_a_body() {
    let lab = Lab::start("rename-repository").await;
    let there = lab.url("/repositories/1000");
    let expected = json!([[200, "rename-repository-newname"], [200, there], [200, there]]);
    assert_eq!(lab.octokit().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn octokit_searches_with_a_query_full_of_encoded_characters() {
    let lab = Lab::start("search-issues").await;
    assert_eq!(lab.octokit().await, json!([2, 2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_somebody_else_is_left_alone() {
    let lab = Lab::start("get-archive").await;
    let caller = lab.instance.caller(&lab.server);
    let request = caller.request("GET", "/repos/octokit-fixture-org/get-archive/tarball/main");
    let request = request
        .header("accept", "application/vnd.github.v3+json")
        .header("accept-encoding", "gzip, compress, deflate, br");
    let answer = caller.client.send(request).await;
    let id = lab.api.rsplit('/').next().expect("an id");
    let archive = "octokit-fixture-org/get-archive/legacy.tar.gz/refs/heads/main";
    let there = format!("http://localhost:{}/codeload.github.com/{id}/{archive}", lab.github.port);
    assert_eq!((answer.status, answer.header("location")), (302, Some(there.as_str())));
}
