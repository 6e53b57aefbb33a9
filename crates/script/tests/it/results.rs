//! What scripts answer, by way of a worker. The language itself is tested where the engine is.

use keyway_script::Kind;
use serde_json::json;

use crate::support::{both, run};

#[tokio::test]
async fn expressions_and_statements_have_results() {
    for sandbox in both("results", |_| ()) {
        assert_eq!(run(&sandbox, "body['access_token']").await, Ok(json!("t")));
        assert_eq!(
            run(&sandbox, "const ids = body.items.map((i) => i.id);\nreturn { ids };").await,
            Ok(json!({"ids": [1, 2]}))
        );
        assert_eq!(run(&sandbox, "'é😀'.repeat(100000).length").await, Ok(json!(300_000)));
        assert_eq!(run(&sandbox, "'é'.repeat(2e6)").await, Ok(json!("é".repeat(2_000_000))));
        assert_eq!(run(&sandbox, "undefined").await, Ok(json!(null)));
    }
}

#[tokio::test]
async fn errors_name_connector_field_line_and_message() {
    for sandbox in both("errors", |_| ()) {
        let error = run(&sandbox, "const a = 1;\nreturn a b;").await.unwrap_err();
        assert_eq!((error.kind, error.line), (Kind::Syntax, Some(2)), "{error}");
        assert!(error.to_string().starts_with("connector \"crm\", field map, line 2: SyntaxError: "), "{error}");
        let error = run(&sandbox, "\nthrow new RangeError('too many');").await.unwrap_err();
        assert_eq!(error.to_string(), "connector \"crm\", field map, line 2: RangeError: too many");
        assert_eq!(error.kind, Kind::Threw);
        assert_eq!(run(&sandbox, "1n").await.unwrap_err().kind, Kind::Result);
        assert_eq!(run(&sandbox, "[".repeat(200).as_str()).await.unwrap_err().kind, Kind::Syntax);
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(run(&sandbox, &deep).await.unwrap_err().kind, Kind::Result);
    }
}

#[tokio::test]
async fn nothing_of_a_call_is_seen_by_the_next() {
    for sandbox in both("isolation", |options| options.workers = 1) {
        let dirt = "globalThis.left = body; Object.prototype.polluted = 1; Array.prototype.map = () => 'mine';\n\
            Error.prepareStackTrace = () => 'mine'; return 1";
        assert_eq!(run(&sandbox, dirt).await, Ok(json!(1)));
        let look = "[typeof left, 'polluted' in {}, [1].map((x) => x + 1)]";
        assert_eq!(run(&sandbox, look).await, Ok(json!(["undefined", false, [2]])));
    }
}
