//! The raw call, from the socket of the caller to the socket of the provider.

mod answer_headers;
mod breaking;
mod call_log;
mod credentials;
mod deadlines;
mod egress;
mod framing;
mod hosts;
mod hub;
mod invalidation;
mod key_limits;
mod keys;
mod links;
mod many_nodes;
mod methods;
mod never_scanned;
mod paths;
mod renewal;
mod request_headers;
mod resources;
mod stopping;
mod streaming;
mod support;
mod tokens;
mod upgrades;
