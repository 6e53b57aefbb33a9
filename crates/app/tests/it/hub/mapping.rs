//! Every pair of section 2.3 that needs no script: where a value comes from, and where it goes.

use serde_json::json;

use super::bench::{Bench, SECRET, TOKEN, header, json_of, parameter, query_of};

#[tokio::test(flavor = "multi_thread")]
async fn values_of_the_definition_go_everywhere() {
    let on = Bench::echo(
        "request: { headers: { X-Version: \"7\" }, query: { api: v2 } }
resources:
  /fixed:
    read: { GET: \"/a/b?one=1\", query: { two: 2 }, headers: { X-Kind: plain, X-Json: { b: [1], u: é } } }
    create: { POST: /c, body: { kind: fixed, deep: [1, { a: true }], none: null } }
",
    )
    .await;
    let seen = on.sees("GET", "/fixed").await;
    assert_eq!(seen.target, "/a/b?api=v2&one=1&two=2");
    assert_eq!(header(&seen, "x-version"), Some("7"));
    assert_eq!(header(&seen, "x-kind"), Some("plain"));
    assert_eq!(header(&seen, "x-json"), Some("{\"b\":[1],\"u\":\"\\u00e9\"}"));
    assert_eq!(header(&seen, "authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(header(&seen, "accept"), Some("application/json"));
    let seen = on.sees("POST", "/fixed").await;
    assert_eq!(json_of(&seen), json!({ "kind": "fixed", "deep": [1, { "a": true }], "none": null }));
    assert_eq!(header(&seen, "content-type"), Some("application/json"));
    assert_eq!(header(&seen, "x-version"), Some("7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_the_configuration_go_everywhere() {
    let on = Bench::echo(
        "resources:
  /config:
    read: { GET: \"/t/${config.team}\", query: { team: \"${config.team}\" }, headers: { X-Team: \"is ${config.team}\" } }
    create: { POST: /c, body: { key: \"${config.secret}\", text: \"<${config.team}>\", given: \"{body}\" } }
    write: { PATCH: /c, text: \"<a k='${config.team}'/>\", content_type: text/xml }
",
    )
    .await;
    let seen = on.sees("GET", "/config").await;
    assert_eq!(seen.target, "/t/red?team=red");
    assert_eq!(header(&seen, "x-team"), Some("is red"));
    let seen = on.sees_body("POST", "/config", json!({ "a": 1 })).await;
    assert_eq!(json_of(&seen), json!({ "key": SECRET, "text": "<red>", "given": { "a": 1 } }));
    on.configure(json!({ "team": "a&b'/ü" })).await;
    assert_eq!(on.sees("GET", "/config").await.target, "/t/a%26b%27%2F%C3%BC?team=a%26b%27%2F%C3%BC");
    let seen = on.sees("PATCH", "/config").await;
    assert_eq!(super::bench::text_of(&seen), "<a k='a&amp;b&apos;/ü'/>");
    assert_eq!(header(&seen, "content-type"), Some("text/xml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_value_is_left_out_and_a_path_is_refused() {
    let on = Bench::echo(
        "resources:
  /empty:
    parameters: { a: query }
    read: { GET: /e, query: { a: \"{a}\", t: \"${config.team}\" }, headers: { X-A: \"x{a}\" } }
    create: { POST: /e, body: { a: \"{a}\", list: [\"{a}\", 1], deep: { a: \"{a}\" }, b: 2 } }
    write: { PATCH: \"/e/{a}\", body: none }
    remove: { DELETE: \"/e/${config.team}\" }
",
    )
    .await;
    on.configure(json!({ "team": "" })).await;
    let seen = on.sees("GET", "/empty").await;
    assert_eq!((seen.target.as_str(), header(&seen, "x-a")), ("/e", None));
    assert_eq!(json_of(&on.sees("POST", "/empty").await), json!({ "list": [1], "b": 2 }));
    let refused = on.refuses(on.client.request("PATCH", "/empty")).await;
    assert_eq!((refused.status, refused.message().as_str()), (400, "a is required"));
    let refused = on.refuses(on.client.request("DELETE", "/empty")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("configuration.team"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_of_the_query_go_everywhere() {
    let on = Bench::echo(
        "resources:
  /query:
    parameters: { a: query, b: query, c: query }
    read: { GET: \"/q/{a}\", query: { per_page: \"{b}\" }, headers: { X-C: \"{c}\" } }
    create: { POST: /q, body: { a: \"{a}\", b: \"{b}-{c}\", \"*\": \"{body}\" } }
",
    )
    .await;
    let seen = on.sees("GET", "/query?a=x%2Fy&b=5&c=p+q&other=o%26").await;
    assert_eq!(seen.target, "/q/x%2Fy?per_page=5&other=o%26");
    assert_eq!(header(&seen, "x-c"), Some("p q"));
    let seen = on.sees_body("POST", "/query?a=1&b=2&c=3", json!({ "a": "mine", "z": null })).await;
    assert_eq!(json_of(&seen), json!({ "a": "1", "z": null, "b": "2-3" }));
    assert_eq!(seen.target, "/q");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_and_segments_go_everywhere() {
    let on = Bench::echo(
        "resources:
  /header:
    parameters: { X-In: header, who: { in: header, name: X-Who } }
    read: { GET: /h, query: { in: \"{X-In}\" }, headers: { X-Out: \"{X-In}\", X-Asker: \"{who}\" } }
  /path/{one}/two/{three}:
    read: { GET: \"/p/{three}/{one}\", query: { one: \"{one}\" }, headers: { X-Three: \"{three}\" } }
    create: { POST: /p, body: { ids: [\"{one}\", \"{three}\"] } }
",
    )
    .await;
    let request = on.client.request("GET", "/header").header("X-In", "a b").header("x-who", "me");
    let seen = on.sees_of(request).await;
    assert_eq!(parameter(&seen, "in").as_deref(), Some("a b"));
    assert_eq!((header(&seen, "x-out"), header(&seen, "x-asker")), (Some("a b"), Some("me")));
    assert_eq!((header(&seen, "x-in"), header(&seen, "x-who")), (None, None));
    let seen = on.sees("GET", "/hubs/crm/path/a%20b/two/c").await;
    assert_eq!(seen.target, "/p/c/a%20b?one=a%20b");
    assert_eq!(header(&seen, "x-three"), Some("c"));
    assert_eq!(json_of(&on.sees("POST", "/path/1/two/%C3%BC").await), json!({ "ids": ["1", "ü"] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_the_body_go_everywhere() {
    let on = Bench::echo(
        "resources:
  /fields:
    parameters: { subject: { in: body }, count: { in: body }, team: { in: body, name: squad } }
    create:
      POST: \"/f/{team}\"
      query: { n: \"{count}\" }
      headers: { X-Subject: \"{subject}\" }
      body: { title: \"{subject}\", number: \"{count}\", \"*\": \"{body}\" }
",
    )
    .await;
    let body = json!({ "subject": "s \"1\"", "count": 3, "squad": "a/b", "rest": { "x": [1.5] } });
    let seen = on.sees_body("POST", "/fields", body).await;
    assert_eq!(seen.target, "/f/a%2Fb?n=3");
    assert_eq!(header(&seen, "x-subject"), Some("s \"1\""));
    assert_eq!(json_of(&seen), json!({ "rest": { "x": [1.5] }, "title": "s \"1\"", "number": 3 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ignored_is_taken_and_not_sent() {
    let on = Bench::echo(
        "resources:
  /quiet:
    vendor: /quiet
    verbs: [list, create]
    items: headers.none
    parameters:
      debug: { in: query, ignore: true }
      note: { in: body, ignore: true }
      needed: { in: query, ignore: true, required: true }
",
    )
    .await;
    let seen = on.sees_body("POST", "/quiet?debug=1&needed=1&more=2", json!({ "note": 1, "b": 2 })).await;
    assert_eq!(seen.target, "/quiet?more=2");
    assert_eq!(json_of(&seen), json!({ "b": 2 }));
    let refused = on.refuses(on.client.request("POST", "/quiet").json(&json!({ "b": 2 }))).await;
    assert!(refused.message().contains("needed"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_nobody_declared_passes_in_its_order() {
    let on = Bench::echo("resources: { /plain: { read: { GET: \"/p?a=1\" } } }\n").await;
    let seen = on.sees("GET", "/plain?z=1&b=%C3%BC&z=2&a=mine&flag&c[d]=e").await;
    let expected = [("a", "1"), ("z", "1"), ("b", "ü"), ("z", "2"), ("flag", ""), ("c[d]", "e")];
    let expected: Vec<(String, String)> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(query_of(&seen), expected);
}
