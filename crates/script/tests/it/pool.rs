//! What becomes of workers: deaths, replacements, queues, and callers who leave.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use keyway_script::{Kind, Sandbox, SandboxOptions};
use rustix::process::Signal;
use serde_json::json;

use crate::support::{both, options, run, signal, until, workers};

const ENDLESS: &str = "while (true) {} return 1";

#[tokio::test]
async fn a_worker_killed_while_it_waits_is_replaced_unseen() {
    let sandbox = Sandbox::new(options("idle"));
    assert_eq!(run(&sandbox, "1").await, Ok(json!(1)));
    for pid in workers("idle") {
        signal(pid, Signal::KILL);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(run(&sandbox, "2").await, Ok(json!(2)));
    drop(sandbox);
    until("idle", <[u32]>::is_empty).await;
}

#[tokio::test]
async fn a_worker_killed_while_it_works_costs_one_call() {
    let sandbox = Sandbox::new(options("busy"));
    let other = sandbox.clone();
    let call = tokio::spawn(async move { run(&other, ENDLESS).await });
    signal(until("busy", |workers| workers.len() == 1).await[0], Signal::KILL);
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error.kind, Kind::Crashed | Kind::Unavailable), "{error}");
    assert_eq!(run(&sandbox, "2").await, Ok(json!(2)));
}

#[tokio::test]
async fn a_worker_that_does_not_answer_is_killed() {
    let sandbox = Sandbox::new(SandboxOptions { time_limit: Duration::from_secs(1), ..options("silent") });
    assert_eq!(run(&sandbox, "1").await, Ok(json!(1)));
    let silent = workers("silent")[0];
    signal(silent, Signal::STOP);
    let start = Instant::now();
    assert_eq!(run(&sandbox, "2").await.unwrap_err().kind, Kind::Time);
    assert!(start.elapsed() < Duration::from_secs(5));
    until("silent", <[u32]>::is_empty).await;
    assert_eq!(run(&sandbox, "3").await, Ok(json!(3)));
}

#[tokio::test]
async fn workers_give_way_after_their_calls() {
    let sandbox = Sandbox::new(SandboxOptions { recycle_after: Some(3), ..options("recycle") });
    let mut seen = Vec::new();
    for _ in 0..7 {
        assert_eq!(run(&sandbox, "1").await, Ok(json!(1)));
        seen.extend(workers("recycle"));
    }
    seen.dedup();
    seen.sort_unstable();
    seen.dedup();
    assert!((2..=3).contains(&seen.len()), "{seen:?}");
    until("recycle", |workers| workers.len() == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once_get_their_own_answers() {
    for sandbox in both("many", |options| options.workers = 4) {
        let calls = (0..64).map(|number| {
            let sandbox = sandbox.clone();
            async move {
                let source = format!("let n = 0; for (let i = 0; i < 1000; i++) n += {number}; return n");
                assert_eq!(run(&sandbox, &source).await, Ok(json!(number * 1000)));
            }
        });
        join_all(calls).await;
        assert!(workers("many").len() <= 4);
    }
}

#[tokio::test]
async fn a_caller_who_leaves_takes_the_worker_along() {
    let sandbox = Sandbox::new(SandboxOptions { workers: 1, time_limit: Duration::from_mins(10), ..options("leave") });
    let start = Instant::now();
    assert!(tokio::time::timeout(Duration::from_millis(300), run(&sandbox, ENDLESS)).await.is_err());
    until("leave", <[u32]>::is_empty).await;
    assert_eq!(run(&sandbox, "2").await, Ok(json!(2)));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_caller_waits_only_so_long_for_a_worker() {
    let waiting_limit = Duration::from_millis(100);
    for sandbox in both("queue", |options| {
        options.workers = 1;
        options.waiting_limit = waiting_limit;
        options.time_limit = Duration::from_secs(3);
    }) {
        let (first, second) = tokio::join!(run(&sandbox, ENDLESS), run(&sandbox, "1"));
        assert_eq!(first.unwrap_err().kind, Kind::Time);
        let error = second.unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (Kind::Busy, "no worker was free in time"));
    }
}

#[tokio::test]
async fn programs_that_are_no_workers_are_named_and_not_waited_for() {
    for program in ["/does/not/exist", "/bin/false", "/bin/cat"] {
        let options = SandboxOptions::new(PathBuf::from(program), Vec::new());
        let error = run(&Sandbox::new(options), "1").await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable, "{program}: {error}");
        assert!(error.message.starts_with("scripts cannot run: "), "{error}");
    }
}

#[test]
fn a_worker_outlives_the_runtime_that_asked_for_it() {
    let sandbox = Sandbox::new(options("runtimes"));
    let mut seen = Vec::new();
    for number in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        assert_eq!(runtime.block_on(run(&sandbox, &number.to_string())), Ok(json!(number)));
        seen.extend(workers("runtimes"));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1);
}
