//! Node-RED: a token from a login, which ends.

use std::time::Duration;

use keyway_testing::Client;
use keyway_testing::peers::NodeRed;

use super::{get_as, post};

#[tokio::test(flavor = "multi_thread")]
async fn a_login_gives_a_token_that_ends() {
    let node_red = NodeRed::start(2);
    let (login, flows) = (format!("{}/auth/token", node_red.url()), format!("{}/flows", node_red.url()));
    let fixed = [("client_id", "node-red-admin"), ("grant_type", "password"), ("scope", "*")];
    let with = |password| [fixed.as_slice(), &[("username", NodeRed::USER), ("password", password)]].concat();
    assert_eq!(post(&login, &with("wrong")).await.status, 403);
    let given = post(&login, &with(NodeRed::PASSWORD)).await.ok();
    assert_eq!((given["expires_in"].as_i64(), given.get("refresh_token")), (Some(2), None));
    let token = given["access_token"].as_str().expect("a token");
    assert!(get_as(token, &flows).await.ok().is_array());
    tokio::time::sleep(Duration::from_secs(3)).await;
    let client = Client::new(&flows, None);
    for late in [get_as(token, &flows).await, client.send(client.raw("GET", &flows)).await] {
        assert_eq!((late.status, late.text.as_str()), (401, "Unauthorized"));
    }
}
