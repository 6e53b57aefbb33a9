//! Addresses inside: refused in every spelling, and never connected to.

use keyway_testing::{Reply, Store, TestServer, Vendor};
use serde_json::json;

use crate::support::{instance_of, open_instance};

/// Every way to spell an address inside.
fn inside(vendor: &Vendor) -> Vec<String> {
    let url = vendor.url();
    let (_, port) = url.rsplit_once(':').expect("a port");
    let hosts = [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::]",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
        "127\u{3002}0\u{3002}0\u{3002}1",
    ];
    hosts.iter().map(|host| format!("http://{host}:{port}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_inside_is_refused_at_the_call_and_never_connected_to() {
    let server = TestServer::with(Store::Sqlite, |settings| settings.egress_allow = Vec::new());
    let vendor = Vendor::echo().await;
    for base in inside(&vendor) {
        let body = json!({
            "name": "one",
            "element": { "key": "http" },
            "configuration": { "base.url": base, "authentication.type": "none" },
        });
        let made = server.admin().post("/instances", body).await;
        if made.status == 400 {
            continue;
        }
        let token = made.ok()["token"].as_str().expect("a token").to_owned();
        let answer = server.element(&token).get("/proxy/x").await;
        assert_eq!(answer.status, 502, "{base}: {}", answer.text);
        assert!(answer.message().contains("egress policy"), "{base}: {}", answer.text);
    }
    assert!(vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_inside_is_refused_when_an_instance_is_made_and_nothing_is_kept() {
    let server = TestServer::with(Store::Sqlite, |settings| settings.egress_allow = Vec::new());
    let vendor = Vendor::echo().await;
    for base in inside(&vendor) {
        let body = json!({
            "name": "one",
            "element": { "key": "closeio" },
            "configuration": { "username": "api_1", "base.url": base },
        });
        let answer = server.admin().post("/instances", body).await;
        assert_eq!(answer.status, 400, "{base}: {}", answer.text);
        assert!(answer.message().contains("configuration.base.url"), "{base}: {}", answer.text);
    }
    assert!(vendor.seen().is_empty());
    assert_eq!(server.admin().get("/instances/count").await.ok()["totalInstances"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_cannot_be_moved_to_an_address_inside() {
    let open = Vendor::echo().await;
    let closed = Vendor::echo().await;
    let server = TestServer::with(Store::Sqlite, |settings| {
        settings.egress_allow = vec!["127.0.0.1/32".parse().expect("a range")];
    });
    let instance = instance_of(&server, "closeio", json!({ "username": "api_1", "base.url": open.url() })).await;
    let elsewhere = closed.url().replace("127.0.0.1", "127.0.0.2");
    let change = json!({ "configuration": { "base.url": elsewhere, "username": "api_2" } });
    let answer = server.admin().patch(&format!("/instances/{}", instance.id), change).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    server.element(&instance.token).get("/proxy/x").await.ok();
    assert!(closed.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_inside_is_not_followed_when_an_instance_is_made() {
    let server = TestServer::start();
    let inner = Vendor::echo().await;
    let target = inner.url();
    let outer = Vendor::start(move |_| {
        Reply { status: 302, headers: Vec::new(), body: String::new() }.header("location", &target)
    })
    .await;
    let body = json!({
        "name": "one",
        "element": { "key": "closeio" },
        "configuration": { "username": "api_1", "base.url": outer.url() },
    });
    let answer = server.admin().post("/instances", body).await;
    assert!(answer.status >= 400, "{}", answer.text);
    assert_eq!((outer.seen().len(), inner.seen().len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opened_range_opens_nothing_else() {
    let server = TestServer::with(Store::Sqlite, |settings| {
        settings.egress_allow = vec!["127.0.0.2/32".parse().expect("a range")];
    });
    let vendor = Vendor::echo().await;
    let instance = open_instance(&server, &vendor.url()).await;
    assert_eq!(server.element(&instance.token).get("/proxy/x").await.status, 502);
    assert!(vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_url_with_more_than_a_root_is_refused() {
    let server = TestServer::start();
    for base in [
        "http://user@127.0.0.1",
        "http://user:pw@127.0.0.1",
        "http://127.0.0.1/#x",
        "http://127.0.0.1/?x=1",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "gopher://127.0.0.1",
        "127.0.0.1",
        "//127.0.0.1",
        "http://127.0.0.1\\@evil.example",
        "http://127.0.0.1\r\nx",
        "http://evil.example\\.127.0.0.1",
        "http://",
        "http://[::1",
        "http://127.0.0.1:99999",
    ] {
        let body = json!({
            "name": "one",
            "element": { "key": "http" },
            "configuration": { "base.url": base, "authentication.type": "none" },
        });
        let answer = server.admin().post("/instances", body).await;
        assert_eq!(answer.status, 400, "{base}: {}", answer.text);
        assert!(answer.message().contains("base.url"), "{base}: {}", answer.text);
    }
}
