//! What a handler's signature says about its operation: every extractor and every answer describes itself, so that the
//! document says what the compiler knows.

use std::future::Future;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method};
use keyway_app::App;
use utoipa::ToSchema;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{Content, Required};

use super::{ALL, ELEMENT, SIGN_IN, Sketch, USER};
use crate::cookies::ShownCookies;
use crate::error::ApiError;
use crate::extract::{OnInstance, Reader, Segments, ShownCredentials, ShownPassword, Signed, SignedAnyhow, SignedIn};
use crate::form::Form;
use crate::json::JsonObject;
use crate::params::{Params, Query};

/// An argument of a handler.
pub(crate) trait Input {
    /// Adds what it takes from a request and how it refuses one.
    fn describe(sketch: &mut Sketch);
}

/// An answer of a handler.
pub(crate) trait Output {
    /// Adds what it holds.
    fn describe(sketch: &mut Sketch);
}

/// A handler, by the types of its arguments.
pub(crate) trait Handler<Arguments> {
    /// Adds what its signature says.
    fn describe(sketch: &mut Sketch);
}

/// Describes a handler that is only named.
pub(super) fn describe<A, H: Handler<A>>(_: &H, sketch: &mut Sketch) {
    H::describe(sketch);
}

macro_rules! handlers {
    ($(($($argument:ident)*))*) => {$(
        impl<H, F, O, $($argument),*> Handler<($($argument,)*)> for H
        where
            H: Fn($($argument),*) -> F,
            F: Future<Output = O>,
            O: Output,
            $($argument: Input),*
        {
            fn describe(sketch: &mut Sketch) {
                $($argument::describe(sketch);)*
                O::describe(sketch);
            }
        }
    )*};
}

handlers! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E G) }

/// Whoever asks for the application asks the store, which may be away.
impl Input for State<App> {
    fn describe(sketch: &mut Sketch) {
        sketch.refuses(503);
    }
}

/// Conditions of a request that change nothing in what may be sent.
impl Input for HeaderMap {
    fn describe(_: &mut Sketch) {}
}

impl Input for Method {
    fn describe(_: &mut Sketch) {}
}

impl Input for ShownCredentials {
    fn describe(_: &mut Sketch) {}
}

/// Only pages know cookies; a browser sends them by itself.
impl Input for ShownCookies {
    fn describe(_: &mut Sketch) {}
}

impl Input for Form {
    fn describe(sketch: &mut Sketch) {
        let anything = Content::new(Some(Object::with_type(Type::Object)));
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        sketch.sends(body.content("application/x-www-form-urlencoded", anything).build());
        sketch.refuses(415);
    }
}

impl Input for Signed {
    fn describe(sketch: &mut Sketch) {
        sketch.admits(USER);
    }
}

impl Input for SignedIn {
    fn describe(sketch: &mut Sketch) {
        sketch.admits(SIGN_IN);
    }
}

impl Input for SignedAnyhow {
    fn describe(sketch: &mut Sketch) {
        sketch.admits(SIGN_IN);
        sketch.admits(USER);
    }
}

impl Input for Reader {
    fn describe(sketch: &mut Sketch) {
        sketch.admits(USER);
    }
}

impl Input for Segments {
    fn describe(sketch: &mut Sketch) {
        sketch.refuses(404);
    }
}

/// A twin without `{id}` is for the holder of the instance's token, who changes nothing without both secrets.
impl Input for OnInstance {
    fn describe(sketch: &mut Sketch) {
        sketch.refuses(404);
        if sketch.has_segment("id") {
            return sketch.admits(USER);
        }
        sketch.admits(ALL);
        if sketch.method == "get" {
            sketch.admits(ELEMENT);
        }
    }
}

impl Input for ShownPassword {
    fn describe(sketch: &mut Sketch) {
        let password = ParameterBuilder::new()
            .name("Elements-User-Password")
            .parameter_in(ParameterIn::Header)
            .description(Some("The user's password; with it the answer holds the user's secret."))
            .schema(Some(Object::with_type(Type::String)));
        sketch.takes(password.build());
        sketch.refuses(429);
    }
}

impl<Q: Query> Input for Params<Q> {
    fn describe(sketch: &mut Sketch) {
        for parameter in Q::parameters() {
            sketch.takes(parameter);
        }
    }
}

impl<T: ToSchema> Input for JsonObject<T> {
    fn describe(sketch: &mut Sketch) {
        sketch.reads::<T>();
    }
}

impl<T: Output> Output for Result<T, ApiError> {
    fn describe(sketch: &mut Sketch) {
        T::describe(sketch);
    }
}

impl<T: ToSchema> Output for Json<T> {
    fn describe(sketch: &mut Sketch) {
        sketch.answers::<T>(&[]);
    }
}

/// An answer whose form the handler's type does not say: anything.
impl Output for Response {
    fn describe(sketch: &mut Sketch) {
        let content = Content::new(Some(Object::with_type(utoipa::openapi::schema::SchemaType::AnyValue)));
        sketch.answer(200, ResponseBuilder::new().description("It is done.").content("*/*", content));
    }
}
