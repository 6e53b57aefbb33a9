//! The platform dialect: paths, names, statuses and errors of `/elements/api-v2`. It translates and decides nothing.
//!
//! [`Api::handle`] is the door for every request. It sends raw calls and resources of connectors down the data path,
//! on the core that accepted the connection, and everything else to the router on the control runtime.

mod answer;
mod authorization;
mod client;
mod cookies;
mod dispatch;
mod error;
mod extract;
mod form;
mod json;
mod object;
mod openapi;
mod params;
mod platform;
mod routes;
mod schema;
mod views;

pub use answer::AnswerBody;
pub use dispatch::Api;
pub use openapi::openapi_json;
pub use routes::{DATA_ROUTES, ROUTES, Route};
