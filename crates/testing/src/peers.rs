//! Providers that judge credentials: authorization servers, signed services, and servers that want certificates.
//! Each is somebody else's program, started for one test on a free port, and is killed with its value.

mod certificates;
mod django_oauth;
mod moto;
mod mutual_tls;
mod node_red;
mod oauth1;
mod oidc;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Counterpart, counterparts, free_port};

pub use certificates::Certificates;
pub use django_oauth::DjangoOauth;
pub use moto::Moto;
pub use mutual_tls::MutualTls;
pub use node_red::NodeRed;
pub use oauth1::OauthOne;
pub use oidc::OidcProvider;

/// A client as an authorization server knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The client id.
    pub id: &'static str,
    /// The client secret; empty when the client has none.
    pub secret: &'static str,
}

/// A file of the folder `counterparts`.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../counterparts").join(name)
}

/// Starts a Python script that takes a port and more.
fn python(name: &str, more: &[String]) -> Counterpart {
    let port = free_port();
    let mut command = Command::new(counterparts().join("venv/bin/python"));
    command.arg(script(name)).arg(port.to_string()).args(more).current_dir(counterparts());
    Counterpart::run(command, port)
}
