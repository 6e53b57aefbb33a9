//! The GitHub connector through the hub API: against GitHub as recorded, and against a stand-in for what is not.

use std::fs;

use keyway_testing::{Client, Counterpart, TestServer, counterparts};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::github_service::{GithubService, TOKEN};
use crate::hub_laws::{ask, assert_our_refusal, assert_refused, column, keeps_the_laws_of_paging, page, pages};
use crate::setup::{ask_for_instance, fixtures_server_with, instances_kept, provision};

const RECORDED_TOKEN: &str = "0000000000000000000000000000000000000001";
const OWNER: &str = "octokit-fixture-org";
const ISSUES: &str = "/hubs/general/issues";

/// A server with an instance of one recorded scenario.
struct Recorded {
    _server: TestServer,
    _github: Counterpart,
    _folder: TempDir,
    client: Client,
}

impl Recorded {
    async fn start(scenario: &str, repository: &str) -> Self {
        let (server, folder) = (TestServer::start(), TempDir::new().expect("a folder"));
        let recorded = recording(scenario, repository).to_string();
        fs::write(folder.path().join(format!("{scenario}.json")), recorded).expect("a file");
        let github = fixtures_server_with(&["--fixtures", &format!("{}/*.json", folder.path().display())]);
        let anybody = Client::new(&github.url(), None);
        let request = anybody.raw("POST", &format!("{}/fixtures", github.url()));
        let loaded = anybody.send(request.json(&json!({ "scenario": scenario }))).await.json();
        let configuration = json!({
            "access.token": RECORDED_TOKEN,
            "github.organization": OWNER,
            "github.repository": repository,
            "github.media.type": "application/vnd.github.v3+json",
            "base.url": loaded["url"],
        });
        let instance = provision(&server, "github", &configuration).await;
        let client = server.admin_with_element(&instance.token);
        Self { _server: server, _github: github, _folder: folder, client }
    }
}

/// What was recorded, after the look at the repository that verifies the instance. How the recorded client spelled the
/// media type of its bodies, and that it left the length of a page to GitHub, is no promise of GitHub's.
fn recording(scenario: &str, repository: &str) -> Value {
    let read = |scenario: &str| -> Vec<Value> {
        let scenarios = counterparts().join("node/node_modules/@octokit/fixtures/scenarios/api.github.com");
        let text = fs::read_to_string(scenarios.join(scenario).join("normalized-fixture.json")).expect("a recording");
        serde_json::from_str(&text).expect("JSON")
    };
    let mut all = read("get-repository");
    all[0]["path"] = json!(format!("/repos/{OWNER}/{repository}"));
    all[0]["reqheaders"] = json!({ "authorization": format!("token {RECORDED_TOKEN}") });
    all.extend(read(scenario));
    for exchange in &mut all {
        let headers = exchange["reqheaders"].as_object_mut().expect("headers");
        headers.retain(|name, _| name != "content-type" && name != "content-length");
        let path = exchange["path"].as_str().expect("a path").to_owned();
        if exchange["method"] == "get" && (path.ends_with("/labels/labels") || path.starts_with("/search/")) {
            let sign = if path.contains('?') { '&' } else { '?' };
            exchange["path"] = json!(format!("{path}{sign}per_page=100"));
        }
    }
    json!(all)
}

/// A server with an instance of the stand-in.
struct Lab {
    _server: TestServer,
    github: GithubService,
    client: Client,
}

impl Lab {
    async fn start(issues: usize) -> Self {
        let (server, github) = (TestServer::start(), GithubService::start(issues).await);
        let instance = provision(&server, "github", &configuration(&github, TOKEN)).await;
        let client = server.admin_with_element(&instance.token);
        Self { _server: server, github, client }
    }
}

