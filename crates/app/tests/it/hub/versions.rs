//! Versions of a definition: an instance keeps the one it was made with, whatever becomes of the file.

use keyway_testing::{Store, TestServer, Vendor};
use serde_json::{Value, json};

use super::bench::{Bench, HEAD, SECRET, TOKEN, configuration, folder_with, server_with, write};
use crate::support::{Instance, eventually, instance_of};

/// A definition whose only resource is at a path of the provider.
fn at(path: &str) -> String {
    format!("{HEAD}resources: {{ /r: {{ read: {{ GET: {path} }} }} }}\n")
}

/// How many versions the server knows.
async fn versions(server: &TestServer) -> usize {
    let answer = server.admin().get("/elements/example/versions").await;
    if answer.status == 200 { answer.json().as_array().map_or(0, Vec::len) } else { 0 }
}

/// The path at which the provider is called for an instance.
async fn called(server: &TestServer, instance: &Instance) -> String {
    let answer = server.element(&instance.token).get("/hubs/crm/r").await;
    if answer.status == 200 {
        answer.json()["target"].as_str().expect("a target").to_owned()
    } else {
        answer.status.to_string()
    }
}

async fn version_of(server: &TestServer, instance: &Instance) -> Value {
    server.admin().get(&format!("/instances/{}", instance.id)).await.ok()["elementVersion"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_keeps_the_version_it_was_made_with() {
    let (vendor, folder) = (Vendor::echo().await, folder_with(&at("/one")));
    let mut server = server_with(&folder);
    let old = instance_of(&server, "example", configuration(&vendor.url())).await;
    assert_eq!(called(&server, &old).await, "/one");
    write(&folder, &at("/second"));
    eventually(async || versions(&server).await == 2).await;
    let new = instance_of(&server, "example", configuration(&vendor.url())).await;
    for _ in 0..2 {
        assert_eq!(
            (called(&server, &old).await, called(&server, &new).await),
            ("/one".to_owned(), "/second".to_owned())
        );
        assert_eq!((version_of(&server, &old).await, version_of(&server, &new).await), (json!(1), json!(2)));
        // Nor does a new start change it.
        server.restart();
    }
    let path = format!("/instances/{}", old.id);
    server.admin().patch(&path, json!({ "name": "another" })).await.ok();
    assert_eq!(called(&server, &old).await, "/one", "a change of something else moves nothing");
    write(&folder, &at("/one"));
    let admin = server.admin();
    eventually(async || admin.patch(&path, json!({ "elementVersion": "latest" })).await.ok()["elementVersion"] == 1)
        .await;
    assert_eq!(versions(&server).await, 2, "the same text is the same version");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_moved_by_number_and_to_the_latest() {
    let (vendor, folder) = (Vendor::echo().await, folder_with(&at("/one")));
    let server = server_with(&folder);
    let instance = instance_of(&server, "example", configuration(&vendor.url())).await;
    write(&folder, &at("/second"));
    eventually(async || versions(&server).await == 2).await;
    let path = format!("/instances/{}", instance.id);
    let admin = server.admin();
    for (version, number, target) in
        [(json!("latest"), 2, "/second"), (json!(1), 1, "/one"), (json!(2), 2, "/second"), (json!(1), 1, "/one")]
    {
        let moved = admin.patch(&path, json!({ "elementVersion": version })).await.ok();
        assert_eq!(moved["elementVersion"], number, "{version}");
        assert_eq!(called(&server, &instance).await, target, "{version}");
    }
    for wrong in [json!(3), json!(0), json!(-1), json!("newest"), json!(1.5), json!({}), json!(true)] {
        let refused = admin.patch(&path, json!({ "elementVersion": wrong })).await;
        assert_eq!((refused.status, &refused.json()["fields"][0]["field"]), (400, &json!("elementVersion")), "{wrong}");
    }
    assert_eq!(called(&server, &instance).await, "/one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_mistake_changes_nothing_until_it_is_mended() {
    let (vendor, folder) = (Vendor::echo().await, folder_with(&at("/one")));
    let server = server_with(&folder);
    let old = instance_of(&server, "example", configuration(&vendor.url())).await;
    write(&folder, &at("/second{nothing}"));
    // A second connector that is right shows that the folder was looked at: nothing changes for it either.
    let other = folder.path().join("other");
    std::fs::create_dir_all(&other).expect("a folder");
    std::fs::write(other.join("connector.yaml"), at("/other").replace("key: example", "key: other")).expect("a file");
    for _ in 0..3 {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(versions(&server).await, 1);
        assert_eq!(server.admin().get("/elements/other/versions").await.status, 404);
    }
    let new = instance_of(&server, "example", configuration(&vendor.url())).await;
    assert_eq!((called(&server, &old).await, called(&server, &new).await), ("/one".to_owned(), "/one".to_owned()));
    write(&folder, &at("/mended"));
    eventually(async || versions(&server).await == 2).await;
    assert_eq!(server.admin().get("/elements/other/versions").await.ok().as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_file_an_instance_works_on_and_none_is_made() {
    let (vendor, folder) = (Vendor::echo().await, folder_with(&at("/one")));
    let mut server = server_with(&folder);
    let instance = instance_of(&server, "example", configuration(&vendor.url())).await;
    std::fs::remove_dir_all(folder.path().join("example")).expect("it is there");
    let admin = server.admin();
    eventually(async || admin.get("/elements/example/versions").await.status == 404).await;
    for _ in 0..2 {
        assert_eq!(called(&server, &instance).await, "/one");
        assert_eq!(version_of(&server, &instance).await, 1);
        let body =
            json!({ "name": "x", "element": { "key": "example" }, "configuration": configuration(&vendor.url()) });
        assert_eq!(server.admin().post("/instances", body).await.status, 404);
        let path = format!("/instances/{}", instance.id);
        server.admin().patch(&path, json!({ "name": "still here", "configuration": { "team": "blue" } })).await.ok();
        assert_eq!(server.admin().patch(&path, json!({ "elementVersion": "latest" })).await.status, 404);
        server.restart();
    }
    server.admin().delete(&format!("/instances/{}", instance.id)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_have_the_same_versions() {
    let vendor = Vendor::echo().await;
    let (one, two) = (folder_with(&at("/a")), folder_with(&at("/b")));
    let first = TestServer::with(Store::Postgres, |settings| settings.connectors = vec![one.path().to_owned()]);
    let database = first.database_url().expect("the first is on PostgreSQL");
    let master = first.folder().join("master.key");
    let second = TestServer::with(Store::Sqlite, |settings| {
        settings.database_url = database;
        settings.master_key_file = master;
        settings.connectors = vec![two.path().to_owned()];
    });
    let (a, b) = (
        instance_of(&first, "example", configuration(&vendor.url())).await,
        instance_of(&second, "example", configuration(&vendor.url())).await,
    );
    for server in [&first, &second] {
        assert_eq!(versions(server).await, 2);
        assert_eq!((version_of(server, &a).await, version_of(server, &b).await), (json!(1), json!(2)));
        assert_eq!((called(server, &a).await, called(server, &b).await), ("/a".to_owned(), "/b".to_owned()));
    }
    write(&one, &at("/b"));
    let made = async || instance_of(&first, "example", configuration(&vendor.url())).await;
    eventually(async || version_of(&first, &made().await).await == 2).await;
    let number = |server: &TestServer| {
        let admin = server.admin();
        async move { admin.get("/elements/example").await.ok()["id"].clone() }
    };
    assert_eq!(number(&first).await, number(&second).await);
}

/// A definition whose root is computed from an entry.
const COMPUTED: &str = "key: example
name: Example
hub: crm
configuration:
  subdomain: { required: true }
  base.url: { default: \"http://127.0.0.1:${config.subdomain}/x\", hidden: true }
  token: { secret: true, required: true }
authentication: { bearer: { bearer: \"${config.token}\" } }
resources: { /r: { read: { GET: /r } } }
";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_into_a_host_cannot_lead_elsewhere() {
    let (vendor, folder) = (Vendor::echo().await, folder_with(COMPUTED));
    let server = server_with(&folder);
    let port = vendor.url().rsplit_once(':').expect("a port").1.to_owned();
    let instance = instance_of(&server, "example", json!({ "subdomain": port, "token": TOKEN })).await;
    assert_eq!(called(&server, &instance).await, "/x/r");
    for evil in [
        "evil.com/",
        "80@evil.com",
        "80#",
        "80?x=",
        "80/../y",
        "80\\evil",
        "80 ",
        "80\n",
        "é",
        "%2f",
        "${config.token}",
    ] {
        let body = json!({ "name": "x", "element": { "key": "example" }, "configuration": { "subdomain": evil, "token": TOKEN } });
        let refused = server.admin().post("/instances", body).await;
        let field = refused.json()["fields"][0]["field"].clone();
        assert_eq!((refused.status, field), (400, json!("configuration.subdomain")), "{evil}: {}", refused.text);
        assert!(!refused.text.contains(TOKEN));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_secret_does_not_follow_an_instance_to_another_computed_host() {
    let (vendor, other, folder) = (Vendor::echo().await, Vendor::echo().await, folder_with(COMPUTED));
    let server = server_with(&folder);
    let port = |vendor: &Vendor| vendor.url().rsplit_once(':').expect("a port").1.to_owned();
    let instance = instance_of(&server, "example", json!({ "subdomain": port(&vendor), "token": TOKEN })).await;
    let path = format!("/instances/{}", instance.id);
    let admin = server.admin();
    for configuration in
        [json!({ "subdomain": port(&other) }), json!({ "subdomain": port(&other), "token": "********" })]
    {
        let refused = admin.patch(&path, json!({ "configuration": configuration })).await;
        let field = refused.json()["fields"][0]["field"].clone();
        assert_eq!((refused.status, field), (400, json!("configuration.token")), "{}", refused.text);
    }
    called(&server, &instance).await;
    assert!(other.seen().is_empty());
    let again = json!({ "configuration": { "subdomain": port(&other), "token": "another-token" } });
    admin.patch(&path, again).await.ok();
    called(&server, &instance).await;
    assert_eq!(super::bench::header(&other.last(), "authorization"), Some("Bearer another-token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_that_leads_elsewhere_asks_for_the_secret_again() {
    let (vendor, other) = (Vendor::echo().await, Vendor::echo().await);
    let on = Bench::new("resources: { /r: { read: { GET: /r } } }\n", vendor).await;
    let elsewhere = format!("{HEAD}resources: {{ /r: {{ read: {{ GET: \"{}/r\" }} }} }}\n", other.url());
    write(&on.folder, &elsewhere);
    eventually(async || versions(&on.server).await == 2).await;
    let path = format!("/instances/{}", on.instance.id);
    let refused = on.server.admin().patch(&path, json!({ "elementVersion": "latest" })).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.message().contains("token"), "{}", refused.text);
    let anew = json!({ "elementVersion": "latest", "configuration": { "token": TOKEN, "secret": SECRET } });
    on.server.admin().patch(&path, anew).await.ok();
    on.client.get("/r").await.ok();
    assert_eq!(other.last().target, "/r");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_cannot_be_read_any_more_does_not_take_its_instances_along() {
    let on = Bench::echo("resources: { /r: { verbs: [read], vendor: /r } }\n").await;
    let app = on.server.app().clone();
    let (organization, id) = (keyway_model::OrganizationId(1), keyway_model::InstanceId(on.instance.id));
    let spoil = async move {
        let key = keyway_model::ConnectorKey::parse("example").expect("a key");
        let mut tx = app.store.write().await.expect("the store");
        let now = app.clock.now();
        let version =
            tx.connector_version(&key, b"of another program", "members: of later", now).await.expect("a number");
        let mut instance = tx.instance(organization, id).await.expect("a row").expect("the instance").instance;
        instance.connector_version = version;
        assert!(tx.update_instance(&instance).await.expect("a change"));
        tx.insert_change(id, now).await.expect("a notice");
        tx.commit().await.expect("a commit");
        app.cache.forget(id);
    };
    let control = on.server.app().control.clone();
    control.spawn(spoil).await.expect("it is spoilt");
    assert_eq!(called(&on.server, &on.instance).await, "/r", "the installed definition serves");
    assert_eq!(on.server.admin().get("/instances").await.ok().as_array().map(Vec::len), Some(1));
    let moved =
        on.server.admin().patch(&format!("/instances/{}", on.instance.id), json!({ "elementVersion": 2 })).await;
    assert_eq!(moved.status, 400, "nobody is moved to it: {}", moved.text);
    assert!(moved.message().contains("cannot be read"), "{}", moved.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_and_reloads_use_up_no_numbers() {
    let folder = folder_with(&at("/one"));
    for store in [Store::Sqlite, Store::Postgres] {
        let mut server = TestServer::with(store, |settings| settings.connectors = vec![folder.path().to_owned()]);
        server.restart();
        server.restart();
        let other = folder.path().join("later");
        std::fs::create_dir_all(&other).expect("a folder");
        let definition = at("/one").replace("key: example", "key: later");
        std::fs::write(other.join("connector.yaml"), definition).expect("a file");
        let admin = server.admin();
        let count = admin.get("/elements").await.ok().as_array().map_or(0, Vec::len);
        eventually(async || admin.get("/elements/later").await.status == 200).await;
        assert_eq!(admin.get("/elements/later").await.ok()["id"], json!(count + 1), "{store:?}");
        std::fs::remove_dir_all(other).expect("the folder goes");
    }
}
