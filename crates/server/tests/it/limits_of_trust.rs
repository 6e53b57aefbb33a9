//! Whom the server believes and whom it answers: `--trusted-proxy` and `--public-catalogue`.

use keyway_testing::Client;
use serde_json::json;

use crate::home::Home;
use crate::served::Served;

/// A server that takes two failed sign-ins a minute from an address.
fn serve(home: &Home, words: &[&str]) -> Served {
    Served::start(home.serving(words).env("KEYWAY_SIGN_IN_FAILURES", "2"))
}

/// The status of a failed sign-in that says that it was forwarded. Every try is for another name.
async fn fail(served: &Served, name: usize, forwarded_for: &str) -> u16 {
    let client = Client::new(&served.url, None);
    let body = json!({ "username": format!("nobody-{name}@example.com"), "password": "not a password" });
    let request = client.request("POST", "/authentication").json(&body);
    client.send(request.header("x-forwarded-for", forwarded_for)).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_proxy_says_who_calls() {
    let home = Home::new();
    let served = serve(&home, &["--trusted-proxy", "127.0.0.0/8"]);
    assert_eq!(fail(&served, 1, "192.0.2.1").await, 401);
    assert_eq!(fail(&served, 2, "192.0.2.1").await, 401);
    assert_eq!(fail(&served, 3, "192.0.2.1").await, 429);
    assert_eq!(fail(&served, 4, "192.0.2.2").await, 401);
    // What stands in front of the first address that is not trusted is the caller's own invention.
    assert_eq!(fail(&served, 5, "192.0.2.3, 192.0.2.1").await, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_is_believed() {
    let home = Home::new();
    for words in [&[][..], &["--trusted-proxy", "10.0.0.0/8"]] {
        let served = serve(&home, words);
        assert_eq!(fail(&served, 1, "192.0.2.1").await, 401);
        assert_eq!(fail(&served, 2, "192.0.2.2").await, 401);
        assert_eq!(fail(&served, 3, "192.0.2.3").await, 429);
        served.stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalogue_is_public_only_where_the_operator_says_so() {
    let home = Home::new();
    let closed = home.serve(&[]);
    assert_eq!(closed.anonymous().get("/elements").await.status, 401);
    closed.stop();
    let by_option = home.serve(&["--public-catalogue"]);
    assert_eq!(by_option.anonymous().get("/elements").await.status, 200);
    assert_eq!(by_option.anonymous().get("/connectors/stripe").await.status, 200);
    for path in ["/instances", "/accounts", "/users", "/organizations/me"] {
        assert_eq!(by_option.anonymous().get(path).await.status, 401, "{path}");
    }
    by_option.stop();
    let by_environment = Served::start(home.serving(&[]).env("KEYWAY_PUBLIC_CATALOGUE", "true"));
    assert_eq!(by_environment.anonymous().get("/elements").await.status, 200);
}
