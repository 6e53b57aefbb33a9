//! The list of commands, with examples.

const HELP: &str = "\
The project's commands. Nothing but Rust, Node.js 20 and (for tests and benchmarks) Debian is needed.

  cargo xtask run [-- ARGS]            build and start Keyway on the embedded store in data/
      cargo xtask run
      cargo xtask run -- --listen 127.0.0.1:9000 --egress-allow 127.0.0.0/8

  cargo xtask test [--fast] [FILTER]   all checks and tests, as in CI: format, tidy, clippy, the real
                                       counterparts, SQLite and PostgreSQL, documentation
      cargo xtask test                 everything
      cargo xtask test --fast          without clippy, counterparts and documentation
      cargo xtask test --fast proxy    only tests with `proxy` in their name

  cargo xtask tidy                     the rules that no other tool checks; takes seconds
  cargo xtask openapi                  renew the snapshot of the API's document, crates/api/openapi.json
  cargo xtask counterparts             install the servers and SDKs of the tests into .cache/

  cargo xtask soak [NAME]              the torture tests with full counts -> bench/results/soak-*.json
      cargo xtask soak
      cargo xtask soak kill            only those with `kill` in their name
      cargo xtask soak refresh         renewals: storms of calls, and kills in between

  cargo xtask bench [PART] [--seconds N] [--quick]
                                       speed and memory beside nginx -> bench/results/bench-*.{json,md}
      cargo xtask bench                calls, memory, start, instances, hub, log and refresh
      cargo xtask bench calls          one part
      cargo xtask bench --quick        a first impression in a minute or two

Exit code: 0 all well, 1 something failed, 2 the command line makes no sense.";

pub(crate) fn print() {
    println!("{HELP}");
}
