//! moto: signatures are verified, and the official client passes.

use keyway_testing::Client;
use keyway_testing::peers::Moto;
use serde_json::json;

use super::form;
use crate::setup::{curl, python};

#[tokio::test(flavor = "multi_thread")]
async fn only_rightly_signed_requests_are_answered() {
    let moto = Moto::start().await;
    let fields = [("Action", "GetCallerIdentity"), ("Version", "2011-06-15")];
    let client = Client::new(&moto.url(), None);
    let unsigned = form(client.raw("POST", &moto.url()).header("host", "sts.amazonaws.com"), &fields);
    assert_eq!(client.send(unsigned).await.status, 500);
    let mut told = Vec::new();
    for secret in [moto.secret.as_str(), "wrong"] {
        let user = format!("{}:{secret}", moto.key);
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        let sign = ["--aws-sigv4", "aws:amz:us-east-1:sts", "--user", &user, "-d", body];
        let rest = ["-o", "/dev/null", "-w", "%{http_code}"];
        told.push(curl(&[sign.as_slice(), &rest, &[moto.url().as_str()]].concat()).await.0);
    }
    assert_eq!(told, ["200", "403"]);
    let report = python("boto3_calls.py", &moto.url(), &format!("{} {}", moto.key, moto.secret)).await;
    let expected = json!({
        "arn": "arn:aws:iam::123456789012:user/ada",
        "keys": ["a b/ü+1.txt"],
        "tables": [],
        "refusal": [403, "SignatureDoesNotMatch"],
    });
    assert_eq!(report, expected);
}
