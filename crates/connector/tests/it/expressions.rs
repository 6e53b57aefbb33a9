//! Expressions against JavaScript itself: what is made by chance has the same value here and in Node.

mod made;

use std::io::Write as _;
use std::process::{Command, Stdio};

use keyway_connector::{Expression, Scope};
use serde_json::{Map, Value, json};

use made::{Dice, Pair, body, configuration, expression, words};

/// Evaluates texts; each becomes kind, text and truth, or null where it is no JavaScript. `T` stands for what we do in our
/// own way: what throws, is undefined or no number is null, half of a surrogate pair is U+FFFD, and lists and objects are
/// never the same one.
const REFERENCE: &str = r#"
const { createHash, createHmac } = require("crypto");
const { body, config, texts } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const whole = value => Array.isArray(value) ? value.map(whole)
    : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([name, of]) => [name, whole(of)]))
    : typeof value === "number" && !Number.isFinite(value) ? null
    : value?.toWellFormed?.() ?? value ?? null;
const T = make => { try { return whole(make()); } catch { return null; } };
const plain = value => typeof value === "object" ? JSON.stringify(value) : String(value);
const bytes = make => (...given) => given.includes(null) ? null : make(...given.map(plain));
const ours = {
    base64: bytes(text => Buffer.from(text).toString("base64")),
    base64url: bytes(text => Buffer.from(text).toString("base64url")),
    hex: bytes(text => Buffer.from(text).toString("hex")),
    md5Hex: bytes(text => createHash("md5").update(text).digest("hex")),
    sha1Base64: bytes(text => createHash("sha1").update(text).digest("base64")),
    sha256Hex: bytes(text => createHash("sha256").update(text).digest("hex")),
    hmacSha1Base64: bytes((text, key) => createHmac("sha1", key).update(text).digest("base64")),
    hmacSha256Hex: bytes((text, key) => createHmac("sha256", key).update(text).digest("hex")),
    hmacSha512Hex: bytes((text, key) => createHmac("sha512", key).update(text).digest("hex")),
};
const shown = value => value === null ? ["null", null, false] : [typeof value, plain(value), !!value];
console.log(JSON.stringify(texts.map(text => {
    let made;
    const names = ["body", "config", "T", ...Object.keys(ours)];
    try { made = new Function(...names, "return (" + text + "\n)"); } catch { return null; }
    return shown(T(() => made(body, config, T, ...Object.values(ours))));
})));
"#;

/// Keys that Node has made, with what it says of them.
const KEYS: &str = r#"
const { createHash, generateKeyPairSync, sign } = require("crypto");
const pem = key => key.export({ type: "pkcs8", format: "pem" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed25519 = generateKeyPairSync("ed25519").privateKey;
console.log(JSON.stringify({
    rsa: pem(rsa.privateKey),
    fingerprint: createHash("sha256").update(rsa.publicKey.export({ type: "spki", format: "der" })).digest("base64"),
    ed25519: pem(ed25519),
    signature: sign(null, Buffer.from("é"), ed25519).toString("base64"),
}));
"#;

/// What Node makes of the expressions.
fn reference(pairs: &[Pair]) -> Vec<Value> {
    let texts: Vec<&str> = pairs.iter().map(|pair| pair.theirs.as_str()).collect();
    let entries = configuration().into_iter();
    let entries: Map<String, Value> = entries.map(|(key, value)| (key, value.expose().as_str().into())).collect();
    let made = node(REFERENCE, &json!({ "body": body(), "config": entries, "texts": texts }));
    made.as_array().expect("there is one value for each text").clone()
}

/// What a script prints of an input, both as JSON.
fn node(script: &str, input: &Value) -> Value {
    let mut command = Command::new("node");
    command.args(["-e", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("tests need Node.js 20 or newer");
    let mut stdin = child.stdin.take().expect("the input is a pipe");
    stdin.write_all(input.to_string().as_bytes()).expect("node reads its input");
    drop(stdin);
    let output = child.wait_with_output().expect("node ends");
    assert!(output.status.success(), "the reference fails");
    serde_json::from_slice(&output.stdout).expect("the reference prints JSON")
}

fn ours(expression: &Expression, scope: &Scope<'_>) -> Value {
    let kind = match expression.evaluate(scope) {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) | Value::Object(_) => "object",
    };
    let text = expression.text(scope).map(|text| text.expose().clone());
    json!([kind, text, expression.holds(scope)])
}

/// Compares every pair; `strict` pairs are expressions here, too. Gives how many were compared.
fn compare(pairs: &[Pair], strict: bool) -> usize {
    let configuration = configuration();
    let scope = Scope::of(&configuration).with("body", body());
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (pair, theirs) in pairs.iter().zip(reference(pairs)) {
        match Expression::parse(&pair.ours) {
            Ok(expression) => {
                compared += 1;
                let ours = ours(&expression, &scope);
                if ours != theirs {
                    wrong.push(format!("{}\n  ours   {ours}\n  theirs {theirs}", pair.ours));
                }
            }
            Err(error) if strict && !theirs.is_null() => {
                wrong.push(format!("{}\n  ours   {error}\n  theirs {theirs}", pair.ours));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    compared
}

#[test]
fn expressions_have_the_value_that_javascript_gives_them() {
    let mut dice = Dice(1);
    let pairs: Vec<Pair> = (0..3000).map(|round| expression(&mut dice, 1 + round % 3)).collect();
    let compared = compare(&pairs, true);
    assert!(compared > 2900, "only {compared} were expressions");
}

#[test]
fn keys_have_the_fingerprints_and_signatures_that_others_see() {
    let made = node(KEYS, &Value::Null);
    let configuration = configuration();
    let scope = Scope::of(&configuration).with("body", made.clone());
    let value = |text: &str| Expression::parse(text).expect("it is an expression").evaluate(&scope);
    assert_eq!(value("fingerprint(body.rsa)"), made["fingerprint"]);
    assert_eq!(value("ed25519Sign('é', body.ed25519)"), made["signature"]);
    assert_eq!(value("fingerprint('no key')"), Value::Null);
}

#[test]
fn what_is_read_as_an_expression_is_javascript() {
    let mut dice = Dice(2);
    let pairs: Vec<Pair> = (0..40_000).map(|_| words(&mut dice)).collect();
    let compared = compare(&pairs, false);
    assert!(compared > 2000, "only {compared} were expressions");
}
