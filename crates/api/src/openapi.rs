//! Keyway's own OpenAPI 3.1 document. Nothing of it is written twice: methods and paths come from the table of routes,
//! everything else from the types in the signatures of the handlers (`openapi/handler.rs`).

mod data;
mod handler;
mod refusals;
mod sketch;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use utoipa::openapi::path::Paths;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, RefOr, Schema, Server, Tag};

pub(crate) use handler::{Handler, Output};
pub(crate) use sketch::Sketch;

use crate::routes;

/// Both secrets of a user.
const USER: &str = "userAndOrganization";
/// An instance token.
const ELEMENT: &str = "element";
/// Both secrets and an instance token.
const ALL: &str = "userOrganizationAndElement";
/// The token of a sign-in.
const SIGN_IN: &str = "signIn";
/// An instance key.
const INSTANCE_KEY: &str = "instanceKey";

/// Among the statuses of a row, what no status is: the provider is asked.
pub(crate) const PROVIDER: u16 = 0;

const DESCRIPTION: &str = "\
Connectors, their instances, and who may use them.\n\n\
`Authorization` names up to three secrets: `User …, Organization …, Element …`. Every answer has the header \
`Elements-Request-Id`. An error is `{\"requestId\", \"message\"}`, with `fields` or `providerMessage` where there is more \
to say. Lists are paged: `Elements-Next-Page-Token` of one page is `nextPage` of the next.\n\n\
All paths are there without `/elements/api-v2` too, and `/elements` is also called `/connectors`. With an `Element` \
token, the resources of a connector are there with `/hubs/{hub}` before them and without it.";

/// The nouns, in the order of the document.
const TAGS: [(&str, &str); 12] = [
    ("server", "Whether the server lives, and what it is."),
    ("authentication", "Signing in."),
    ("organizations", "The caller's organization."),
    ("accounts", "Accounts of the organization."),
    ("users", "Users and their roles."),
    ("elements", "The catalogue of connectors."),
    ("registrations", "What this server is at providers: registered clients."),
    ("oauth", "The pages that a browser passes on its way to a provider and back."),
    ("instances", "Instances of connectors, their configuration and their keys."),
    ("hubs", "Resources of connectors, in one form for every provider."),
    ("usage", "The log of calls."),
    ("proxy", "The raw call: a provider's own API with the credentials of an instance."),
];

/// What has been described so far.
pub(crate) struct Draft {
    paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
}

impl Draft {
    /// Adds a row of the table: what it says, and what its handler's signature says.
    pub(crate) fn add<A, H: Handler<A>>(&mut self, handler: &H, row: &routes::Row) {
        let mut sketch = Sketch::new(row.method, row.path, row.statuses);
        handler::describe(handler, &mut sketch);
        self.insert(sketch, row.id, tag_of(row.path), row.what);
    }

    fn insert(&mut self, mut sketch: Sketch, id: &str, tag: &str, summary: &str) {
        let operation = sketch.finish(id, tag, summary);
        if let Some(method) = sketch::method(sketch.method) {
            self.paths.add_path_operation(sketch.path, vec![method], operation);
        }
        self.schemas.extend(sketch.schemas);
    }
}

fn tag_of(path: &str) -> &'static str {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    TAGS.iter().map(|(name, _)| *name).find(|name| *name == first).unwrap_or("server")
}

/// The document as people read it, and as `crates/api/openapi.json` keeps it.
pub fn openapi_json() -> String {
    document().to_pretty_json().map(|text| text + "\n").unwrap_or_default()
}

/// The whole document.
fn document() -> OpenApi {
    let mut draft = Draft { paths: Paths::new(), schemas: BTreeMap::new() };
    routes::describe(&mut draft);
    data::describe(&mut draft);
    let mut components = ComponentsBuilder::new();
    for (name, schema) in draft.schemas {
        components = components.schema(name, schema);
    }
    components =
        components.header("Elements-Request-Id", sketch::text_header("The id of the request, in the log too."));
    for (name, scheme) in schemes() {
        components = components.security_scheme(name, scheme);
    }
    let info = InfoBuilder::new().title("Keyway").version(env!("CARGO_PKG_VERSION")).description(Some(DESCRIPTION));
    let mut licence = License::new("Apache-2.0");
    licence.identifier = Some("Apache-2.0".to_owned());
    OpenApiBuilder::new()
        .info(info.license(Some(licence)).build())
        .servers(Some([Server::new(crate::dispatch::PREFIX)]))
        .paths(draft.paths)
        .components(Some(refusals::add(components).build()))
        .tags(Some(TAGS.map(tag)))
        .build()
}

fn tag((name, description): (&str, &str)) -> Tag {
    TagBuilder::new().name(name).description(Some(description)).build()
}

fn schemes() -> [(&'static str, SecurityScheme); 5] {
    let header =
        |text: &str| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("Authorization", text)));
    let bearer = |text: &str| {
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build())
    };
    [
        (USER, header("`User <user secret>, Organization <organization secret>`")),
        (ELEMENT, header("`Element <instance token>`; both secrets may stand beside it.")),
        (ALL, header("`User <user secret>, Organization <organization secret>, Element <instance token>`")),
        (SIGN_IN, bearer("The `token` that `POST /authentication` answers.")),
        (INSTANCE_KEY, bearer("An instance key, also where the provider's own SDK puts its key.")),
    ]
}

/// The document as it is sent, and its tag.
static SENT: LazyLock<(String, HeaderValue)> = LazyLock::new(|| {
    let text = document().to_json().unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = HeaderValue::try_from(format!("\"{:016x}\"", hasher.finish()));
    (text, tag.unwrap_or(HeaderValue::from_static("\"\"")))
});

/// The answer with the document, or that the caller's copy is still the same.
pub(crate) struct Document {
    is_known: bool,
}

/// `GET /openapi.json`
pub(crate) async fn show(headers: HeaderMap) -> Document {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let own = SENT.1.to_str().unwrap_or_default();
    let same = |tag: &str| tag == "*" || tag.trim_start_matches("W/") == own;
    Document { is_known: known.split(',').map(str::trim).any(same) }
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        let (text, tag) = &*SENT;
        let cache = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
        if self.is_known {
            return (StatusCode::NOT_MODIFIED, cache).into_response();
        }
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        (cache, kind, text.as_str()).into_response()
    }
}

impl Output for Document {
    fn describe(sketch: &mut Sketch) {
        sketch.answers::<serde_json::Value>(&[("ETag", "Names this version of the document.")]);
        let same =
            utoipa::openapi::ResponseBuilder::new().description("The caller's copy, of `If-None-Match`, is the same.");
        sketch.answer(304, same);
    }
}
