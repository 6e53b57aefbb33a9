//! Prints Keyway's own OpenAPI document, for `cargo xtask openapi`.
#![expect(clippy::print_stdout, reason = "that is all it does")]

fn main() {
    print!("{}", keyway_api::openapi_json());
}
