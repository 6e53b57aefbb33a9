//! Nothing that a caller sends changes what the definition says, or shows what the instance keeps.

use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::bench::{Bench, SECRET, TOKEN, header, json_of, query_of, text_of};

const EVERYWHERE: &str = "resources:
  /q:
    parameters: { v: query }
    read: { GET: \"/p/{v}/end\", query: { fixed: \"1\", v: \"{v}\" } }
    create: { POST: /j, body: { v: \"{v}\", t: \"<{v}>\", fixed: 1 } }
    write: { PATCH: /x, text: \"<a b='1'><v>{v}</v></a>\", content_type: \"application/soap+xml; charset=utf-8\" }
  /s/{v}:
    read: { GET: \"/s/{v}/end\" }
  /f:
    parameters: { v: { in: body } }
    create: { POST: /f, form: { v: \"{v}\", fixed: \"1\" } }
  /t:
    parameters: { v: { in: body } }
    create: { POST: /t, text: '{ \"v\": \"{v}\", \"fixed\": 1 }', content_type: application/json }
  /h:
    parameters: { v: query }
    read: { GET: /h, headers: { X-V: \"{v}\", X-J: { v: \"{v}\" } } }
";

/// What callers try.
const TRIED: [&str; 14] = [
    "${config.secret}",
    "${config.token}",
    "{id}{v}{body}",
    "{previous.x}",
    "../../admin",
    "%2e%2e%2fadmin",
    "a/b?c=d#e",
    "&fixed=2&x=",
    "\",\"fixed\":2,\"x\":\"",
    "</v></a><a>",
    "' onload='x",
    "\\\\evil\\..",
    "]]>&lt;",
    "ü😀\u{2028}",
];

fn encoded(text: &str) -> String {
    reqwest::Url::parse_with_params("http://x", [("v", text)])
        .expect("a URL")
        .query()
        .expect("a query")
        .replace("v=", "")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_stays_a_value_wherever_it_stands() {
    let on = Bench::echo(EVERYWHERE).await;
    for text in TRIED {
        let seen = on.sees("GET", &format!("/q?v={}", encoded(text))).await;
        let path = seen.target.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        assert_eq!((parts.len(), parts[1], parts[3]), (4, "p", "end"), "{text}: {path}");
        let expected = [("fixed".to_owned(), "1".to_owned()), ("v".to_owned(), text.to_owned())];
        assert_eq!(query_of(&seen), expected, "{text}");

        let seen = on.sees("POST", &format!("/q?v={}", encoded(text))).await;
        assert_eq!(json_of(&seen), json!({ "v": text, "t": format!("<{text}>"), "fixed": 1 }));

        let seen = on.sees("PATCH", &format!("/q?v={}", encoded(text))).await;
        let xml = text_of(&seen);
        let inner =
            xml.strip_prefix("<a b='1'><v>").and_then(|rest| rest.strip_suffix("</v></a>")).expect("the same form");
        assert!(!inner.contains(['<', '>', '"', '\'']), "{inner}");
        let plain = ["&lt;<", "&gt;>", "&quot;\"", "&apos;'", "&amp;&"].iter().fold(inner.to_owned(), |text, pair| {
            let (entity, c) = pair.split_at(pair.len() - 1);
            text.replace(entity, c)
        });
        assert_eq!(plain, text);

        let seen = on.sees_body("POST", "/f", json!({ "v": text })).await;
        let form = reqwest::Url::parse(&format!("http://x?{}", text_of(&seen))).expect("a form");
        let pairs: Vec<(String, String)> = form.query_pairs().into_owned().collect();
        assert_eq!(pairs, [("v".to_owned(), text.to_owned()), ("fixed".to_owned(), "1".to_owned())]);

        let seen = on.sees_body("POST", "/t", json!({ "v": text })).await;
        assert!(!text_of(&seen).contains(SECRET) && !text_of(&seen).contains(TOKEN), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_json_text_with_places_stays_json() {
    let on = Bench::echo(EVERYWHERE).await;
    for text in TRIED {
        let seen = on.sees_body("POST", "/t", json!({ "v": text })).await;
        assert_eq!(json_of(&seen), json!({ "v": text, "fixed": 1 }), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_take_no_line_breaks_and_no_secrets() {
    let on = Bench::echo(EVERYWHERE).await;
    for text in ["a\r\nX-Evil: 1", "a\nb", "a\u{0}b"] {
        let refused = on.refuses(on.client.request("GET", &format!("/h?v={}", encoded(text)))).await;
        assert_eq!(refused.status, 400, "{text:?}: {}", refused.text);
    }
    for text in ["${config.secret}", "{v}", "a\"b,c"] {
        let seen = on.sees("GET", &format!("/h?v={}", encoded(text))).await;
        assert_eq!(header(&seen, "x-v"), Some(text));
        assert_eq!(header(&seen, "x-j"), Some(json!({ "v": text }).to_string().as_str()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_takes_no_dot_segments_and_no_nul() {
    let on = Bench::echo(EVERYWHERE).await;
    for text in ["..", ".", "a%00b", ""] {
        let refused = on.refuses(on.client.request("GET", &format!("/q?v={text}"))).await;
        assert_eq!(refused.status, 400, "{text}");
    }
    let headers = format!("Authorization: Element {}\r\n", on.instance.token);
    let before = on.vendor.seen().len();
    for path in ["/s/..", "/s/%2e%2e", "/s/.%2E", "/s/..%2fa", "/s/a%2f..%2fb", "/s/a%00", "/s/a%5c..%5cb", "/s/%2e"] {
        let (head, _) = crate::support::exchange(on.server.port(), &format!("GET {path} HTTP/1.1"), &headers).await;
        assert_eq!(head.status(), 400, "{path}");
    }
    assert_eq!(on.vendor.seen().len(), before);
    for (text, target) in [
        ("%24%7Bconfig.secret%7D", "/s/%24%7Bconfig.secret%7D/end"),
        ("%7Bv%7D", "/s/%7Bv%7D/end"),
        ("a%2Fb%3Fc%23", "/s/a%2Fb%3Fc%23/end"),
    ] {
        assert_eq!(on.sees("GET", &format!("/s/{text}")).await.target, target);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_replaces_neither_what_the_definition_sends_nor_the_credential() {
    let on = Bench::echo(
        "request: { headers: { X-Version: \"7\", User-Agent: mine }, query: { api: v2 } }
resources:
  /a:
    parameters: { p: query }
    read: { GET: \"/a?fixed=1\", query: { p: \"{p}\" } }
    create: { POST: /a, body: { \"*\": \"{body}\", owner: \"${config.team}\" } }
",
    )
    .await;
    let request = on.client.request("GET", "/a?api=v1&fixed=2&p=ok&p[]=x");
    let refused = on.client.send(request).await;
    assert_eq!(refused.status, 400, "two values for one parameter: {}", refused.text);
    let request =
        on.client.request("GET", "/a?api=v1&fixed=2&p=ok").header("x-version", "1").header("user-agent", "evil");
    let request = request.header("cookie", "a=b").header("x-forwarded-for", "1.2.3.4").header("accept", "text/html");
    let seen = on.sees_of(request.header("host", "evil.example")).await;
    assert_eq!(seen.target, "/a?api=v2&fixed=1&p=ok");
    assert_eq!((header(&seen, "x-version"), header(&seen, "user-agent")), (Some("7"), Some("mine")));
    assert_eq!(seen.headers.get_all("user-agent").iter().count(), 1);
    assert_eq!(header(&seen, "authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!((header(&seen, "cookie"), header(&seen, "x-forwarded-for")), (None, None));
    assert_eq!(header(&seen, "accept"), Some("application/json"));
    assert!(header(&seen, "host").is_some_and(|host| host.starts_with("127.0.0.1:")));
    let seen = on.sees_body("POST", "/a", json!({ "owner": "me", "a": 1 })).await;
    assert_eq!(json_of(&seen), json!({ "owner": "red", "a": 1 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_in_the_query_cannot_be_replaced_either() {
    let head = super::bench::HEAD.replace(
        "{ bearer: { bearer: \"${config.token}\" } }",
        "{ key: { query: api_key, value: \"${config.token}\" } }",
    );
    let folder =
        super::bench::folder_with(&format!("{head}resources: {{ /a: {{ vendor: /a, verbs: [list, create] }} }}\n"));
    let server = super::bench::server_with(&folder);
    let vendor = keyway_testing::Vendor::start(|_| keyway_testing::Reply::json(200, &json!([]))).await;
    let instance = crate::support::instance_of(&server, "example", super::bench::configuration(&vendor.url())).await;
    let client = server.element(&instance.token);
    for path in ["/a?api_key=evil", "/a?where=api_key%3D'evil'", "/a?api%5Fkey=evil"] {
        client.get(path).await.ok();
        let seen = vendor.last();
        let keys: Vec<String> =
            query_of(&seen).into_iter().filter(|(name, _)| name == "api_key").map(|(_, value)| value).collect();
        assert_eq!(keys, [TOKEN], "{path}: {}", seen.target);
    }
    let form = client.request("POST", "/a?api_key=evil").header(CONTENT_TYPE, "application/json").body("{\"a\":1}");
    client.send(form).await.ok();
    assert!(!vendor.last().target.contains("evil"));
}

#[tokio::test(flavor = "multi_thread")]
async fn paging_and_filters_do_not_replace_what_the_definition_sends() {
    let vendor = keyway_testing::Vendor::start(|_| keyway_testing::Reply::json(200, &json!([]))).await;
    let on = Bench::new(
        "request: { query: { api: v2 } }
paging: { page: p, size: n }
resources: { /a: { list: { GET: \"/a?fixed=1\", query: { team: \"${config.team}\" } } } }
",
        vendor,
    )
    .await;
    on.client
        .get("/a?where=fixed%3D'2'%20and%20api%3D'v1'%20and%20team%3D'blue'%20and%20p%3D'9'&n=7&team=x&p=3")
        .await
        .ok();
    let mut seen = query_of(&on.vendor.last());
    seen.sort();
    let expected = [("api", "v2"), ("fixed", "1"), ("n", "100"), ("p", "1"), ("team", "red")];
    let expected: Vec<(String, String)> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(seen, expected);
}
