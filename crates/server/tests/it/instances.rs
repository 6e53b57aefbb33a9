//! Instances of the connector `http`, and whether they work.

use keyway_testing::{Answer, Client, Vendor};
use serde_json::{Value, json};

use crate::served::Served;

/// The body of an instance with a bearer token.
pub(crate) fn bearer(url: &str, token: &str) -> Value {
    json!({
        "name": "an instance",
        "element": { "key": "http" },
        "configuration": { "base.url": url, "authentication.type": "bearer", "token": token },
    })
}

/// Makes an instance with a bearer token and returns its token.
pub(crate) async fn make(admin: &Client, vendor: &Vendor, token: &str) -> String {
    let made = admin.post("/instances", bearer(&vendor.url(), token)).await.ok();
    made["token"].as_str().expect("a token").to_owned()
}

/// Calls through an instance.
pub(crate) async fn call(served: &Served, token: &str) -> Answer {
    served.element(token).get("/proxy/anything").await
}

/// Proves that the provider sees an instance's credential.
pub(crate) async fn assert_works(served: &Served, token: &str, credential: &str) {
    let seen = call(served, token).await.ok();
    assert_eq!(seen["headers"]["authorization"], json!(format!("Bearer {credential}")));
}
