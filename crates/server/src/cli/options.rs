//! Options shared by commands. Each sets the setting of its name; the settings file explains them.

use std::path::PathBuf;

use clap::Args;
use keyway_config::{Overrides, Settings, SettingsError};

/// Where the store and the master key are.
#[derive(Clone, Debug, Args)]
pub(crate) struct StoreOptions {
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the embedded store and of the master key [default: data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// PostgreSQL instead of the embedded store
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// File that holds the master key [default: master.key in the data folder]
    #[arg(long, value_name = "FILE")]
    master_key_file: Option<String>,
}

/// Everything that can be set.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// Address to serve on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// URL under which callers reach this server
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Let all providers send people back to one address
    #[arg(long)]
    shared_callback: bool,
    /// Ranges that calls may reach besides global addresses
    #[arg(long, value_name = "CIDR,...")]
    egress_allow: Option<String>,
    /// Folders with more connectors
    #[arg(long, value_name = "DIR,...")]
    connectors: Option<String>,
    /// Address of the Prometheus page
    #[arg(long, value_name = "ADDR")]
    metrics_listen: Option<String>,
    /// Certificate chain in PEM, to serve https
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<String>,
    /// Key of the certificate in PEM
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// Peers whose X-Forwarded-For is believed
    #[arg(long, value_name = "CIDR,...")]
    trusted_proxy: Option<String>,
    /// Domain whose sub-domains are instances
    #[arg(long, value_name = "DOMAIN")]
    proxy_domain: Option<String>,
    /// Let everybody read the catalogue
    #[arg(long)]
    public_catalogue: bool,
    /// Sign-in name of the first administrator
    #[arg(long, value_name = "EMAIL")]
    admin_email: Option<String>,
    /// error, warn, info or debug
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// text or json
    #[arg(long, value_name = "FORM")]
    log_format: Option<String>,
    /// Per-core runtimes [default: one for each core]
    #[arg(long, value_name = "N")]
    workers: Option<String>,
}

impl StoreOptions {
    fn overrides(&self) -> Overrides {
        given([("data", &self.data), ("database_url", &self.database_url), ("master_key_file", &self.master_key_file)])
    }

    /// The settings with these options on top.
    pub(crate) fn settings(&self) -> Result<Settings, SettingsError> {
        keyway_config::load(self.config.as_deref(), &self.overrides())
    }
}

impl ServeOptions {
    /// What another command needs besides the data folder to find the same store, as a person types it. The URL of a
    /// database may hold a password, which has no place on a screen.
    pub(crate) fn same_store(&self) -> String {
        let path = |path: &PathBuf| path.display().to_string();
        let url = self.store.database_url.as_ref().map(|_| "\"$KEYWAY_DATABASE_URL\"".to_owned());
        let options = [
            ("config", self.store.config.as_ref().map(path)),
            ("database-url", url),
            ("master-key-file", self.store.master_key_file.clone()),
        ];
        options.into_iter().filter_map(|(name, value)| Some(format!(" --{name} {}", value?))).collect()
    }

    /// The settings with these options on top.
    pub(crate) fn settings(&self) -> Result<Settings, SettingsError> {
        keyway_config::load(self.store.config.as_deref(), &self.overrides())
    }

    /// The settings file with the values in force.
    pub(crate) fn effective(&self) -> Result<String, SettingsError> {
        keyway_config::effective(self.store.config.as_deref(), &self.overrides())
    }

    fn overrides(&self) -> Overrides {
        let mut overrides = self.store.overrides();
        overrides.extend(given([
            ("listen", &self.listen),
            ("public_url", &self.public_url),
            ("egress_allow", &self.egress_allow),
            ("connectors", &self.connectors),
            ("metrics_listen", &self.metrics_listen),
            ("tls_cert", &self.tls_cert),
            ("tls_key", &self.tls_key),
            ("trusted_proxy", &self.trusted_proxy),
            ("proxy_domain", &self.proxy_domain),
            ("admin_email", &self.admin_email),
            ("log_level", &self.log_level),
            ("log_format", &self.log_format),
            ("workers", &self.workers),
        ]));
        if self.shared_callback {
            overrides.push(("shared_callback", "true".to_owned()));
        }
        if self.public_catalogue {
            overrides.push(("public_catalogue", "true".to_owned()));
        }
        overrides
    }
}

fn given<const N: usize>(options: [(&'static str, &Option<String>); N]) -> Overrides {
    options.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect()
}
