//! Keyway itself over TLS, with a certificate made by openssl, called by curl.

use std::fs;
use std::path::{Path, PathBuf};

use keyway_testing::{Reply, Store, TestServer, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::setup::{Instance, curl, openssl};

/// A server that speaks https, and the authority that callers trust.
struct Lab {
    server: TestServer,
    folder: TempDir,
}

impl Lab {
    async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        make_authority(folder.path(), "authority").await;
        make_authority(folder.path(), "stranger").await;
        make_certificate(folder.path()).await;
        let server = TestServer::with(Store::Sqlite, |settings| {
            settings.tls_cert = folder.path().join("server.pem");
            settings.tls_key = folder.path().join("server.key");
            settings.proxy_domain = "proxy.localhost".into();
        });
        Self { server, folder }
    }

    fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.server.port())
    }

    fn file(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.into_os_string().into_string().expect("a path in UTF-8")
    }

    /// Calls with trust in the authority.
    async fn curl(&self, arguments: &[&str]) -> (String, i32) {
        let authority = self.file("authority.pem");
        curl(&[&["--cacert", authority.as_str()], arguments].concat()).await
    }

    async fn provision(&self, base_url: &str) -> Instance {
        let secrets = format!(
            "Authorization: User {}, Organization {}",
            self.server.user_secret(),
            self.server.organization_secret()
        );
        let configuration = json!({ "authentication.type": "bearer", "token": "t-1", "base.url": base_url });
        let body = json!({ "name": "over TLS", "element": { "key": "http" }, "configuration": configuration });
        let url = self.url("/elements/api-v2/instances");
        let arguments = ["-H", &secrets, "-H", "Content-Type: application/json", "-d", &body.to_string(), &url];
        let (made, code) = self.curl(&arguments).await;
        let made: Value = serde_json::from_str(&made).unwrap_or_else(|error| panic!("{error}, {code}: {made}"));
        let token = made["token"].as_str().unwrap_or_else(|| panic!("no token: {made}")).to_owned();
        Instance { id: made["id"].as_i64().expect("an id"), token }
    }
}

async fn make_authority(folder: &Path, name: &str) {
    let (key, certificate, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/CN={name}"));
    let new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
    openssl(folder, [&new, ["-subj", &subject, "-keyout", &key, "-out", &certificate].as_slice()].concat()).await;
}

async fn make_certificate(folder: &Path) {
    let request = ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=keyway", "-keyout", "server.key"];
    openssl(folder, [&request, ["-out", "server.csr"].as_slice()].concat()).await;
    let names = "subjectAltName=IP:127.0.0.1,DNS:*.proxy.localhost\nbasicConstraints=CA:FALSE\n";
    fs::write(folder.join("names"), names).expect("names");
    let by = ["-CA", "authority.pem", "-CAkey", "authority.key", "-set_serial", "7", "-days", "2", "-extfile", "names"];
    let sign = ["x509", "-req", "-in", "server.csr", "-out", "server.pem"];
    openssl(folder, [sign.as_slice(), &by].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_speak_http_2_or_1_as_they_like() {
    let lab = Lab::start().await;
    let url = lab.url("/healthz");
    let mut spoken = Vec::new();
    for versions in [["--http2", "--tlsv1.3"], ["--http1.1", "--tlsv1.3"], ["--http2", "--tls-max"]] {
        let rest = ["-o", "/dev/null", "-w", "%{http_version} %{http_code}", url.as_str()];
        let limit: &[&str] = if versions[1] == "--tls-max" { &["1.2"] } else { &[] };
        spoken.push(lab.curl(&[&versions, limit, &rest].concat()).await);
    }
    let expected = ["2 200", "1.1 200", "2 200"].map(|text| (text.to_owned(), 0));
    assert_eq!(spoken, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_trusts_somebody_else_does_not_connect() {
    let lab = Lab::start().await;
    let stranger = lab.file("stranger.pem");
    // 60 is curl's code for a certificate that it cannot verify.
    assert_eq!(curl(&["--cacert", &stranger, &lab.url("/healthz")]).await, (String::new(), 60));
    let plain = format!("http://127.0.0.1:{}/healthz", lab.server.port());
    let (_, code) = curl(&[&plain]).await;
    assert_ne!(code, 0, "plain HTTP was answered on the TLS port");
    assert_eq!(lab.curl(&["-o", "/dev/null", "-w", "%{http_code}", &lab.url("/healthz")]).await.0, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_raw_call_is_the_same_in_both_versions() {
    let lab = Lab::start().await;
    let vendor = Vendor::echo().await;
    let instance = lab.provision(&vendor.url()).await;
    let token = format!("Authorization: Element {}", instance.token);
    let url = lab.url("/proxy/a%2Fb//c?q=%20");
    let mut seen = Vec::new();
    for version in ["--http2", "--http1.1"] {
        let arguments = [version, "-H", &token, "-H", "X-Mine: 1", "-X", "PROPFIND", "--data-binary", "body", &url];
        let (text, code) = lab.curl(&arguments).await;
        let echo: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}, {code}: {text}"));
        let headers = &echo["headers"];
        let told = [&headers["authorization"], &headers["x-mine"], &headers["content-length"], &headers["host"]];
        seen.push(json!([echo["method"], echo["target"], echo["body"], told]));
    }
    let host = vendor.url().replace("http://", "");
    let expected = json!(["PROPFIND", "/a%2Fb//c?q=%20", "body", ["Bearer t-1", "1", "4", host]]);
    assert_eq!(seen, [expected.clone(), expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_name_of_an_instance_gives_back_https_addresses() {
    let lab = Lab::start().await;
    let vendor = Vendor::start(|seen| {
        let host = seen.headers["host"].to_str().expect("text").to_owned();
        Reply::json(302, &json!({})).header("location", &format!("http://{host}/v1/there?page=2"))
    })
    .await;
    let instance = lab.provision(&format!("{}/v1", vendor.url())).await;
    let token = format!("Authorization: Element {}", instance.token);
    let authority = format!("{}.proxy.localhost:{}", instance.id, lab.server.port());
    let resolve = format!("{authority}:127.0.0.1");
    for version in ["--http2", "--http1.1"] {
        let url = format!("https://{authority}/here");
        let told = ["-o", "/dev/null", "-w", "%{http_code} %header{location}"];
        let (text, code) =
            lab.curl(&[&[version, "--resolve", &resolve, "-H", &token, &url], told.as_slice()].concat()).await;
        assert_eq!((text, code), (format!("302 https://{authority}/there?page=2"), 0), "{version}");
    }
    assert_eq!(vendor.last().target, "/v1/here");
}
