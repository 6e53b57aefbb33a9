//! nginx as a slow provider: pieces come on as they arrive, and a caller who leaves stops the rest.

use std::fs;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use crate::nginx::{LARGE, Lab};

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_arrives_piece_by_piece() {
    let lab = Lab::start().await;
    let bytes = vec![b'x'; 192 << 10];
    fs::write(lab.file("slow.bin"), &bytes).expect("a file");
    let began = Instant::now();
    let mut answer = lab.caller().request("GET", "/slow/slow.bin").send().await.expect("an answer");
    let mut arrivals = Vec::new();
    let mut length = 0;
    while let Some(piece) = answer.chunk().await.expect("no break") {
        length += piece.len();
        arrivals.push(began.elapsed());
    }
    let (first, last) = (arrivals[0], arrivals[arrivals.len() - 1]);
    assert_eq!(length, bytes.len());
    assert!(last > Duration::from_secs(1), "nginx was not slow: {last:?}");
    assert!(first < last / 2, "the first piece came after {first:?} of {last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_stops_the_provider() {
    let lab = Lab::start().await;
    let mut answer = lab.caller().request("GET", "/slow/large.bin").send().await.expect("an answer");
    assert!(answer.chunk().await.expect("no break").is_some());
    drop(answer);
    let line = async {
        loop {
            let log = lab.log();
            if let Some(line) = log.lines().find(|line| line.starts_with("GET /slow/large.bin 200 ")) {
                return line.to_owned();
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let line = timeout(Duration::from_secs(20), line).await.expect("nginx ends the request");
    let sent: u64 = line.split(' ').nth(3).and_then(|text| text.parse().ok()).expect("a number");
    assert!(sent < LARGE / 8, "{sent} bytes were sent to nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_calls_are_answered_while_slow_ones_run() {
    let lab = Lab::start().await;
    let caller = lab.caller();
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut answer = caller.request("GET", "/slow/large.bin").send().await.expect("an answer");
        assert!(answer.chunk().await.expect("no break").is_some());
        slow.push(answer);
    }
    let began = Instant::now();
    for _ in 0..10 {
        let head = caller.call("HEAD", "/large.bin").await;
        assert_eq!(head.status, 200);
    }
    let taken = began.elapsed();
    assert!(taken < Duration::from_secs(10), "ten quick calls took {taken:?}");
    drop(slow);
}
