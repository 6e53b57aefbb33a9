//! One operation while it is being described: what its row, its extractors and its answer add to it.

use std::collections::BTreeMap;

use keyway_model::Role;
use utoipa::ToSchema;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, Object, Schema, SchemaType, Type};
use utoipa::openapi::{Content, Ref, RefOr, Required, SecurityRequirement};

use super::{PROVIDER, refusals};

/// What the segments of paths are.
const SEGMENTS: [(&str, &str); 13] = [
    ("attemptId", "The name of an attempt."),
    ("configId", "The number or the key of an entry."),
    ("context", "Whose connection it is."),
    ("id", "The number; of a user also the email address, of a call the request id."),
    ("key", "The key of a hub."),
    ("keyId", "The number of the key."),
    ("keyOrId", "The connector's key or number."),
    ("objectName", "The name of an object, such as `accounts`."),
    ("operationId", "The name of an operation, such as `getAccounts`."),
    ("roleKey", "The role."),
    ("state", "What names the attempt to the browser."),
    ("type", "The name of a method of authentication."),
    ("userId", "The user's number or email address."),
];

/// An operation and the schemas that it refers to.
pub(crate) struct Sketch {
    /// `get`, `post` and so on.
    pub(super) method: &'static str,
    /// As the router knows it.
    pub(super) path: &'static str,
    /// Schemas by name.
    pub(super) schemas: BTreeMap<String, RefOr<Schema>>,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    answers: BTreeMap<u16, RefOr<Response>>,
    /// What is not said status by status.
    rest: Option<RefOr<Response>>,
    any_refusal: bool,
    security: Vec<SecurityRequirement>,
}

impl Sketch {
    /// A row of the table, before its handler is looked at. Any request can be refused for a wrong header.
    pub(super) fn new(method: &'static str, path: &'static str, statuses: &[u16]) -> Self {
        let mut sketch = Self {
            method,
            path,
            schemas: BTreeMap::new(),
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            rest: None,
            any_refusal: false,
            security: Vec::new(),
        };
        sketch.refuses(400);
        for status in statuses {
            match *status {
                PROVIDER => sketch.asks_provider(),
                status => sketch.refuses(status),
            }
        }
        sketch.parameters.extend(parameters_of(path));
        sketch
    }

    /// Whether the path names something by this segment.
    pub(super) fn has_segment(&self, name: &str) -> bool {
        self.path.contains(&format!("{{{name}}}"))
    }

    /// An error that the operation can end with.
    pub(super) fn refuses(&mut self, status: u16) {
        self.answers.insert(status, refusals::reference(status));
    }

    /// The provider is asked: any 4xx of its own passes, and its silence is 502 or 504.
    pub(super) fn asks_provider(&mut self) {
        self.any_refusal = true;
        self.refuses(502);
        self.refuses(504);
    }

    /// One more way to be let in.
    pub(super) fn admits(&mut self, scheme: &str) {
        let none: [&str; 0] = [];
        self.security.push(SecurityRequirement::new(scheme, none));
        self.refuses(401);
    }

    /// A parameter.
    pub(super) fn takes(&mut self, parameter: Parameter) {
        self.parameters.push(parameter);
    }

    /// A JSON body.
    pub(super) fn reads<T: ToSchema>(&mut self) {
        let content = Content::new(Some(self.schema::<T>()));
        // An absent body is an empty object, which will do where nothing is required.
        let needed = matches!(T::schema(), RefOr::T(Schema::Object(object)) if !object.required.is_empty());
        let required = if needed { Required::True } else { Required::False };
        let body = RequestBodyBuilder::new().required(Some(required)).content("application/json", content);
        self.body = Some(body.build());
        self.refuses(415);
    }

    /// A JSON answer.
    pub(crate) fn answers<T: ToSchema>(&mut self, headers: &[(&str, &str)]) {
        let schema = self.schema::<T>();
        self.answers_schema(schema, headers);
    }

    /// A JSON answer that is a list.
    pub(crate) fn answers_list<T: ToSchema>(&mut self, headers: &[(&str, &str)]) {
        let items = self.schema::<T>();
        self.answers_schema(ArrayBuilder::new().items(items).build().into(), headers);
    }

