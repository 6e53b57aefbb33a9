//! The name by which definitions, instances and callers refer to a connector.

use std::fmt;
use std::sync::Arc;

/// A connector's key, such as `closeio`: lower-case letters, digits, `-`, `_` and `.`, at most 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectorKey(Arc<str>);

impl ConnectorKey {
    /// Checks the spelling; `None` when it is not a key.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len());
        let spelled = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
        // A key of digits only could not be told from an id in `/elements/{keyOrId}`.
        let named = text.bytes().any(|b| b.is_ascii_lowercase());
        (fits && spelled && named).then(|| Self(text.into()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ConnectorKey;

    #[test]
    fn a_key_is_never_a_number() {
        assert!(ConnectorKey::parse("closeio").is_some());
        assert!(ConnectorKey::parse("x2-y_z.1").is_some());
        for bad in ["", "12", "Close", "a/b", "a b", &"a".repeat(65)] {
            assert!(ConnectorKey::parse(bad).is_none(), "{bad}");
        }
    }
}
