//! Scripts that would not stop, or would take too much.

use std::time::{Duration, Instant};

use keyway_script::{Kind, Origin, Sandbox, Script};
use serde_json::json;

use crate::support::{both, run};

/// Limit, grace and a busy machine.
const SOON: Duration = Duration::from_secs(5);

async fn expect(sandbox: &Sandbox, source: &str, kinds: &[Kind]) {
    let start = Instant::now();
    let outcome = run(sandbox, source).await;
    let kind = outcome.as_ref().map_err(|error| error.kind);
    assert!(kind.is_err_and(|kind| kinds.contains(&kind)), "{source}: {outcome:.200?}");
    assert!(start.elapsed() < SOON, "{source} took {:?}", start.elapsed());
}

fn impatient() -> [Sandbox; 2] {
    both("limits", |options| options.time_limit = Duration::from_millis(250))
}

#[tokio::test]
async fn endless_scripts_are_stopped() {
    let endless = [
        "while (true) {} return 1",
        "try { while (true) {} } catch (e) {} finally { while (true) {} } return 1",
        "for (;;) { try { for (;;) {} } catch { } } return 1",
        "/(a+)+$/.test('a'.repeat(40) + 'b')",
        "const again = () => Promise.resolve().then(again); again(); return 1",
        "(async () => { for (;;) await 1 })()",
        "return { toJSON() { for (;;) {} } }",
    ];
    let odd = [
        "throw Object.defineProperty(new Error('x'), 'message', { get() { for (;;) {} } })",
        "throw { toString() { for (;;) {} }, toJSON() { for (;;) {} } }",
        "Array.from({ length: 1e9 }, () => 0).length",
        "const a = Array.from({ length: 3e5 }, (_, i) => i); return a.sort((x, y) => { for (let i = 0; i < 1e4; i++); return y - x; }).length",
        "[].indexOf.call({ length: 2 ** 53 - 1 }, 1)",
    ];
    for sandbox in impatient() {
        for source in endless {
            expect(&sandbox, source, &[Kind::Time]).await;
        }
        // These may reach another limit first, or are errors that can be described without their words.
        for source in odd {
            expect(&sandbox, source, &[Kind::Time, Kind::Memory, Kind::Threw]).await;
        }
        assert_eq!(run(&sandbox, "1 + 1").await, Ok(json!(2)));
    }
}

#[tokio::test]
async fn a_script_that_was_stopped_names_its_limit_and_about_its_line() {
    for sandbox in impatient() {
        let error =
            run(&sandbox, "let n = 0;\n\n\nn = 1;\nwhile (true) n = Math.abs(n);\nreturn n;").await.unwrap_err();
        assert_eq!(error.message, "ran longer than 250 ms");
        assert!(error.line.is_some_and(|line| line <= 5), "{error}");
    }
}

#[tokio::test]
async fn bombs_do_not_go_off() {
    let bombs = [
        "const a = []; for (;;) a.push('x'.repeat(1000) + a.length); return 1",
        "let s = 'x'; for (;;) s += s; return 1",
        "'a'.repeat(1e9)",
        "new Array(1e8).fill(0).length",
        "new Uint8Array(1e9).length",
        "2n ** (10n ** 9n) > 1n",
        "const keep = []; for (;;) keep.push(new Map([[{}, keep]])); return 1",
        "let o = {}; for (;;) o = { o, more: new Array(1000) }; return 1",
        "JSON.stringify(Array.from({ length: 200 }, () => 'x'.repeat(1e6)))",
    ];
    for sandbox in both("bombs", |_| ()) {
        for source in bombs {
            expect(&sandbox, source, &[Kind::Memory, Kind::Threw]).await;
        }
        for source in bombs.iter().filter(|source| source.contains("push")) {
            let error = run(&sandbox, source).await.unwrap_err();
            assert_eq!(error.kind, Kind::Memory, "{source}: {error}");
        }
        assert_eq!(run(&sandbox, "1 + 1").await, Ok(json!(2)));
    }
}

#[tokio::test]
async fn deep_recursion_is_stopped() {
    let deep = [
        "const f = (n) => f(n + 1) + 1; return f(0)",
        "let o = []; for (let i = 0; i < 1e5; i++) o = [o]; return JSON.stringify(o)",
        "JSON.parse('['.repeat(1e5))",
        "new RegExp('('.repeat(1e5))",
        "new Function('('.repeat(1e5))",
        "class A { get x() { return this.x } } return new A().x",
    ];
    for sandbox in both("stack", |_| ()) {
        for source in deep {
            expect(&sandbox, source, &[Kind::Stack, Kind::Threw]).await;
        }
        expect(&sandbox, deep[0], &[Kind::Stack]).await;
        let source = "(".repeat(100_000);
        expect(&sandbox, &source, &[Kind::Stack, Kind::Syntax]).await;
        assert_eq!(run(&sandbox, "1 + 1").await, Ok(json!(2)));
    }
}

#[tokio::test]
async fn more_values_than_fit_are_refused() {
    for sandbox in both("values", |options| options.memory_limit = 4 << 20) {
        let script = Script { source: "big.length", origin: Origin { connector: "crm", field: "map" } };
        for size in [3 << 20, 5 << 20] {
            let values = json!({"big": vec!["x".repeat(100); size / 103]});
            let error = sandbox.evaluate(&script, values.as_object().unwrap()).await.unwrap_err();
            assert_eq!(error.kind, Kind::Memory, "{error}");
        }
        assert_eq!(run(&sandbox, "1 + 1").await, Ok(json!(2)));
    }
}
