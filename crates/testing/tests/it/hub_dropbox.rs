//! The Dropbox connector through the documents hub, in front of a stand-in of Dropbox.

use keyway_testing::{Answer, Client, TestServer, Vendor};
use serde_json::{Value, json};

use crate::hub_laws::{assert_refused, page};
use crate::hub_objects::{lawful_rows, with};
use crate::setup::{ask_for_instance, instances_kept, provision};
use crate::stand_in::dropbox::{TOKEN, start};

const HUB: &str = "/hubs/documents";

struct Lab {
    _server: TestServer,
    dropbox: Vendor,
    client: Client,
}

fn configuration(dropbox: &Vendor, token: &str) -> Value {
    let url = dropbox.url();
    json!({ "access.token": token, "base.url": format!("{url}/api"), "content.url": format!("{url}/content") })
}

impl Lab {
    async fn start() -> Self {
        let (server, dropbox) = (TestServer::start(), start().await);
        let instance = provision(&server, "dropboxv2", &configuration(&dropbox, TOKEN)).await;
        let client = server.admin_with_element(&instance.token);
        Self { _server: server, dropbox, client }
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        self.client.get(&with(&format!("{HUB}{path}"), query)).await
    }

    /// Uploads as a browser does.
    async fn upload(&self, query: &[(&str, &str)], content: &[u8]) -> Answer {
        let head = "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n";
        let body = [head.as_bytes(), content, b"\r\n--X--\r\n"].concat();
        let request = self.client.request("POST", &with(&format!("{HUB}/files"), query));
        self.client.send(request.header("content-type", "multipart/form-data; boundary=X").body(body)).await
    }

    async fn put(&self, path: &str) -> Value {
        self.upload(&[("path", path)], path.as_bytes()).await.ok()
    }

    async fn download(&self, path: &str, query: &[(&str, &str)]) -> Vec<u8> {
        let request = self.client.request("GET", &with(&format!("{HUB}{path}"), query));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/octet-stream");
        answer.bytes().await.expect("a whole body").to_vec()
    }
}

fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object[member].as_str().unwrap_or_else(|| panic!("no {member} in {object}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_access_token_makes_no_instance() {
    let (server, dropbox) = (TestServer::start(), start().await);
    let answer = ask_for_instance(&server, "dropboxv2", &configuration(&dropbox, "wrong")).await;
    assert_eq!(answer.status, 401, "{}", answer.text);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_mebibytes_go_up_and_come_down_byte_for_byte() {
    let lab = Lab::start().await;
    let mut state = 1_u32;
    let mut byte = || {
        // A small generator: no byte sequence repeats within the file.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let content: Vec<u8> = (0..20 * 1024 * 1024).map(|_| byte()).collect();
    let path = "/Söhne/große Datei 🦇.bin";
    let query = [("path", path), ("size", "20971520"), ("tags[]", "a"), ("description", "of mine")];
    let file = lab.upload(&query, &content).await.ok();
    assert_eq!((text(&file, "path"), &file["size"]), (path, &json!(20_971_520)));
    let seen = lab.dropbox.last();
    let arguments: Value =
        serde_json::from_str(seen.headers["dropbox-api-arg"].to_str().expect("ASCII")).expect("JSON");
    assert_eq!((seen.target.as_str(), &arguments["path"]), ("/content/2/files/upload", &json!(path)));
    assert!(seen.body == content, "the provider got other bytes");
    assert!(lab.download("/files", &[("path", path)]).await == content, "other bytes by path");
    assert!(lab.download(&format!("/files/{}", text(&file, "id")), &[]).await == content, "other bytes by id");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_themselves_may_be_the_body() {
    let lab = Lab::start().await;
    let request = lab.client.request("POST", &with(&format!("{HUB}/files"), &[("path", "/raw.txt"), ("size", "5")]));
    let request = request.header("content-type", "application/octet-stream").body("hello");
    lab.client.send(request).await.ok();
    assert_eq!(lab.download("/files", &[("path", "/raw.txt")]).await, b"hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_have_the_unified_form() {
    let lab = Lab::start().await;
    let made = lab.put("/a/b.txt").await;
    let expected = json!({
        "id": made["id"],
        "refId": made["refId"],
        "name": "b.txt",
        "path": "/a/b.txt",
        "size": 8,
        "directory": false,
        "tags": [],
        "createdDate": "2026-01-02T03:04:05Z",
        "modifiedDate": "2026-01-02T03:04:06Z",
    });
    assert_eq!(made, expected);
    let id = text(&made, "id");
    assert_eq!(lab.get("/files/metadata", &[("path", "/a/b.txt")]).await.ok(), expected);
    assert_eq!(lab.get(&format!("/files/{id}/metadata"), &[]).await.ok(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_is_a_conflict_unless_it_is_to_be_overwritten() {
    let lab = Lab::start().await;
    let first = lab.put("/a.txt").await;
    assert_refused(&lab.upload(&[("path", "/a.txt")], b"other").await, 409, "path/conflict/file");
    assert_refused(
        &lab.upload(&[("path", "/a.txt"), ("overwrite", "false")], b"other").await,
        409,
        "path/conflict/file",
    );
    let second = lab.upload(&[("path", "/a.txt"), ("overwrite", "true")], b"other").await.ok();
    assert_eq!(first["id"], second["id"]);
    assert_eq!(lab.download("/files", &[("path", "/a.txt")]).await, b"other");
    let revisions = page(&lab.client, &format!("{HUB}/files/revisions?path=/a.txt"), &[]).await.rows;
    assert_eq!(revisions[0]["id"], second["refId"]);
    let id = text(&second, "id");
    assert_eq!(page(&lab.client, &format!("{HUB}/files/{id}/revisions"), &[]).await.rows, revisions);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_given_by_path_and_by_id() {
    let lab = Lab::start().await;
    let id = text(&lab.put("/a.txt").await, "id").to_owned();
    let by_path = lab.get("/files/links", &[("path", "/a.txt")]).await.ok();
    assert!(text(&by_path, "providerLink").starts_with("https://"));
    assert_eq!(lab.get(&format!("/files/{id}/links"), &[]).await.ok(), by_path);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_copied_moved_and_deleted_by_path_and_by_id() {
    let lab = Lab::start().await;
    let id = text(&lab.put("/a.txt").await, "id").to_owned();
    let copy = lab.client.post(&format!("{HUB}/files/copy?path=/a.txt"), json!({ "path": "/b.txt" })).await.ok();
    assert_eq!((text(&copy, "path"), &copy["directory"]), ("/b.txt", &json!(false)));
    lab.client.post(&format!("{HUB}/files/{id}/copy"), json!({ "path": "/c.txt" })).await.ok();
    assert_eq!(lab.download("/files", &[("path", "/c.txt")]).await, b"/a.txt");
    let moved = lab.client.patch(&format!("{HUB}/files/metadata?path=/c.txt"), json!({ "path": "/d.txt" })).await.ok();
    assert_eq!(text(&moved, "path"), "/d.txt");
    let again = lab.client.post(&format!("{HUB}/files/{id}/copy"), json!({ "path": "/b.txt" })).await;
    assert_refused(&again, 409, "to/conflict/file");

    assert_eq!(lab.client.delete(&format!("{HUB}/files/{id}")).await.status, 200);
    assert_eq!(lab.client.delete(&format!("{HUB}/files?path=/b.txt")).await.status, 200);
    let left = page(&lab.client, &format!("{HUB}/folders/contents?path=/"), &[("fields", "path")]).await.rows;
    assert_eq!(left, [json!({ "path": "/d.txt" })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_made_listed_copied_and_deleted() {
    let lab = Lab::start().await;
    let folder = lab.client.post(&format!("{HUB}/folders"), json!({ "path": "/box" })).await.ok();
    assert_eq!((text(&folder, "name"), &folder["directory"]), ("box", &json!(true)));
    assert_refused(
        &lab.client.post(&format!("{HUB}/folders"), json!({ "path": "/box" })).await,
        409,
        "path/conflict/folder",
    );
    for number in 0..5 {
        lab.put(&format!("/box/{number}.txt")).await;
    }
    let id = text(&folder, "id");
    let known = lab.get("/folders/metadata", &[("path", "/box")]).await.ok();
    assert_eq!((&known["id"], &known["directory"]), (&folder["id"], &json!(true)));
    assert_eq!(lab.get(&format!("/folders/{id}/metadata"), &[]).await.ok(), known);
    let rows = lawful_rows(&lab.client, &format!("{HUB}/folders/contents?path=/box"), 5).await;
    assert_eq!(
        rows.iter().map(|row| text(row, "name")).collect::<Vec<_>>(),
        ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]
    );
    assert_eq!(lawful_rows(&lab.client, &format!("{HUB}/folders/{id}/contents"), 5).await, rows);

    let copy = lab.client.post(&format!("{HUB}/folders/copy?path=/box"), json!({ "path": "/crate" })).await.ok();
    assert_eq!((text(&copy, "path"), &copy["directory"]), ("/crate", &json!(true)));
    assert_eq!(lab.client.delete(&format!("{HUB}/folders/{id}")).await.status, 200);
    assert_eq!(lab.client.delete(&format!("{HUB}/folders?path=/crate")).await.status, 200);
    assert_eq!(page(&lab.client, &format!("{HUB}/folders/contents"), &[]).await.rows, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_searched() {
    let lab = Lab::start().await;
    for path in ["/a/report 1.txt", "/a/other.txt", "/b/Report 2.txt", "/b/report 3.txt", "/b/reports 4.txt"] {
        lab.put(path).await;
    }
    let rows = lawful_rows(&lab.client, &format!("{HUB}/search?text=report"), 4).await;
    assert_eq!((text(&rows[0], "path"), &rows[0]["directory"]), ("/a/report 1.txt", &json!(false)));
    assert_eq!(lawful_rows(&lab.client, &format!("{HUB}/search?text=report&path=/b"), 3).await, rows[1..]);
    assert_eq!(lab.get("/search", &[]).await.status, 400, "the text is required");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_and_its_storage_are_told() {
    let lab = Lab::start().await;
    lab.put("/12345678.txt").await;
    let me = lab.get("/me", &[]).await.ok();
    assert_eq!((text(&me, "name"), text(&me, "email")), ("Ada Lovelace", "ada@example.com"));
    let storage = lab.get("/storage/available", &[]).await.ok();
    assert_eq!(storage, json!({ "used": 13, "total": 2_147_483_648_u64 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_in_the_words_of_dropbox() {
    let lab = Lab::start().await;
    for path in
        ["/files", "/files/metadata", "/files/links", "/files/revisions", "/folders/metadata", "/folders/contents"]
    {
        let answer = lab.get(path, &[("path", "/nothing")]).await;
        assert_refused(&answer, 404, "path/not_found");
    }
    assert_refused(&lab.get("/files/id:nothing", &[]).await, 404, "path/not_found");
    assert_refused(&lab.client.delete(&format!("{HUB}/files?path=/nothing")).await, 404, "path_lookup/not_found");
    let copy = lab.client.post(&format!("{HUB}/files/copy?path=/nothing"), json!({ "path": "/b" })).await;
    assert_refused(&copy, 404, "from_lookup/not_found");
    assert_eq!(lab.get("/files/metadata", &[]).await.status, 400, "a path is required");
}