    fn answers_schema(&mut self, schema: RefOr<Schema>, headers: &[(&str, &str)]) {
        let content = Content::new(Some(schema));
        let mut response = ResponseBuilder::new().description("It is done.").content("application/json", content);
        for (name, description) in headers {
            response = response.header(*name, text_header(description));
        }
        self.answer(200, response);
    }

    /// An answer of any status.
    pub(crate) fn answer(&mut self, status: u16, response: ResponseBuilder) {
        let id = Ref::new("#/components/headers/Elements-Request-Id");
        self.answers.insert(status, RefOr::T(response.header_ref("Elements-Request-Id", id).build()));
    }

    /// Whatever status the provider answers with.
    pub(super) fn answer_any(&mut self, response: ResponseBuilder) {
        self.answer(200, response);
        self.rest = self.answers.remove(&200);
    }

    /// A body of any kind.
    pub(super) fn sends(&mut self, body: RequestBody) {
        self.body = Some(body);
    }

    /// Says what the path's last segment is.
    pub(super) fn describe_last_segment(&mut self, what: &str) {
        if let Some(parameter) = self.parameters.last_mut() {
            parameter.description = Some(what.to_owned());
        }
    }

    /// The finished operation.
    pub(super) fn finish(&mut self, id: &str, tag: &str, summary: &str) -> Operation {
        let mut operation = Operation::new();
        operation.operation_id = Some(id.to_owned());
        operation.tags = Some(vec![tag.to_owned()]);
        operation.summary = Some(summary.to_owned());
        let parameters: Vec<_> = std::mem::take(&mut self.parameters).into_iter().map(RefOr::T).collect();
        operation.parameters = (!parameters.is_empty()).then_some(parameters);
        operation.request_body = self.body.take().map(RefOr::T);
        for (status, response) in std::mem::take(&mut self.answers) {
            operation.responses.responses.insert(status.to_string(), response);
        }
        if self.any_refusal {
            operation.responses.responses.insert("4XX".to_owned(), refusals::provider());
        }
        if let Some(rest) = self.rest.take() {
            operation.responses.responses.insert("default".to_owned(), rest);
        }
        operation.security = Some(std::mem::take(&mut self.security));
        operation
    }

    /// A reference to a schema with a name, or a schema without one.
    fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let mut used = Vec::new();
        T::schemas(&mut used);
        self.schemas.extend(used);
        let schema = T::schema();
        let is_named = match &schema {
            RefOr::T(Schema::Object(object)) => is_struct(object),
            RefOr::T(Schema::AllOf(_)) => true,
            _ => false,
        };
        if !is_named {
            return schema;
        }
        let name = T::name().into_owned();
        self.schemas.insert(name.clone(), schema);
        RefOr::Ref(Ref::from_schema_name(name))
    }
}

fn is_struct(object: &Object) -> bool {
    matches!(object.schema_type, SchemaType::Type(Type::Object))
}

/// The segments of a path. All are text: what is no number merely names nothing where a number is meant.
fn parameters_of(path: &str) -> impl Iterator<Item = Parameter> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| {
        let mut text = Object::with_type(Type::String);
        if name == "roleKey" {
            text.enum_values = Some(Role::ALL.iter().map(|role| role.key().into()).collect());
        }
        let what = SEGMENTS.iter().find(|(known, _)| *known == name).map(|(_, what)| *what);
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
        parameter.description(what).schema(Some(text)).build()
    })
}

/// A header of an answer.
pub(super) fn text_header(description: &str) -> Header {
    let mut header = Header::new(Object::with_type(Type::String));
    header.description = Some(description.to_owned());
    header
}

/// The method of a route as the document says it.
pub(super) fn method(name: &str) -> Option<HttpMethod> {
    Some(match name {
        "get" => HttpMethod::Get,
        "post" => HttpMethod::Post,
        "put" => HttpMethod::Put,
        "delete" => HttpMethod::Delete,
        "options" => HttpMethod::Options,
        "head" => HttpMethod::Head,
        "patch" => HttpMethod::Patch,
        _ => return None,
    })
}
