//! Declared parameters: defaults, requirements, options, words, types, lists.

use serde_json::{Value, json};

use super::bench::{Bench, json_of, parameter};

const TYPES: &str = "resources:
  /typed:
    parameters:
      text: query
      whole: { type: integer }
      number: { type: number }
      truth: { type: boolean }
      tags: { type: array }
      kind: { options: [email, call], default: email, map: { email: E-MAIL } }
      must: { required: true, name: mustHave }
    read:
      GET: /t
      query: { tags: \"{tags}\", kind: \"{kind}\", must: \"{must}\", truth: \"{truth}\", whole: \"{whole}\" }
    create:
      POST: /t
      body: { text: \"{text}\", whole: \"{whole}\", number: \"{number}\", truth: \"{truth}\", tags: \"{tags}\", kind: \"{kind}\", must: \"{must}\" }
";

#[tokio::test(flavor = "multi_thread")]
async fn types_are_kept_in_json_and_spelt_out_in_queries() {
    let on = Bench::echo(TYPES).await;
    let seen = on.sees("POST", "/typed?text=007&whole=-7&number=1.5&truth=TRUE&tags=a,b&kind=call&mustHave=m").await;
    let expected = json!({
        "text": "007", "whole": -7, "number": 1.5, "truth": true, "tags": ["a", "b"], "kind": "call", "must": "m"
    });
    assert_eq!(json_of(&seen), expected);
    let seen = on.sees("GET", "/typed?whole=%2B12&truth=false&tags=a&tags=b&mustHave=m").await;
    assert_eq!(parameter(&seen, "tags").as_deref(), Some("a,b"));
    assert_eq!(parameter(&seen, "truth").as_deref(), Some("false"));
    assert_eq!(parameter(&seen, "kind").as_deref(), Some("E-MAIL"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_another_type_is_refused_with_the_callers_name_for_it() {
    let on = Bench::echo(TYPES).await;
    for (query, message) in [
        ("", "mustHave Missing value for required parameter 'mustHave'"),
        ("mustHave=1&whole=1.5", "whole must be a whole number"),
        ("mustHave=1&whole=", "whole must be a whole number"),
        ("mustHave=1&number=NaN", "number must be a number"),
        ("mustHave=1&number=1e999", "number must be a number"),
        ("mustHave=1&truth=yes", "truth must be true or false"),
        ("mustHave=1&kind=fax", "kind must be one of email, call"),
        ("mustHave=1&kind=E-MAIL", "kind must be one of email, call"),
        ("mustHave=1&text=a&text=b", "text must be sent once"),
    ] {
        let refused = on.refuses(on.client.request("POST", &format!("/typed?{query}"))).await;
        assert_eq!((refused.status, refused.message().as_str()), (400, message), "{query}");
        let field = message.split(' ').next();
        assert_eq!(refused.json()["fields"][0]["field"].as_str(), field, "{query}");
    }
    let all = on.refuses(on.client.request("GET", "/typed?whole=x&truth=y")).await;
    assert_eq!(all.json()["fields"].as_array().map(Vec::len), Some(3), "every problem is named: {}", all.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_repeated_has_brackets_or_commas() {
    let on = Bench::echo(TYPES).await;
    for query in [
        "tags=a&tags=b&tags=c",
        "tags[]=a&tags[]=b&tags[]=c",
        "tags=a,b,c",
        "tags=a,b&tags%5B%5D=c",
        "tags=a,,b%2C%20c",
    ] {
        let seen = on.sees("POST", &format!("/typed?mustHave=m&{query}")).await;
        assert_eq!(json_of(&seen)["tags"], json!(["a", "b", "c"]), "{query}");
        assert_eq!(seen.target, "/t", "{query}");
    }
    assert_eq!(json_of(&on.sees("POST", "/typed?mustHave=m").await)["tags"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_of_the_body_are_checked_too() {
    let on = Bench::echo(
        "resources:
  /b:
    parameters:
      kind: { in: body, options: [a, b], map: { a: A } }
      count: { in: body, type: integer, default: \"5\" }
      must: { in: body, required: true }
      tags: { in: body, type: array }
    create: { POST: /b, body: { kind: \"{kind}\", count: \"{count}\", must: \"{must}\", tags: \"{tags}\", \"*\": \"{body}\" } }
",
    )
    .await;
    let seen = on.sees_body("POST", "/b", json!({ "kind": "a", "must": { "x": 1 }, "tags": ["x,y", 2], "r": 1 })).await;
    assert_eq!(json_of(&seen), json!({ "r": 1, "kind": "A", "count": 5, "must": { "x": 1 }, "tags": ["x,y", 2] }));
    for (body, message) in [
        (json!({ "kind": "c", "must": 1 }), "kind must be one of a, b"),
        (json!({ "kind": "a" }), "must Missing value for required parameter 'must'"),
        (json!({ "must": null }), "must Missing value for required parameter 'must'"),
        (json!({ "must": 1, "count": "x" }), "count must be a whole number"),
        (json!({ "must": 1, "count": 1.5 }), "count must be a whole number"),
        (json!({ "must": 1, "count": [1] }), "count must be a whole number"),
        (json!({ "must": 1, "kind": 3 }), "kind must be one of a, b"),
        (json!({ "must": 1, "kind": ["a"] }), "kind must be one of a, b"),
    ] {
        let refused = on.refuses(on.client.request("POST", "/b").json(&body)).await;
        assert_eq!((refused.status, refused.message().as_str()), (400, message), "{body}");
    }
}
