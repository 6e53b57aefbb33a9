//! moto: services of a cloud that verify signatures.

use std::process::Command;

use crate::{Client, Counterpart, counterparts, free_port};

/// Who may do everything.
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// STS, S3, `DynamoDB` and many more at one address, with signatures of version 4 verified.
///
/// A wrong signature is answered with 403. A request without one is answered with 500, which is a fault of moto.
#[derive(Debug)]
pub struct Moto {
    server: Counterpart,
    /// The access key of the user `ada`, who may do everything.
    pub key: String,
    /// The secret key.
    pub secret: String,
}

impl Moto {
    /// Starts the services, makes the user and switches verification on.
    pub async fn start() -> Self {
        let port = free_port();
        let mut command = Command::new(counterparts().join("venv/bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).current_dir(counterparts());
        let mut moto = Self { server: Counterpart::run(command, port), key: String::new(), secret: String::new() };
        moto.manage("CreateUser", &[]).await;
        moto.manage("PutUserPolicy", &[("PolicyName", "everything"), ("PolicyDocument", POLICY)]).await;
        let made = moto.manage("CreateAccessKey", &[]).await;
        moto.key = element(&made, "AccessKeyId").to_owned();
        moto.secret = element(&made, "SecretAccessKey").to_owned();
        let client = Client::new(&moto.url(), None);
        let strict = client.raw("POST", &format!("{}/moto-api/reset-auth", moto.url())).body("0");
        client.send(strict).await.ok();
        moto
    }

    /// The root of all addresses.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// An action on the user, as long as signatures are not looked at. The service is found by the credential's scope.
    async fn manage(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        let scope = "Credential=nobody/20260101/us-east-1/iam/aws4_request";
        let header = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none");
        let client = Client::new(&self.url(), Some(header));
        let fixed = [("Action", action), ("UserName", "ada"), ("Version", "2010-05-08")];
        let fields = [&fixed, parameters].concat();
        let form = reqwest::Url::parse_with_params(&self.url(), fields).expect("a URL");
        let request = client.raw("POST", &self.url()).header("content-type", "application/x-www-form-urlencoded");
        let answer = client.send(request.body(form.query().expect("a query").to_owned())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }
}

/// The text of an element of an XML document that has one such element.
fn element<'a>(document: &'a str, name: &str) -> &'a str {
    let (_, rest) = document.split_once(&format!("<{name}>")).expect("the element");
    rest.split_once('<').expect("its end").0
}
