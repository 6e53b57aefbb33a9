//! The provider's root, checked once and then only joined.

use std::fmt;

use thiserror::Error;
use url::Url;

/// Why a text is no base URL.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BaseUrlError {
    /// It is not a URL.
    #[error("is not a URL of the form https://host/path")]
    NotAUrl,
    /// It is neither http nor https.
    #[error("must begin with http:// or https://")]
    Scheme,
    /// It carries a user name or password.
    #[error("must not hold a user name or password")]
    UserInfo,
    /// It carries a fragment.
    #[error("must not hold a fragment")]
    Fragment,
    /// It carries a query.
    #[error("must not hold a query")]
    Query,
}

/// A provider's root: scheme, host, port and path, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// `http` or `https`.
    scheme: &'static str,
    /// Host and, where it is not the scheme's own, port.
    authority: String,
    /// Path without a slash at its end; empty for the root.
    path: String,
}

impl BaseUrl {
    /// Checks and takes apart a URL.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        // The URL standard forgives white space, tabs and backslashes; a stored root has no business with them.
        if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(BaseUrlError::NotAUrl);
        }
        let url = Url::parse(text).map_err(|_| BaseUrlError::NotAUrl)?;
        let scheme = match url.scheme() {
            "http" => "http",
            "https" => "https",
            _ => return Err(BaseUrlError::Scheme),
        };
        let authority_text = text.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
        // Nor does it mind how many slashes come before the host.
        if authority_text.is_none_or(str::is_empty) {
            return Err(BaseUrlError::NotAUrl);
        }
        if authority_text.is_none_or(|authority| authority.contains('@')) {
            return Err(BaseUrlError::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(BaseUrlError::Fragment);
        }
        if url.query().is_some() {
            return Err(BaseUrlError::Query);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(BaseUrlError::NotAUrl)?;
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { scheme, authority, path: url.path().trim_end_matches('/').to_owned() })
    }

    /// Host and port, where it is not the scheme's own.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Scheme, host and port: what decides where a secret would go.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// The path, without a slash at its end.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The URI of a path below this root. `path` begins with a slash or is empty; it and `query` stand as they are.
    pub fn join(&self, path: &str, query: Option<&str>) -> String {
        let separator = if query.is_some() { "?" } else { "" };
        let root = if self.path.is_empty() && path.is_empty() { "/" } else { "" };
        [self.scheme, "://", &self.authority, &self.path, path, root, separator, query.unwrap_or_default()].concat()
    }

    /// What follows this root in a URL of the provider: `/x?y` for `https://host/base/x?y`. `None` for URLs elsewhere.
    /// A URL without scheme and host is taken as one of this provider.
    pub fn strip<'a>(&self, url: &'a str) -> Option<&'a str> {
        let path = if url.starts_with('/') && !url.starts_with("//") { url } else { self.strip_origin(url)? };
        let rest = path.strip_prefix(&self.path)?;
        (rest.is_empty() || rest.starts_with(['/', '?', '#'])).then_some(rest)
    }

    fn strip_origin<'a>(&self, url: &'a str) -> Option<&'a str> {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let implied = if self.scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(implied).unwrap_or(authority);
        (scheme.eq_ignore_ascii_case(self.scheme) && authority.eq_ignore_ascii_case(&self.authority)).then_some(path)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, BaseUrlError};

    #[test]
    fn only_a_plain_root_is_taken() {
        assert!(BaseUrl::parse("https://api.example.com/v1/").is_ok());
        let cases = [
            ("https://user@example.com", BaseUrlError::UserInfo),
            ("https://user:pw@example.com/x", BaseUrlError::UserInfo),
            ("https://@example.com", BaseUrlError::UserInfo),
            ("https://example.com/#x", BaseUrlError::Fragment),
            ("https://example.com/?x=1", BaseUrlError::Query),
            ("ftp://example.com", BaseUrlError::Scheme),
            ("javascript:alert(1)", BaseUrlError::Scheme),
            ("example.com", BaseUrlError::NotAUrl),
            ("", BaseUrlError::NotAUrl),
            ("https://exa mple.com", BaseUrlError::NotAUrl),
            ("https://example.com\\@evil.com", BaseUrlError::NotAUrl),
            ("https://example.com\r\nx", BaseUrlError::NotAUrl),
        ];
        for (text, error) in cases {
            assert_eq!(BaseUrl::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn joins_without_touching_what_the_caller_sent() {
        let base = BaseUrl::parse("http://127.0.0.1:8888/v1/").unwrap();
        assert_eq!(base.join("/a%2Fb//c", Some("q=%20")), "http://127.0.0.1:8888/v1/a%2Fb//c?q=%20");
        assert_eq!(base.join("", None), "http://127.0.0.1:8888/v1");
        assert_eq!(BaseUrl::parse("http://h").unwrap().join("", None), "http://h/");
        assert_eq!(BaseUrl::parse("http://h").unwrap().join("/", None), "http://h/");
    }

    #[test]
    fn strips_only_its_own_urls() {
        let base = BaseUrl::parse("https://api.example.com/v1").unwrap();
        assert_eq!(base.strip("https://api.example.com/v1/x?page=2"), Some("/x?page=2"));
        assert_eq!(base.strip("https://API.example.com:443/v1"), Some(""));
        assert_eq!(base.strip("/v1/x"), Some("/x"));
        for other in [
            "https://api.example.com/v10",
            "http://api.example.com/v1/x",
            "//api.example.com/v1/x",
            "https://evil.com/v1/x",
            "x",
        ] {
            assert_eq!(base.strip(other), None, "{other}");
        }
    }
}
