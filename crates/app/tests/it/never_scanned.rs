//! Nothing of a caller's input is ever read as a template.

use keyway_testing::{TestServer, Vendor};
use serde_json::json;

use crate::support::{Wire, http_instance};

const PROBES: [&str; 4] = ["${config.password}", "$%7Bconfig.password%7D", "{{config.password}}", "#{password}"];

#[tokio::test(flavor = "multi_thread")]
async fn templates_in_path_query_header_and_body_pass_verbatim() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let configuration = json!({ "username": "u", "password": "canary-of-a-password" });
    let instance = http_instance(&server, &vendor.url(), "basic", configuration).await;
    for probe in PROBES.iter().filter(|probe| !probe.contains('#')) {
        let head = format!(
            "POST /proxy/a/{probe}/b?q={probe}&{probe}=1 HTTP/1.1\r\nHost: k\r\nX-Probe: {probe}\r\n\
             Authorization: Element {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{probe}",
            instance.token,
            probe.len()
        );
        let mut caller = Wire::connect(server.port()).await;
        caller.send(head.as_bytes()).await;
        assert_eq!(caller.head().await.status(), 200, "{probe}");
        let seen = vendor.last();
        assert_eq!(seen.target, format!("/a/{probe}/b?q={probe}&{probe}=1"));
        assert_eq!(seen.headers["x-probe"], *probe);
        assert_eq!(seen.body, probe.as_bytes());
        assert!(!seen.target.contains("canary"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_in_a_value_of_the_configuration_is_a_plain_text() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    for probe in PROBES {
        let more = json!({ "username": "u", "password": "canary", "token": probe });
        let instance = http_instance(&server, &vendor.url(), "bearer", more).await;
        server.element(&instance.token).get("/proxy/x").await.ok();
        assert_eq!(vendor.last().headers["authorization"], format!("Bearer {probe}").as_str());
    }
}
