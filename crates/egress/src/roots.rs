//! TLS to providers: the Mozilla roots, rustls on aws-lc.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// The configuration that ordinary connections share.
pub(crate) fn default_config() -> ClientConfig {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("aws-lc supports the default protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
