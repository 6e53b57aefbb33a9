//! A worker's memory levels out.

use keyway_script::{Sandbox, SandboxOptions};

use crate::support::{options, run, workers};

/// The calls after which memory is looked at, in the usual run and with full counts.
const USUAL: [u32; 2] = [300, 3_000];
const FULL: [u32; 2] = [1_000, 10_000];

/// What calls do by turns: an expression, a map over many records, garbage in circles, put-off work, an error.
const SCRIPTS: [&str; 5] = [
    "body['access_token']",
    "return Array.from({ length: 100 }, (_, id) => ({ id, name: `n${id}`, made: new Date(id * 1e9) }))",
    "const a = []; for (let i = 0; i < 500; i++) a.push({ a, text: 'x'.repeat(i) }); return a.length",
    "(async () => { for (let i = 0; i < 50; i++) await i; return [...'abc'].map((c) => /b/.test(c)) })()",
    "throw new Error('no')",
];

/// A worker's resident kibibytes after each of the numbers of calls.
async fn resident_after(counts: [u32; 2]) -> [u64; 2] {
    let sandbox = Sandbox::new(SandboxOptions { workers: 1, recycle_after: None, ..options("memory") });
    let mut done = 0;
    let mut resident = [0; 2];
    for (slot, count) in resident.iter_mut().zip(counts) {
        while done < count {
            for source in SCRIPTS {
                assert_eq!(run(&sandbox, source).await.is_err(), source.starts_with("throw"));
                done += 1;
            }
        }
        let [pid] = workers("memory")[..] else { panic!("one worker answers all calls") };
        *slot = resident_kib(pid);
    }
    resident
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Whether the tests run with full counts: `KEYWAY_SOAK=1`.
fn is_soak() -> bool {
    std::env::vars().any(|(name, value)| name == "KEYWAY_SOAK" && value == "1")
}

#[tokio::test]
async fn soak_of_scripts_whose_workers_memory_levels_out() {
    let counts = if is_soak() { FULL } else { USUAL };
    let [early, late] = resident_after(counts).await;
    println!("soak-result: {{\"calls\":{counts:?},\"residentKib\":[{early},{late}]}}");
    assert!(late * 10 <= early * 11, "{early} KiB after {}, {late} KiB after {} calls", counts[0], counts[1]);
}
