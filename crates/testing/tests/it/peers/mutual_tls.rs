//! nginx with a private authority: who shows which certificate.

use keyway_testing::peers::{Certificates, MutualTls};
use serde_json::{Value, json};

use crate::setup::curl;

#[tokio::test(flavor = "multi_thread")]
async fn only_a_certificate_of_the_authority_opens() {
    let server = MutualTls::start();
    let path = |name: &str| server.certificates.file(name).display().to_string();
    let (authority, url) = (path("authority.pem"), format!("{}/a?b=c", server.url()));
    let trusting = ["--cacert", &authority, "-w", "\n%{http_code}", &url];
    let (nobody, _) = curl(&trusting).await;
    assert!(nobody.ends_with("\n400"), "{nobody}");
    let mut answers = Vec::new();
    for name in ["client", "rogue"] {
        let (pem, key) = (path(&format!("{name}.pem")), path(&format!("{name}.key")));
        answers.push(curl(&[["--cert", &pem, "--key", &key].as_slice(), &trusting].concat()).await.0);
    }
    let (body, status) = answers[0].rsplit_once('\n').expect("a status");
    let told: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(status, "200");
    assert_eq!(told, json!({ "subject": Certificates::CLIENT, "path": "/a?b=c", "authorization": "" }));
    assert!(answers[1].ends_with("\n400"), "{}", answers[1]);
    // 60 is curl's code for a certificate that it cannot verify.
    assert_eq!(curl(&[&url]).await, (String::new(), 60));
}
