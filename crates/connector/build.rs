//! Rebuilds the crate when a shipped definition changes.

fn main() {
    println!("cargo::rerun-if-changed=../../connectors");
}
