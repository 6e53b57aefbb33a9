//! Close's own Python client through the Close connector, in front of a stand-in of its public API.

use keyway_testing::TestServer;
use serde_json::json;

use crate::close_service::{API_KEY, AUTHORIZATION, CloseService};
use crate::setup::{ask_for_instance, instances_kept, provision, proxy, python};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_api_key_makes_no_instance() {
    let (server, close) = (TestServer::start(), CloseService::start().await);
    let configuration = json!({ "username": "api_wrong", "base.url": close.url() });
    let refused = ask_for_instance(&server, "closeio", &configuration).await;
    assert_eq!((refused.status, refused.message().as_str()), (401, "Close refused the credentials"));
    assert_eq!(instances_kept(&server).await, (0, 0));
    let asked: Vec<String> = close.seen().into_iter().map(|seen| seen.method + " " + &seen.target).collect();
    assert_eq!(asked, ["GET /api/v1/me/"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_works_with_a_key_as_its_basic_user() {
    let (server, close) = (TestServer::start(), CloseService::start().await);
    let configuration = json!({ "username": API_KEY, "base.url": close.url() });
    let instance = provision(&server, "closeio", &configuration).await;
    let key = instance.key(&server).await.text;
    let expected = json!({
        "me": "ada@example.com",
        "pages": [["Wayne & Söhne 4", "Wayne & Söhne 3"], ["Wayne & Söhne 2", "Wayne & Söhne 1"], ["Wayne & Söhne 0"]],
        "changed": ["Wayne & Söhne 0", "a note"],
        "kept": true,
        "deleted": {},
        "missing": 404,
        "problems": { "contacts": "This field must be a list." },
        "after_a_rate_limit": [{ "id": "stat_1", "label": "Potential" }],
    });
    assert_eq!(python("close_leads.py", &proxy(&server), &key).await, expected);

    let mut seen = close.seen();
    let verification = seen.remove(0);
    assert_eq!(verification.headers["authorization"], AUTHORIZATION);
    for seen in seen {
        assert_eq!(seen.headers["authorization"], AUTHORIZATION, "{}", seen.target);
        let shown = format!("{} {:?}", seen.target, seen.headers);
        assert!(!shown.contains(&key) && !shown.contains(&instance.token), "{shown}");
        let agent = seen.headers["user-agent"].to_str().expect("text");
        assert!(agent.starts_with("Close/") && seen.headers.contains_key("x-tz-offset"), "{shown}");
    }
}