fn configuration(github: &GithubService, token: &str) -> Value {
    json!({
        "access.token": token,
        "github.organization": "octo-org",
        "github.repository": "hello",
        "base.url": github.url(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_repository_is_read() {
    let lab = Recorded::start("get-repository", "hello-world").await;
    let repository = lab.client.get("/hubs/general/repository").await.ok();
    assert_eq!(repository["full_name"], "octokit-fixture-org/hello-world");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_pages_of_issues_are_followed() {
    let lab = Recorded::start("paginate-issues", "paginate-issues").await;
    let found = pages(&lab.client, ISSUES, "3").await;
    let lengths: Vec<usize> = found.iter().map(Vec::len).collect();
    assert_eq!(lengths, [3, 3, 3, 3, 1]);
    assert_eq!(column(&found.concat(), "number"), json!((1..=13).rev().collect::<Vec<_>>()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_label_is_made_read_changed_and_deleted() {
    let lab = Recorded::start("labels", "labels").await;
    let labels = lab.client.get("/hubs/general/labels").await.ok();
    assert!(column(labels.as_array().expect("a list"), "name").to_string().contains("\"bug\""));
    let body = json!({ "name": "test-label", "color": "663399" });
    assert_eq!(lab.client.post("/hubs/general/labels", body).await.ok()["name"], "test-label");
    assert_eq!(lab.client.get("/hubs/general/labels/test-label").await.ok()["color"], "663399");
    let change = json!({ "new_name": "test-label-updated", "color": "BADA55" });
    let changed = lab.client.patch("/hubs/general/labels/test-label", change).await.ok();
    assert_eq!(changed["name"], "test-label-updated");
    assert_eq!(lab.client.delete("/hubs/general/labels/test-label-updated").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_refusal_is_told() {
    let lab = Recorded::start("errors", "errors").await;
    let refused = lab.client.post("/hubs/general/labels", json!({ "name": "foo", "color": "invalid" })).await;
    assert_refused(&refused, 422, "Validation Failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_files_are_listed_and_made() {
    let lab = Recorded::start("create-file", "create-file").await;
    let body = json!({ "message": "create test.txt", "content": "VGVzdCBjb250ZW50" });
    let made = lab.client.put("/hubs/general/contents/test.txt", body).await.ok();
    assert_eq!(made["content"]["path"], "test.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_contents_organizations_and_searches_are_read() {
    let lab = Recorded::start("get-content", "hello-world").await;
    let list = page(&lab.client, "/hubs/general/contents", &[]).await.rows;
    assert_eq!(column(&list, "path"), json!(["README.md"]));
    let lab = Recorded::start("get-organization", "hello-world").await;
    assert_eq!(lab.client.get(&format!("/hubs/general/organizations/{OWNER}")).await.ok()["login"], OWNER);
    let lab = Recorded::start("search-issues", "search-issues").await;
    let query = [("q", "sesame repo:octokit-fixture-org/search-issues")];
    let found = page(&lab.client, "/hubs/general/search/issues", &query).await;
    assert_eq!((found.rows.len(), found.total.as_deref(), found.next), (2, Some("2"), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_or_repository_makes_no_instance() {
    let (server, github) = (TestServer::start(), GithubService::start(0).await);
    let refused = ask_for_instance(&server, "github", &configuration(&github, "ghp_wrong")).await;
    assert_eq!((refused.status, refused.message().as_str()), (401, "GitHub refused the credentials"));
    assert!(!refused.text.contains("ghp_wrong"), "{}", refused.text);
    let mut other = configuration(&github, TOKEN);
    other["github.repository"] = json!("nothing");
    assert!(ask_for_instance(&server, "github", &other).await.status >= 400);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_the_links_of_the_header() {
    let lab = Lab::start(7).await;
    keeps_the_laws_of_paging(&lab.client, &format!("{ISSUES}?where=state%3D'all'"), 7).await;
    keeps_the_laws_of_paging(&lab.client, &format!("{ISSUES}?state=all&orderBy=created%20asc"), 7).await;
    for seen in lab.github.seen().iter().skip(1) {
        assert_eq!(seen.headers["accept"], "application/vnd.github+json", "{}", seen.target);
        assert_eq!(seen.headers["x-github-api-version"], "2022-11-28", "{}", seen.target);
        assert!(seen.target.contains("state=all"), "{}", seen.target);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let lab = Lab::start(205).await;
    let query = [("state", "all"), ("orderBy", "created asc"), ("pageSize", "203")];
    let found = page(&lab.client, ISSUES, &query).await;
    assert_eq!(column(&found.rows, "number"), json!((1..=203).collect::<Vec<_>>()));
    let token = found.next.expect("two rows are left");
    let rest = page(&lab.client, ISSUES, &[query[0], query[1], query[2], ("nextPage", &token)]).await;
    assert_eq!((column(&rest.rows, "number"), rest.next), (json!([204, 205]), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn issues_are_made_changed_filtered_and_cut() {
    let lab = Lab::start(4).await;
    let made = lab.client.post(ISSUES, json!({ "title": "a / b" })).await.ok();
    assert_eq!(json!([made["number"], made["title"]]), json!([5, "a / b"]));
    let changed = lab.client.patch(&format!("{ISSUES}/5"), json!({ "state": "closed" })).await.ok();
    assert_eq!(json!([changed["title"], changed["state"]]), json!(["a / b", "closed"]));
    let query = [("where", "state='closed'"), ("orderBy", "created asc"), ("fields", "number,state")];
    let found = page(&lab.client, ISSUES, &query).await;
    assert_eq!(json!(found.rows[0]), json!({ "number": 2, "state": "closed" }));
    assert_eq!(column(&found.rows, "number"), json!([2, 4, 5]));
    let read = lab.client.get(&format!("{ISSUES}/1")).await.ok();
    assert_eq!(read, json!({ "id": 1001, "number": 1, "title": "Größe 1", "state": "open" }), "a null is left out");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_folders_are_found_by_their_path() {
    let lab = Lab::start(0).await;
    let list = |query: &'static [(&'static str, &'static str)]| page(&lab.client, "/hubs/general/contents", query);
    assert_eq!(column(&list(&[]).await.rows, "path"), json!(["README.md", "src"]));
    assert_eq!(column(&list(&[("folder", "src/bin")]).await.rows, "path"), json!(["src/bin/a b.rs"]));
    let one = "/hubs/general/contents/src%2Fbin%2Fa%20b.rs";
    let read = lab.client.get(&format!("{one}?ref=feature%2Fa")).await.ok();
    assert_eq!(json!([read["sha"], read["ref"]]), json!(["3d21ec5", "feature/a"]));
    let body = json!({ "message": "m", "content": "YQ==", "branch": "b" });
    assert_eq!(lab.client.put(one, body).await.ok(), json!({ "commit": { "message": "m", "branch": "b" } }));
    assert_our_refusal(&lab.client.delete(one).await, 400);
    assert_refused(&lab.client.delete(&format!("{one}?sha=0&message=gone")).await, 422, "\"sha\" wasn't supplied.");
    assert_eq!(lab.client.delete(&format!("{one}?sha=3d21ec5&message=gone")).await.status, 200);
    for outside in ["..", "a%2F..%2F..%2F..%2Fissues", "."] {
        assert_our_refusal(&lab.client.get(&format!("/hubs/general/contents?folder={outside}")).await, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pull_requests_are_merged_and_asked_whether_they_are() {
    let lab = Lab::start(0).await;
    assert_eq!(lab.client.get("/hubs/general/pull-requests/1/is-merged").await.status, 200);
    assert_refused(&lab.client.get("/hubs/general/pull-requests/2/is-merged").await, 404, "Not Found");
    let merged = lab.client.put("/hubs/general/pull-requests/2/merge", json!({ "merge_method": "squash" })).await.ok();
    assert_eq!(merged, json!({ "merged": true, "method": "squash" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_carry_the_words_of_the_provider() {
    let lab = Lab::start(1).await;
    assert_refused(&lab.client.get(&format!("{ISSUES}/9")).await, 404, "Not Found");
    assert_refused(&lab.client.patch(&format!("{ISSUES}/9"), json!({ "title": "a" })).await, 404, "Not Found");
    assert_refused(&lab.client.post(ISSUES, json!({ "body": "no title" })).await, 422, "Validation Failed");
    assert_our_refusal(&lab.client.delete(&format!("{ISSUES}/1")).await, 405);
    assert_our_refusal(&ask(&lab.client, "/hubs/general/search/issues", &[]).await, 400);
    // GitHub would take no notice of these.
    assert_our_refusal(&ask(&lab.client, "/hubs/general/branches", &[("orderBy", "name asc")]).await, 400);
    assert_our_refusal(&ask(&lab.client, ISSUES, &[("where", "title='a'")]).await, 400);
    assert_our_refusal(&ask(&lab.client, "/hubs/general/tags", &[("where", "name='a'")]).await, 400);
}
