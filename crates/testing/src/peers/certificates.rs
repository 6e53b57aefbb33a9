//! Certificates of a private authority, and of a stranger.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A new key, unencrypted, for a request or a certificate.
const REQUEST: [&str; 6] = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/// Keys and certificates in a folder of their own, made by openssl on an elliptic curve.
///
/// The files, as `.pem` with a `.key` beside each: `authority`; `server` for `127.0.0.1` and `localhost`, and `client`,
/// both signed by the authority; `stranger`, another authority; and `rogue`, signed by the stranger with the same name
/// as the client's.
#[derive(Debug)]
pub struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// The subject of the client's certificate.
    pub const CLIENT: &str = "CN=client of tests";

    /// Makes everything anew.
    pub fn make() -> Self {
        let certificates = Self { folder: TempDir::new().expect("a temporary folder") };
        for name in ["authority", "stranger"] {
            certificates.self_signed(name);
        }
        certificates.signed("server", "CN=127.0.0.1", "authority");
        certificates.signed("client", Self::CLIENT, "authority");
        certificates.signed("rogue", Self::CLIENT, "stranger");
        certificates
    }

    /// A file by its name.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file's content.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect("a file in UTF-8")
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn self_signed(&self, name: &str) {
        let (key, pem, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/CN={name}"));
        let made = ["-x509", "-days", "2", "-subj", &subject, "-keyout", &key, "-out", &pem];
        self.openssl(&[&REQUEST, made.as_slice()].concat());
    }

    fn signed(&self, name: &str, subject: &str, by: &str) {
        let [key, csr, pem] = ["key", "csr", "pem"].map(|kind| format!("{name}.{kind}"));
        let subject = format!("/{subject}");
        self.openssl(&[&REQUEST, ["-subj", &subject, "-keyout", &key, "-out", &csr].as_slice()].concat());
        let names = "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n";
        fs::write(self.file("extensions"), names).expect("extensions");
        let (authority, authority_key) = (format!("{by}.pem"), format!("{by}.key"));
        let issuer = ["-CA", &authority, "-CAkey", &authority_key, "-CAcreateserial", "-extfile", "extensions"];
        self.openssl(&[["x509", "-req", "-days", "2", "-in", &csr, "-out", &pem].as_slice(), &issuer].concat());
    }

    fn openssl(&self, arguments: &[&str]) {
        let done = Command::new("openssl").args(arguments).current_dir(self.folder()).output();
        let done = done.expect("openssl is installed");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}
