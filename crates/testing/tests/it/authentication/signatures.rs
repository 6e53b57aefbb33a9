//! Signatures that expressions make anew for every call, computed again by somebody else.

use keyway_testing::{Seen, Vendor};
use serde_json::{Value, json};

use super::{Stage, header};
use crate::setup::python;

const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
  user: { required: true }
  secret: { required: true, secret: true }
authentication:
  wsse:
    headers:
      X-WSSE: >-
        UsernameToken Username="${config.user}", PasswordDigest="${sha1Base64(random() + date('YYYY-MM-DDTHH:mm:ssZ') + config.secret)}",
        Nonce="${random()}", Created="${date('YYYY-MM-DDTHH:mm:ssZ')}"
  duo:
    headers:
      Date: "${date('ddd, DD MMM YYYY HH:mm:ss [-0000]')}"
      Authorization: >-
        Basic ${base64(config.user + ':' + hmacSha1Hex([date('ddd, DD MMM YYYY HH:mm:ss [-0000]'), request.method,
        request.host.toLowerCase(), request.path, request.method == 'POST' ? request.body : request.canonical_query].join('\n'),
        config.secret))}
  prepared:
    headers: { X-Nonce: "${random()}" }
    on_connect:
      - { GET: "/connect/${config.user}" }
      - { GET: "/again/${config.user}/${config.secret}" }
verify: GET /check
resources:
  /things: { vendor: /things, verbs: [get] }
"#;

const SECRET: &str = "sec ret-0123456789é";

fn configuration(vendor: &Vendor) -> Value {
    json!({ "base.url": vendor.url(), "user": "DIABCDEFGHIJKLMNOP", "secret": SECRET })
}

#[tokio::test(flavor = "multi_thread")]
async fn wsse_digests_are_right_and_no_nonce_comes_twice() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    let instance = stage.instance("wsse", &configuration(&vendor)).await;
    stage.call(&instance, "/raw?a=1").await.ok();
    stage.server.element(&instance.token).get("/hubs/general/things/1").await.ok();
    let mut nonces = Vec::new();
    for seen in vendor.seen() {
        let given = json!({ "header": header(&seen, "x-wsse").expect("a header"), "password": SECRET });
        let told = python("credentials.py", "wsse", &given.to_string()).await;
        assert_eq!((&told["user"], &told["right"]), (&json!("DIABCDEFGHIJKLMNOP"), &json!(true)), "{told}");
        nonces.push(told["Nonce"].clone());
    }
    assert!(nonces.len() == 3 && nonces[0] != nonces[1] && nonces[1] != nonces[2], "{nonces:?}");
    stage.assert_no_trace(&[SECRET]).await;
}

/// What somebody else computes of a request.
async fn is_right(seen: &Seen, parameters: &str) -> Value {
    let given = json!({
        "date": header(seen, "date"), "method": seen.method, "host": header(seen, "host"),
        "path": seen.target.split('?').next(), "parameters": parameters,
        "authorization": header(seen, "authorization"), "secret": SECRET,
    });
    python("credentials.py", "duo", &given.to_string()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyed_hash_covers_method_host_path_and_sorted_parameters() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    let instance = stage.instance("duo", &configuration(&vendor)).await;
    let right = json!({ "user": "DIABCDEFGHIJKLMNOP", "right": true });
    assert_eq!(is_right(&vendor.last(), "").await, right, "the verification");
    stage.call(&instance, "/admin/v1/users?username=root&limit=10&a=b%20c").await.ok();
    assert_eq!(is_right(&vendor.last(), "a=b%20c&limit=10&username=root").await, right);
    assert_eq!(is_right(&vendor.last(), "limit=10").await["right"], false);
    let caller = instance.caller(&stage.server);
    let posted = caller.request("POST", "/admin/v1/users").header("content-type", "application/x-www-form-urlencoded");
    caller.client.send(posted.body("realname=First%20Last&username=root")).await.ok();
    assert_eq!(is_right(&vendor.last(), "realname=First%20Last&username=root").await, right);
    stage.assert_no_trace(&[SECRET]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_follow_each_other_share_no_nonce() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    stage.instance("prepared", &configuration(&vendor)).await;
    let seen = vendor.seen();
    let nonces: std::collections::BTreeSet<_> = seen.iter().filter_map(|seen| header(seen, "x-nonce")).collect();
    assert_eq!((seen.len(), nonces.len()), (3, 3), "{seen:?}");
}
