//! The routes of the data path, which the router never sees: what they hold is the provider's.

use utoipa::openapi::Content;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{Object, SchemaType};

use super::sketch::text_header;
use super::{ALL, Draft, ELEMENT, INSTANCE_KEY, Sketch};

/// Methods, with the words that their operations' names begin with.
const METHODS: [(&str, &str); 7] = [
    ("get", "get"),
    ("post", "post"),
    ("put", "put"),
    ("patch", "patch"),
    ("delete", "delete"),
    ("head", "head"),
    ("options", "options"),
];

/// Adds the raw call and the hubs.
pub(super) fn describe(draft: &mut Draft) {
    for (method, verb) in METHODS {
        let mut sketch = free_form(method, "/proxy/{path}", "The provider's path; it may hold any number of segments.");
        sketch.admits(INSTANCE_KEY);
        draft.insert(sketch, &format!("{verb}ThroughProxy"), "proxy", "raw call: forward to the instance's base.url");
    }
    for (method, verb) in &METHODS[..5] {
        let sketch = free_form(method, "/hubs/{hub}/{resource}", "The resource; it may hold any number of segments.");
        let summary = "resource of the connector of an Element token";
        draft.insert(sketch, &format!("{verb}HubResource"), "hubs", summary);
    }
}

/// An operation of which only the door is known.
fn free_form(method: &'static str, path: &'static str, what: &str) -> Sketch {
    let mut sketch = Sketch::new(method, path, &[403, 404, 405, 413, 429, 503]);
    sketch.asks_provider();
    sketch.admits(ELEMENT);
    sketch.admits(ALL);
    sketch.describe_last_segment(what);
    let anything = || Content::new(Some(Object::with_type(SchemaType::AnyValue)));
    if !matches!(method, "get" | "head" | "options") {
        sketch.sends(RequestBodyBuilder::new().content("*/*", anything()).build());
    }
    let mut answer = ResponseBuilder::new().description("What the provider answered, with its status and headers.");
    if method != "head" {
        answer = answer.content("*/*", anything());
    }
    let instance = text_header("The instance that was called.");
    sketch.answer_any(answer.header("Elements-Element-Instance-Id", instance));
    sketch
}
