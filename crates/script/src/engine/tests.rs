//! What the engine answers. Its walls are tested around a real worker, in `tests/it`.

use std::time::Duration;

use serde_json::{Value, json};

use super::Engine;
use crate::error::{Fault, Kind};
use crate::options::Limits;
use crate::protocol;

fn engine() -> Engine {
    let limits = Limits { time: Duration::from_secs(5), memory: 32 << 20, stack: 256 << 10 };
    Engine::new(limits).unwrap()
}

fn run(source: &str, values: &Value) -> Result<Value, Fault> {
    let call = protocol::call(source, values.as_object().unwrap()).unwrap();
    protocol::outcome(&engine().answer(call))
}

fn result(source: &str) -> Value {
    run(source, &json!({"body": {"a": [1, {"b": "ü"}], "token": "t"}, "status": 200})).unwrap()
}

fn fault(source: &str) -> Fault {
    run(source, &json!({"body": {"a": [1]}})).unwrap_err()
}

#[test]
fn expressions_have_their_value() {
    assert_eq!(result("body['token']"), json!("t"));
    assert_eq!(result("body.a[1].b + status"), json!("ü200"));
    assert_eq!(result("{ x: 1, y: [body.a[0]] }"), json!({"x": 1, "y": [1]}));
    assert_eq!(result("status === 200 // as usual"), json!(true));
    assert_eq!(result("body.token;\n"), json!("t"));
    assert_eq!(result("body.a.map((x) => typeof x)"), json!(["number", "object"]));
    assert_eq!(result("(() => { return 7 })()"), json!(7));
}

#[test]
fn statements_return_their_value() {
    assert_eq!(result("const n = body.a.length;\nreturn n * 2;"), json!(4));
    assert_eq!(result("for (const x of body.a) { if (x.b) return x.b; }"), json!("ü"));
    assert_eq!(result("if (status !== 200) throw new Error('no');"), Value::Null);
}

#[test]
fn what_json_cannot_say_is_null() {
    assert_eq!(result("undefined"), Value::Null);
    assert_eq!(result("() => 1"), Value::Null);
    assert_eq!(result("[NaN, undefined]"), json!([null, null]));
    assert_eq!(result("new Date(0)"), json!("1970-01-01T00:00:00.000Z"));
}

#[test]
fn promises_are_waited_for() {
    assert_eq!(result("(async () => (await Promise.resolve(2)) + 1)()"), json!(3));
    assert_eq!(fault("(async () => { throw new Error('late') })()").message, "Error: late");
    assert_eq!(fault("new Promise(() => {})").kind, Kind::Result);
}

#[test]
fn values_are_frozen_through_and_through() {
    assert_eq!(fault("body.a.push(2)").kind, Kind::Threw);
    assert_eq!(fault("body.c = 1; return body").kind, Kind::Threw);
    assert_eq!(fault("body = 1; return body").kind, Kind::Threw);
    assert_eq!(result("[...body.a].reverse().length"), json!(2));
}

#[test]
fn syntax_errors_name_their_line() {
    let error = fault("const a = 1;\nconst b = ;\nreturn a;");
    assert_eq!((error.kind, error.line), (Kind::Syntax, Some(2)), "{error:?}");
    let error = fault("body..a");
    assert_eq!((error.kind, error.line), (Kind::Syntax, Some(1)), "{error:?}");
    assert_eq!(fault("let a = 1; a + 1").message, "statements need a return to have a result");
}

#[test]
fn what_is_thrown_names_its_line() {
    let error = fault("const a = 1;\n\nreturn body.x.y;");
    assert_eq!((error.kind, error.line), (Kind::Threw, Some(3)), "{error:?}");
    assert!(error.message.starts_with("TypeError: "), "{error:?}");
    let error = fault("function f() {\n  JSON.parse('{');\n}\nreturn f();");
    assert_eq!((error.kind, error.line), (Kind::Threw, Some(2)), "{error:?}");
    assert!(error.message.starts_with("SyntaxError: "), "{error:?}");
    assert_eq!(fault("throw 'no token'").message, "threw no token");
    assert_eq!(fault("throw {code: 7}").message, "threw {\"code\":7}");
}

#[test]
fn errors_that_fight_back_are_described_all_the_same() {
    assert_eq!(fault("throw { toJSON() { throw 1 } }").message, "threw something without words");
    let error = fault("throw Object.defineProperty(new Error('x'), 'message', { get() { throw 2 } })");
    assert_eq!(error.message, "Error");
}

#[test]
fn results_that_are_not_json_are_named() {
    assert_eq!(fault("const a = {}; a.a = a; return a").kind, Kind::Result);
    assert_eq!(fault("10n").kind, Kind::Result);
    assert_eq!(fault("'\\ud800'").kind, Kind::Result);
}

#[test]
fn nothing_of_a_call_is_seen_by_the_next() {
    let engine = engine();
    let run = |source: &str| {
        let values = json!({"body": {}});
        protocol::outcome(&engine.answer(protocol::call(source, values.as_object().unwrap()).unwrap()))
    };
    let dirt = "globalThis.left = 1; Object.prototype.polluted = 2; Array.prototype.map = null; \
        JSON.stringify = null; Promise.resolve().then(() => { globalThis.later = 3 }); return left";
    assert_eq!(run(dirt), Ok(json!(1)));
    let look = "[typeof left, typeof later, {}.polluted === undefined, typeof [].map, typeof JSON.stringify]";
    assert_eq!(run(look), Ok(json!(["undefined", "undefined", true, "function", "function"])));
}

#[test]
fn there_is_nothing_around_a_script() {
    let names = "['fetch', 'require', 'process', 'std', 'os', 'console', 'setTimeout', 'WebAssembly', 'performance', \
        'print', 'scriptArgs', 'module', 'Deno', 'XMLHttpRequest'].filter((name) => name in globalThis)";
    assert_eq!(result(names), json!([]));
    assert_eq!(result("[typeof Date.now(), typeof Math.random()]"), json!(["number", "number"]));
    assert_eq!(fault("import('fs').then((fs) => fs)").kind, Kind::Threw);
}
