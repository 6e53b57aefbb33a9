//! What a path of a raw call may hold. It is checked, then forwarded byte by byte as it came.

use keyway_model::Problems;
use percent_encoding::percent_decode_str;

use crate::instance_keys;

/// Refuses paths that a provider, or something before it, might read as another path.
pub fn check(raw: &str) -> Result<(), Problems> {
    // The `*` of OPTIONS would become a part of the host.
    if !raw.is_empty() && !raw.starts_with('/') {
        return Err(Problems::one("path", "must begin with a slash"));
    }
    let decoded: Vec<u8> = percent_decode_str(raw).collect();
    if instance_keys::is_in(&decoded) {
        return Err(Problems::one("path", "must not hold an instance key"));
    }
    if decoded.iter().any(|byte| matches!(byte, b'\\' | 0 | b'\r' | b'\n')) {
        return Err(Problems::one("path", "must not hold backslashes, NUL or line breaks, encoded or not"));
    }
    if has_scheme(&decoded) {
        return Err(Problems::one("path", "must not be an absolute URL"));
    }
    if decoded.split(|byte| *byte == b'/').any(is_dot_segment) {
        return Err(Problems::one("path", "must not hold dot segments, encoded or not"));
    }
    Ok(())
}

/// The decoded segments of a path, for a key that is limited to prefixes; `None` for what could be read in two ways.
pub(crate) fn plain_segments(raw: &str) -> Option<Vec<String>> {
    let inner = raw.strip_prefix('/').unwrap_or(raw);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    if inner.is_empty() {
        return raw.len().le(&1).then(Vec::new);
    }
    inner.split('/').map(plain_segment).collect()
}

fn plain_segment(segment: &str) -> Option<String> {
    let decoded = percent_decode_str(segment).decode_utf8().ok()?;
    // A slash or a percent sign in it would mean another path to a provider that decodes once more.
    let plain = !decoded.is_empty() && !decoded.contains(['/', '%', '\\', ';']) && !is_dot_segment(decoded.as_bytes());
    plain.then(|| decoded.into_owned())
}

/// Whether a text can be a key's path prefix.
pub(crate) fn is_plain(prefix: &str) -> bool {
    let spelled = prefix.starts_with('/') && !prefix.contains(['%', '?', '#']) && !prefix.contains(char::is_control);
    spelled && plain_segments(prefix).is_some()
}

/// `.` and `..`, also with path parameters behind them, as some servers strip those.
fn is_dot_segment(segment: &[u8]) -> bool {
    let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
    name == b"." || name == b".."
}

fn has_scheme(decoded: &[u8]) -> bool {
    let start = decoded.iter().position(|byte| *byte != b'/').unwrap_or(decoded.len());
    let text = &decoded[start..];
    let length = text.iter().position(|b| !(b.is_ascii_alphanumeric() || b"+-.".contains(b))).unwrap_or(text.len());
    length > 0 && text[0].is_ascii_alphabetic() && text[length..].starts_with(b"://")
}

#[cfg(test)]
mod tests {
    use super::{check, is_plain, plain_segments};

    #[test]
    fn paths_with_a_second_meaning_are_refused() {
        let bad = [
            "/..",
            "/.",
            "/a/../b",
            "/a/./b",
            "/%2e%2e/b",
            "/a/%2E./b",
            "/.%2e",
            "/a%2f..%2fb",
            "/..;x=1/b",
            "/..%3b/b",
            "/a\\b",
            "/a%5cb",
            "/a%5C..",
            "/a%00b",
            "/a%0d%0ab",
            "/a%0Ab",
            "/http://evil.example/",
            "/https%3A%2F%2Fevil/",
            "http://evil/",
            "//ftp://x",
            "/a/..",
            "*",
            ".evil.example/",
        ];
        for path in bad {
            assert!(check(path).is_err(), "{path}");
        }
    }

    #[test]
    fn odd_but_honest_paths_pass() {
        let good = [
            "",
            "/",
            "/a%2Fb",
            "//a",
            "/a//b",
            "/...",
            "/a..b",
            "/.well-known/x",
            "/a%20b",
            "/a:b",
            "/%zz",
            "/é",
            "/a;b=1",
            "/w/http:/x",
        ];
        for path in good {
            assert!(check(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn a_limited_key_reads_a_path_in_one_way_only() {
        assert_eq!(plain_segments("/v1/a%20b/"), Some(vec!["v1".to_owned(), "a b".to_owned()]));
        assert_eq!(plain_segments("/"), Some(Vec::new()));
        for path in ["/v1%2Fx", "//v1", "/v1//x", "/v1/%252e", "/v1/a;b", "/v1/%ff", "/v1//"] {
            assert_eq!(plain_segments(path), None, "{path}");
        }
        assert!(is_plain("/v1/charges"));
        assert!(is_plain("/"));
        for prefix in ["v1", "", "/v1/../x", "/v1?x", "/v1//x", "/%76"] {
            assert!(!is_plain(prefix), "{prefix}");
        }
    }
}
