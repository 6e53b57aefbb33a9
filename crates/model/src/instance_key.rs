//! Instance keys: credentials of our own that open the raw call of one instance within stated limits.

use crate::{InstanceId, KeyId, Timestamp};

/// Longest name of an instance key, in characters.
pub const MAX_KEY_NAME: usize = 100;

/// What an instance key may do. An empty list sets no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPolicy {
    /// Methods in upper case.
    pub methods: Vec<String>,
    /// Path prefixes, each beginning with `/`, matched by whole decoded segments.
    pub path_prefixes: Vec<String>,
    /// From when on the key opens nothing.
    pub expires_at: Option<Timestamp>,
}

/// An instance key without its secret text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceKey {
    /// Its number.
    pub id: KeyId,
    /// The instance it opens.
    pub instance: InstanceId,
    /// Its name for people.
    pub name: String,
    /// Its limits.
    pub policy: KeyPolicy,
    /// When it was made.
    pub created_at: Timestamp,
}

impl KeyPolicy {
    /// Whether the key is still valid.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether a method is within the limits.
    pub fn allows_method(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|allowed| allowed == method)
    }

    /// Whether a path, given as its percent-decoded segments, is within the limits.
    pub fn allows_path(&self, segments: &[String]) -> bool {
        self.path_prefixes.is_empty() || self.path_prefixes.iter().any(|prefix| starts_with(segments, prefix))
    }
}

fn starts_with(segments: &[String], prefix: &str) -> bool {
    let mut wanted = prefix.split('/').filter(|part| !part.is_empty());
    let mut given = segments.iter();
    wanted.all(|part| given.next().is_some_and(|segment| segment == part))
}

#[cfg(test)]
mod tests {
    use super::KeyPolicy;

    fn segments(path: &str) -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn prefixes_match_whole_segments() {
        let policy = KeyPolicy { path_prefixes: vec!["/v1/charges".to_owned()], ..KeyPolicy::default() };
        assert!(policy.allows_path(&segments("/v1/charges")));
        assert!(policy.allows_path(&segments("/v1/charges/ch_1")));
        assert!(!policy.allows_path(&segments("/v1/chargesX")));
        assert!(!policy.allows_path(&segments("/v1")));
        assert!(!policy.allows_path(&segments("/v2/charges")));
    }

    #[test]
    fn an_empty_policy_limits_nothing() {
        assert!(KeyPolicy::default().allows_path(&segments("/anything")));
        assert!(KeyPolicy::default().allows_method("PROPFIND"));
    }
}
