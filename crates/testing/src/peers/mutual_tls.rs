//! nginx that wants a client certificate of a private authority.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Certificates;
use crate::{Counterpart, free_port};

/// What nginx is told; the braces are filled in.
const SETTINGS: &str = r#"
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
    default_type application/json;
    server {
        listen 127.0.0.1:{port} ssl;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        ssl_client_certificate authority.pem;
        ssl_verify_client on;
        location / {
            return 200 '{"subject":"$ssl_client_s_dn","path":"$request_uri","authorization":"$http_authorization"}';
        }
    }
}
"#;

/// A server that answers those who show a certificate of its authority, with `subject`, `path` and `authorization`.
/// Anybody else gets 400. Its own certificate is of the same authority, which nobody else trusts.
#[derive(Debug)]
pub struct MutualTls {
    nginx: Counterpart,
    /// The certificates of both sides.
    pub certificates: Certificates,
}

impl MutualTls {
    /// Makes certificates and starts the server.
    pub fn start() -> Self {
        let (certificates, port) = (Certificates::make(), free_port());
        let settings = SETTINGS.replace("{port}", &port.to_string());
        fs::write(certificates.file("nginx.conf"), settings).expect("settings");
        let installed = Path::new("/usr/sbin/nginx");
        let mut command = Command::new(if installed.exists() { installed } else { Path::new("nginx") });
        command.args(["-e", "stderr", "-c", "nginx.conf", "-p"]).arg(certificates.folder());
        Self { nginx: Counterpart::run(command, port), certificates }
    }

    /// `https://127.0.0.1:port`
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.nginx.port)
    }
}
