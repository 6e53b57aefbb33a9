//! What every connector has, and who is let in.

use keyway_testing::{Client, Reply, Vendor};
use serde_json::{Value, json};

use super::bench::Bench;
use crate::support::{key_of, open_instance};

const OBJECTS: &str = "verify: GET /me
resources:
  /people:
    vendor: /v2/persons/
    verbs: [list, get, create]
    model: { id: integer, name: string, born: date }
  /people/{id}/notes: { vendor: \"/persons/{id}/notes\", verbs: [list] }
  /seen: { vendor: /seen, verbs: [list] }
  /secret: { vendor: /secret, verbs: [list], hidden: true }
  /account: { read: { GET: /me } }
  /uploads: { vendor: /uploads, verbs: [upload] }
";

async fn bench() -> Bench {
    let vendor = Vendor::start(|seen| match seen.target.split('?').next().unwrap_or_default() {
        "/me" => Reply::json(200, &json!({ "id": 1 })),
        "/seen" => Reply::json(
            200,
            &json!([
                { "id": "a", "n": null, "at": "2024-05-06T07:08:09Z", "l": [], "o": {}, "f": 1.5 },
                { "id": "b", "n": 3, "b": true, "none": null }
            ]),
        ),
        _ => Reply::json(200, &json!([])),
    })
    .await;
    Bench::new(OBJECTS, vendor).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ping_says_how_the_credential_fares() {
    let on = bench().await;
    for path in ["/ping", "/hubs/crm/ping", "/hubs/other/ping"] {
        let answer = on.client.get(path).await.ok();
        assert_eq!((&answer["endpoint"], &answer["valid"]), (&json!("example"), &json!(true)), "{path}");
        assert!(answer["dateTime"].as_str().is_some_and(|time| time.ends_with('Z')), "{answer}");
        assert_eq!(on.vendor.last().target, "/me");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ping_tells_a_refusal() {
    let refusing = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let switch = std::sync::Arc::clone(&refusing);
    let vendor = Vendor::start(move |seen| {
        if switch.load(std::sync::atomic::Ordering::SeqCst) {
            let shown = seen.headers["authorization"].to_str().expect("a text").to_owned();
            return Reply::json(401, &json!({ "message": format!("{shown} was revoked") }));
        }
        Reply::json(200, &json!({}))
    })
    .await;
    let on = Bench::new(OBJECTS, vendor).await;
    refusing.store(true, std::sync::atomic::Ordering::SeqCst);
    let refused = on.client.get("/ping").await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert!(refused.message().contains("refused"), "{}", refused.text);
    assert!(!refused.text.contains(super::bench::TOKEN), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn ping_of_a_provider_that_is_not_there_is_502() {
    let folder = super::bench::folder_with(&format!("{}{OBJECTS}", super::bench::HEAD));
    let server = super::bench::server_with(&folder);
    let provider = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", provider.local_addr().expect("an address"));
    // It answers the one request that proves the credential, and is gone.
    let answered = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = provider.accept().await.expect("a connection");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_buf(&mut head).await.expect("a head");
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        stream.write_all(answer).await.expect("the other side reads");
    });
    let instance = crate::support::instance_of(&server, "example", super::bench::configuration(&base)).await;
    answered.await.expect("it answered");
    let silent = server.element(&instance.token).get("/ping").await;
    assert_eq!(silent.status, 502, "{}", silent.text);
    silent.message();
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_what_can_be_listed_or_read_at_the_top() {
    let on = bench().await;
    assert_eq!(on.client.get("/objects").await.ok(), json!(["people", "seen", "account"]));
    assert_eq!(on.client.get("/hubs/crm/objects").await.ok(), json!(["people", "seen", "account"]));
    let typed = on.client.send(on.client.request("GET", "/objects").header("Elements-Version", "Helium")).await.ok();
    let expected = json!([
        { "name": "people", "vendorName": "persons", "type": "vendor" },
        { "name": "seen", "vendorName": "seen", "type": "vendor" },
        { "name": "account", "vendorName": "me", "type": "vendor" },
    ]);
    assert_eq!(typed, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fields_of_an_object_are_declared_or_observed() {
    let on = bench().await;
    let fields = |answer: Value| -> Vec<(String, String)> {
        let fields = answer["fields"].as_array().expect("fields").clone();
        let text = |field: &Value, name: &str| field[name].as_str().expect("a text").to_owned();
        fields.iter().map(|field| (text(field, "vendorPath"), text(field, "type"))).collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect()
    };
    let before = on.vendor.seen().len();
    let declared = on.client.get("/objects/people/metadata").await.ok();
    assert_eq!(fields(declared.clone()), pairs(&[("id", "integer"), ("name", "string"), ("born", "date")]));
    assert_eq!(on.vendor.seen().len(), before, "the provider is not asked");
    let names: Vec<&Value> =
        declared["fields"][1]["method"].as_array().expect("methods").iter().map(|method| &method["name"]).collect();
    assert_eq!(names, ["GET", "GET_BY_ID", "POST"]);
    let id = &declared["fields"][0];
    assert_eq!((&id["primaryKey"], &id["method"][2]["request"]), (&json!(true), &json!(false)));

    let observed = fields(on.client.get("/hubs/crm/objects/seen/metadata").await.ok());
    for (name, kind) in pairs(&[
        ("id", "string"),
        ("n", "integer"),
        ("at", "date"),
        ("l", "array"),
        ("o", "object"),
        ("f", "number"),
        ("b", "boolean"),
    ]) {
        assert!(observed.contains(&(name.clone(), kind.clone())), "{name} {kind}: {observed:?}");
    }
    for unknown in ["nothing", "notes", "secret", "uploads", "%2e%2e"] {
        let answer = on.client.get(&format!("/objects/{unknown}/metadata")).await;
        assert!(matches!(answer.status, 404 | 400), "{unknown}: {}", answer.text);
        answer.message();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_instance_answers_only_what_needs_no_provider() {
    let on = bench().await;
    let path = format!("/instances/{}/enabled", on.instance.id);
    on.server.admin().delete(&path).await.ok();
    let before = on.vendor.seen().len();
    for (method, path) in [
        ("GET", "/people"),
        ("GET", "/people/1"),
        ("POST", "/people"),
        ("POST", "/uploads"),
        ("GET", "/ping"),
        ("GET", "/objects/seen/metadata"),
        ("GET", "/hubs/crm/account"),
    ] {
        let answer = on.client.send(on.client.request(method, path).body("{\"a\":1}")).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
        answer.message();
    }
    assert_eq!(on.vendor.seen().len(), before);
    for path in ["/objects", "/hubs/crm/objects", "/objects/people/metadata"] {
        on.client.get(path).await.ok();
    }
    on.server.admin().put(&path, json!({})).await.ok();
    on.client.get("/people").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn any_segment_behind_hubs_and_none_are_the_same() {
    let on = bench().await;
    for path in ["/people", "/hubs/crm/people", "/hubs/crap/people", "/hubs/%C3%BC/people", "/people/"] {
        let answer = on.client.get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "[]"), "{path}");
    }
    let plain = on.client.send(on.client.raw("GET", &format!("{}/hubs/crm/people", on.server.url()))).await;
    assert_eq!(plain.status, 200, "without the prefix, too: {}", plain.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_404_and_a_known_one_with_another_method_405() {
    let on = bench().await;
    let before = on.vendor.seen().len();
    for (method, path, status) in [
        ("GET", "/hubs/crm/nothing", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/hubs/crm/people/1/notes/2", 404),
        ("DELETE", "/people/1", 405),
        ("PATCH", "/hubs/crm/people", 405),
        ("GET", "/uploads", 405),
        ("POST", "/ping", 405),
        ("DELETE", "/hubs/crm/objects", 405),
        ("OPTIONS", "/people", 405),
    ] {
        let answer = on.client.send(on.client.request(method, path)).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        answer.message();
    }
    assert_eq!(on.vendor.seen().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_elses_secret_opens_a_resource() {
    let on = bench().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({})).await;
    let other = open_instance(&on.server, &on.vendor.url()).await;
    let before = on.vendor.seen().len();
    let token = &on.instance.token;
    for shown in [
        format!("Element {key}"),
        format!("Bearer {key}"),
        format!("Bearer {token}"),
        "Element nonsense".to_owned(),
        format!("Element {token}x"),
        format!("User {}, Element {token}", "wrong"),
        format!("User {}, Organization wrong, Element {token}", on.server.user_secret()),
    ] {
        let client = Client::new(&on.server.url(), Some(shown.clone()));
        for path in ["/hubs/crm/people", "/hubs/crm/ping", "/hubs/crm/objects"] {
            let answer = client.get(path).await;
            assert!(matches!(answer.status, 400 | 401 | 404), "{shown} {path}: {}", answer.text);
            answer.message();
        }
    }
    assert_eq!(
        on.server.anonymous().get("/hubs/crm/people").await.status,
        401,
        "a resource is one of a token's connector"
    );
    let elsewhere = on.server.element(&other.token).get("/hubs/crm/people").await;
    assert_eq!(elsewhere.status, 404, "another connector's resource");
    assert_eq!(on.vendor.seen().len(), before);
    let key_on_resource = Client::new(&on.server.url(), Some(format!("Element {key}"))).get("/hubs/crm/people").await;
    assert_eq!(key_on_resource.status, 401);
    on.server.admin().delete(&format!("/instances/{}", on.instance.id)).await.ok();
    crate::support::eventually(async || on.client.get("/people").await.status == 401).await;
}
