//! Documentation of connectors: Swagger documents, guides, versions.

use keyway_testing::{Store, TestServer, Vendor, on_both_stores};
use serde_json::{Value, json};

use crate::fixture::{at, basic, outsider, text};

fn operations(document: &Value) -> usize {
    document["paths"].as_object().expect("paths").values().map(|item| item.as_object().expect("an item").len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_has_a_swagger_document_by_key_and_by_number() {
    let server = TestServer::start();
    let admin = server.admin();
    let whole = admin.get("/elements/closeio/docs").await.ok();
    assert_eq!(whole["swagger"], "2.0");
    assert_eq!(whole["basePath"], "/elements/api-v2/hubs/crm");
    assert_eq!(format!("http://{}", text(&whole, "host")), server.url());
    let id = &admin.get("/elements/closeio").await.ok()["id"];
    assert_eq!(whole["info"]["x-element-id"], *id);
    for same in [
        format!("/elements/{id}/docs"),
        "/connectors/closeio/docs".to_owned(),
        "/elements/closeio/docs?version=-1".to_owned(),
    ] {
        assert_eq!(admin.get(&same).await.ok(), whole, "{same}");
    }
    assert_eq!(admin.get("/elements/nosuch/docs").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_or_object_comes_with_its_models_only() {
    let server = TestServer::start();
    let admin = server.admin();
    let one = admin.get("/elements/closeio/docs?operationId=getAccounts").await.ok();
    assert_eq!(operations(&one), 1);
    assert_eq!(one["definitions"].as_object().unwrap().keys().collect::<Vec<_>>(), ["Error", "Accounts"]);
    assert_eq!(admin.get("/elements/closeio/operations/getAccounts/docs").await.ok(), one);
    let object = admin.get("/elements/closeio/objects/accounts/docs").await.ok();
    assert!(object["paths"]["/accounts"].is_object() && object["paths"]["/accounts/{id}/notes"].is_object());
    assert!(object["paths"].get("/contacts").is_none());
    for (path, message) in [
        ("/elements/closeio/docs?operationId=nosuch", "No operation 'nosuch' found for element 'closeio'"),
        ("/elements/closeio/operations/nosuch/docs", "No operation 'nosuch' found for element 'closeio'"),
        ("/elements/closeio/objects/nosuch/docs", "No object 'nosuch' found for element 'closeio'"),
        ("/elements/closeio/docs?version=99", "No version '99' found for element 'closeio'"),
    ] {
        let answer = admin.get(path).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, message), "{path}");
    }
    let wrong = admin.get("/elements/closeio/docs?version=new").await;
    assert_eq!((wrong.status, wrong.message().as_str()), (400, "version must be a whole number; -1 is the latest"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_has_the_documents_of_its_connector() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &vendor, "documented").await;
        let holder = server.element(text(&made, "token"));
        let expected = admin.get("/elements/http/docs").await.ok();
        assert_eq!(admin.get(&format!("{}/docs", at(&made))).await.ok(), expected);
        assert_eq!(holder.get("/instances/docs").await.ok(), expected);
        let one = admin.get("/elements/http/docs?operationId=getPing").await.ok();
        for path in [format!("{}/docs?operationId=getPing", at(&made)), format!("{}/docs/getPing", at(&made))] {
            assert_eq!(admin.get(&path).await.ok(), one, "{path}");
        }
        assert_eq!(holder.get("/instances/docs/getPing").await.ok(), one);
        assert_eq!(holder.get("/instances/docs/getPing/definitions").await.ok(), one["definitions"]);
        assert_eq!(admin.get(&format!("{}/docs/getPing/definitions", at(&made))).await.ok(), one["definitions"]);
        assert_eq!(holder.get("/instances/docs/nosuch").await.status, 404);
        // Somebody else's instance is not there, no more than one that never was.
        let other = outsider(&server, "outsider").await;
        let theirs = [
            format!("{}/docs", at(&made)),
            format!("{}/docs/getPing", at(&made)),
            format!("{}/docs/getPing/definitions", at(&made)),
        ];
        for path in theirs {
            assert_eq!(other.get(&path).await.message(), format!("No instance found with ID {}", made["id"]), "{path}");
        }
        assert_eq!(other.patch(&at(&made), json!({ "elementVersion": "latest" })).await.status, 404);
        let unknown = admin.get("/instances/999999/docs").await;
        assert_eq!((unknown.status, unknown.message().as_str()), (404, "No instance found with ID 999999"));
        assert_eq!(server.anonymous().get(&format!("{}/docs", at(&made))).await.status, 401);
        assert_eq!(server.element("nothing").get("/instances/docs").await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_is_markdown_and_for_browsers_a_page() {
    let server = TestServer::start();
    let admin = server.admin();
    let guide = admin.get("/elements/closeio/guide").await;
    assert_eq!((guide.status, guide.header("content-type")), (200, Some("text/markdown; charset=utf-8")));
    assert!(
        guide.text.contains(&format!("curl -X POST '{}/elements/api-v2/instances'", server.url())),
        "{}",
        guide.text
    );
    let accepting =
        async |kinds: &str| admin.send(admin.request("GET", "/elements/closeio/guide").header("Accept", kinds)).await;
    let page = accepting("text/html,application/xhtml+xml,*/*;q=0.8").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert!(page.text.starts_with("<!doctype html>") && page.text.contains("<h2>Authenticate</h2>"), "{}", page.text);
    assert_eq!(admin.get("/elements/closeio/guide?format=html").await.text, page.text);
    assert_eq!(accepting("text/markdown, text/html;q=0.5").await.text, guide.text);
    let wrong = admin.get("/elements/closeio/guide?format=pdf").await;
    assert_eq!((wrong.status, wrong.message().as_str()), (400, "format must be markdown or html"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_in_the_folder_of_a_connector_is_shown_instead() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let own = folder.path().join("mine");
    std::fs::create_dir_all(&own).expect("a folder");
    let definition = "key: mine\nname: Mine\nhub: general\nconfiguration:\n  base.url: { required: true }\nauthentication: { none: {} }\n";
    std::fs::write(own.join("connector.yaml"), definition).expect("a file");
    std::fs::write(own.join("docs.md"), "# By hand\n\n<script>x</script>\n").expect("a file");
    let server = TestServer::with(Store::Sqlite, |settings| settings.connectors = vec![folder.path().to_owned()]);
    let admin = server.admin();
    assert_eq!(admin.get("/elements/mine/guide").await.text, "# By hand\n\n<script>x</script>\n");
    let page = admin.get("/elements/mine/guide?format=html").await.text;
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn documentation_is_for_readers_of_the_catalogue() {
    let closed = TestServer::start();
    let open = TestServer::with(Store::Sqlite, |settings| settings.public_catalogue = true);
    for path in [
        "/elements/http/docs",
        "/elements/http/guide",
        "/elements/http/versions",
        "/elements/http/operations/getPing/docs",
        "/elements/closeio/objects/accounts/docs",
    ] {
        assert_eq!(closed.anonymous().get(path).await.status, 401, "{path}");
        assert_eq!(open.anonymous().get(path).await.status, 200, "{path}");
        assert_eq!(closed.admin().get(path).await.status, 200, "{path}");
    }
    let versions = closed.admin().get("/elements/http/versions").await.ok();
    let newest = &versions.as_array().unwrap().last().unwrap()["version"];
    let asked = format!("/elements/http/docs?version={newest}");
    assert_eq!(closed.admin().get(&asked).await.status, 200);
    assert_eq!(closed.admin().get("/elements/http/docs").await.ok()["info"]["version"], json!(newest.to_string()));
}
