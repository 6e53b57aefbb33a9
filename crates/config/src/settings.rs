//! The settings in their final types.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;

/// Everything that an operator can set; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting; a second text would drift")]
pub struct Settings {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub database_url: String,
    pub public_url: String,
    pub egress_allow: Vec<IpNet>,
    pub connectors: Vec<PathBuf>,
    pub metrics_listen: String,
    pub tls_cert: PathBuf,
    pub tls_key: PathBuf,
    pub trusted_proxy: Vec<IpNet>,
    pub proxy_domain: String,
    pub public_catalogue: bool,
    pub master_key_file: PathBuf,
    pub admin_email: String,
    pub log_level: String,
    pub log_format: LogFormat,
    pub workers: usize,
    pub cached_instances: u64,
    pub connect_timeout: u64,
    pub first_byte_timeout: u64,
    pub idle_timeout: u64,
    pub shutdown_grace: u64,
    pub sign_in_failures: u32,
    pub call_log_days: i64,
    pub script_workers: usize,
    pub scripts_in_process: bool,
    pub shared_callback: bool,
    pub fail_at: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Settings {
    /// The URL under which callers reach this server, without a slash at its end.
    pub fn public_url(&self) -> String {
        let scheme = if self.tls_cert.as_os_str().is_empty() { "http" } else { "https" };
        let url =
            if self.public_url.is_empty() { format!("{scheme}://{}", self.listen) } else { self.public_url.clone() };
        url.trim_end_matches('/').to_owned()
    }

    /// The address of the metrics page, if there is one.
    pub fn metrics_listen(&self) -> Option<SocketAddr> {
        self.metrics_listen.parse().ok()
    }

    /// Certificate and key, when the server speaks https.
    pub fn tls(&self) -> Option<(&PathBuf, &PathBuf)> {
        (!self.tls_cert.as_os_str().is_empty()).then_some((&self.tls_cert, &self.tls_key))
    }

    /// Whether PostgreSQL is used instead of the embedded store.
    pub fn database_url(&self) -> Option<&str> {
        (!self.database_url.is_empty()).then_some(&self.database_url)
    }
}
