//! A private authority and the certificates that it signs.

use keyway_model::Secret;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Signs certificates; nobody outside a test trusts it.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
pub(crate) struct Identity {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) pem: String,
    pub(crate) key: Secret,
}

impl Authority {
    /// A new authority, which has nothing but its name in common with others.
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate"))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("a readable authority");
        roots
    }

    /// Signs a certificate for a name.
    pub(crate) fn issue(&self, name: &str) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Identity { certificate: certificate.der().clone(), pem: certificate.pem(), key: key.serialize_pem().into() }
    }
}

impl Identity {
    /// What a profile is given.
    pub(crate) fn parts(&self) -> (&str, &Secret) {
        (&self.pem, &self.key)
    }

    /// The key as TLS libraries take it.
    pub(crate) fn private_key(&self) -> PrivateKeyDer<'static> {
        let key = KeyPair::from_pem(self.key.expose()).expect("a key");
        PrivateKeyDer::try_from(key.serialize_der()).expect("a key in PKCS#8")
    }
}
