//! The Prometheus page, on an address of its own.

use keyway_testing::{Answer, Client, Vendor, free_port};

use crate::home::Home;
use crate::instances::{assert_works, make};

async fn page(address: &str, path: &str) -> Answer {
    let client = Client::new("", None);
    client.send(client.raw("GET", &format!("http://{address}{path}"))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prometheus_text_is_served_on_its_own_address_only() {
    let home = Home::new();
    let vendor = Vendor::echo().await;
    let address = format!("127.0.0.1:{}", free_port());
    let served = home.serve(&["--metrics-listen", &address]);
    let admin = home.admin(&served);
    let token = make(&admin, &vendor, "credential").await;
    assert_works(&served, &token, "credential").await;
    let metrics = page(&address, "/metrics").await;
    assert_eq!((metrics.status, metrics.header("content-type")), (200, Some("text/plain; version=0.0.4")));
    assert!(metrics.text.contains("\nkeyway_calls_total{class=\"2xx\"} 1\n"), "{}", metrics.text);
    assert!(metrics.text.contains("\nkeyway_calls_in_flight 0\n"), "{}", metrics.text);
    for line in metrics.text.lines() {
        let sample = line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok());
        assert!(line.starts_with("# HELP ") || line.starts_with("# TYPE ") || sample, "{line}");
    }
    for path in ["/", "/instances", "/elements/api-v2/instances", "/healthz", "/proxy/x"] {
        assert_eq!(page(&address, path).await.status, 404, "{path}");
    }
    for client in [served.anonymous(), admin, served.element(&token)] {
        for path in ["/metrics", "/elements/api-v2/metrics"] {
            let answer = client.send(client.raw("GET", &format!("{}{path}", served.url))).await;
            assert!(answer.status >= 400 && !answer.text.contains("keyway_calls"), "{path}: {}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_no_page_unless_it_was_asked_for() {
    let home = Home::new();
    let served = home.serve(&[]);
    assert_eq!(page(served.address(), "/metrics").await.status, 404);
    assert_eq!(page(served.address(), "/healthz").await.status, 200);
    assert_eq!(page(served.address(), "/readyz").await.status, 200);
    let version = page(served.address(), "/version").await.ok();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
}
