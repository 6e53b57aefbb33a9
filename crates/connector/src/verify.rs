//! The request that proves a credential before an instance is kept.

/// A request whose success says that the provider takes the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    /// Method in upper case.
    pub method: String,
    /// Path below `base.url`, with its query if it has one.
    pub path: String,
}

impl Verify {
    /// Reads the short form `GET /me/`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is not a request of the form \"GET /path\"");
        let (method, path) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let path = path.trim();
        let spelled = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
        if !spelled || !path.starts_with('/') || path.contains(char::is_whitespace) {
            return Err(wrong());
        }
        Ok(Self { method: method.to_owned(), path: path.to_owned() })
    }
}
