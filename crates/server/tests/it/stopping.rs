//! A graceful stop: running calls finish, their record is written, the process ends with code 0.

use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use keyway_testing::{Reply, Vendor};
use serde_json::json;

use crate::database::CALLS;
use crate::home::Home;
use crate::instances::make;
use crate::served::Served;

/// A provider that answers when it is told, and says when it was called.
async fn gated() -> (Vendor, Receiver<()>, Sender<()>) {
    let (entered, entries) = channel();
    let (open, gate) = channel();
    let gate = Mutex::new(gate);
    let vendor = Vendor::start(move |_| {
        entered.send(()).expect("the test waits");
        // A test that ends without opening lets the call go.
        let opened = tokio::task::block_in_place(|| gate.lock().expect("one call").recv());
        opened.unwrap_or_default();
        Reply::json(200, &json!({ "slow": true }))
    });
    (vendor.await, entries, open)
}

async fn finishes_a_running_call(signal: &str) {
    for home in Home::both() {
        let (vendor, entries, open) = gated().await;
        let served = home.serve(&[]);
        let token = make(&home.admin(&served), &vendor, "credential").await;
        let client = served.element(&token);
        let call = tokio::spawn(async move { client.get("/proxy/slow").await });
        tokio::task::block_in_place(|| entries.recv()).expect("the provider is called");
        served.signal(signal);
        // No new connections from now on: the stop has begun, and the call still runs.
        while TcpStream::connect(served.address()).is_ok() {
            tokio::task::yield_now().await;
        }
        open.send(()).expect("the provider waits");
        assert_eq!(call.await.expect("an answer").ok(), json!({ "slow": true }));
        let done = served.wait();
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
        assert_eq!(home.sql(CALLS), ["1"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_terminated_server_finishes_a_running_call() {
    finishes_a_running_call("TERM").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_interrupted_server_finishes_a_running_call() {
    finishes_a_running_call("INT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_outlive_the_grace_are_cut_off() {
    let home = Home::new();
    let (vendor, entries, open) = gated().await;
    let served = Served::start(home.serving(&[]).env("KEYWAY_SHUTDOWN_GRACE", "1"));
    let token = make(&home.admin(&served), &vendor, "credential").await;
    let client = served.element(&token);
    let call = tokio::spawn(async move { client.request("GET", "/proxy/slow").send().await.is_err() });
    tokio::task::block_in_place(|| entries.recv()).expect("the provider is called");
    let done = served.stop();
    assert!(done.err.contains("longer than the shutdown grace"), "{}", done.err);
    assert!(call.await.expect("an end"));
    drop(open);
}

#[test]
fn an_idle_server_stops_without_a_word() {
    for home in Home::both() {
        let done = home.serve(&[]).stop();
        assert_eq!(done.err, "");
        let idle = home.serve(&[]);
        let connection = TcpStream::connect(idle.address()).expect("a connection");
        assert_eq!(idle.stop().err, "");
        drop(connection);
    }
}
