//! The errors of the dialect, as components that every operation refers to.

use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ComponentsBuilder, Content, Ref, RefOr};

use super::sketch::text_header;
use crate::error::{ForSdk, Members, Wrong};

/// Every status that an operation can name, with the name of its component.
const KNOWN: [(u16, &str, &str); 14] = [
    (400, "BadRequest", "Something in the request is wrong; `fields` says what."),
    (401, "Unauthenticated", "The secrets or tokens are missing or wrong, or their user may not do this."),
    (402, "PaymentRequired", "The provider asks for payment."),
    (403, "Forbidden", "The caller may not do this."),
    (404, "NotFound", "There is no such thing, or the caller may not see it."),
    (405, "MethodNotAllowed", "The resource does not have this method."),
    (409, "Conflict", "It is there already, or is being changed by somebody else."),
    (412, "PreconditionFailed", "It has been changed since."),
    (413, "ContentTooLarge", "The body is too large."),
    (415, "UnsupportedMediaType", "The body must be `application/json`."),
    (429, "TooManyRequests", "Too many tries; `Retry-After` says when to come back."),
    (502, "BadGateway", "The provider could not be reached, or failed."),
    (503, "Unavailable", "The store does not answer."),
    (504, "GatewayTimeout", "The provider did not answer in time."),
];

/// A reference to the component of a status.
pub(super) fn reference(status: u16) -> RefOr<Response> {
    let known = KNOWN.iter().find(|(known, ..)| *known == status);
    known.map_or_else(provider, |(_, name, _)| RefOr::Ref(Ref::from_response_name(*name)))
}

/// A reference to the component of a provider's refusal.
pub(super) fn provider() -> RefOr<Response> {
    RefOr::Ref(Ref::from_response_name("RefusedByProvider"))
}

/// Adds schemas and responses to the components.
pub(super) fn add(mut components: ComponentsBuilder) -> ComponentsBuilder {
    components = components.schema_from::<Members>().schema_from::<Wrong>().schema_from::<ForSdk>();
    for (status, name, description) in KNOWN {
        components = components.response(name, response(description, status));
    }
    let refused = "The provider refused, with a status of its own; `providerMessage` holds its words.";
    components.response("RefusedByProvider", response(refused, 0))
}

fn response(description: &str, status: u16) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Error")));
    let id = Ref::new("#/components/headers/Elements-Request-Id");
    let mut response = ResponseBuilder::new().description(description).content("application/json", content);
    response = response.header_ref("Elements-Request-Id", id);
    if status == 429 {
        response = response.header("Retry-After", text_header("After how many seconds to try again."));
    }
    response.build()
}
