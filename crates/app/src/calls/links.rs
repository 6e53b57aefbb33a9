//! Addresses in answers: a provider's own URLs come back as URLs of the raw call, so that a client can follow them.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use keyway_auth::BaseUrl;

use super::path;

/// Headers that hold one URL each.
const SINGLE: [HeaderName; 3] = [header::LOCATION, header::CONTENT_LOCATION, HeaderName::from_static("next-page")];

/// Rewrites the URLs of an answer's headers. `root` is the raw call's URL of this instance, without a slash at its end.
pub(crate) fn rewrite(headers: &mut HeaderMap, base: &BaseUrl, root: &str) {
    for name in &SINGLE {
        let rewritten = headers.get(name).and_then(|value| moved(value.to_str().ok()?, base, root));
        if let Some(value) = rewritten.and_then(|url| HeaderValue::from_str(&url).ok()) {
            headers.insert(name, value);
        }
    }
    if headers.contains_key(header::LINK) {
        let lines: Vec<HeaderValue> = headers.get_all(header::LINK).iter().map(|line| link(line, base, root)).collect();
        headers.remove(header::LINK);
        for line in lines {
            headers.append(header::LINK, line);
        }
    }
}

/// Where a URL is for the caller; `None` where it stands as it is.
fn moved(url: &str, base: &BaseUrl, root: &str) -> Option<String> {
    // Dot segments would lead a client out of the raw call, to this server's own API.
    let plain = |rest: &&str| path::check(rest.split(['?', '#']).next().unwrap_or_default()).is_ok();
    if let Some(rest) = base.strip(url).filter(plain) {
        return Some(format!("{root}{rest}"));
    }
    // So would a path beside the provider's root, read as one of this server.
    (url.starts_with('/') && !url.starts_with("//")).then(|| format!("{}{url}", base.origin()))
}

/// Rewrites every `<…>` of a Link header (RFC 8288); everything else stands.
fn link(line: &HeaderValue, base: &BaseUrl, root: &str) -> HeaderValue {
    let Ok(text) = line.to_str() else {
        return line.clone();
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let Some((url, tail)) = after.split_once('>') else {
            break;
        };
        out.push_str(before);
        out.push('<');
        out.push_str(moved(url, base, root).as_deref().unwrap_or(url));
        out.push('>');
        rest = tail;
    }
    out.push_str(rest);
    HeaderValue::from_str(&out).unwrap_or_else(|_| line.clone())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use keyway_auth::BaseUrl;

    use super::rewrite;

    #[test]
    fn urls_of_the_provider_become_urls_of_the_raw_call() {
        let base = BaseUrl::parse("https://api.example.com/v1").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("location", "https://api.example.com/v1/a?b=c".parse().unwrap());
        headers.insert("content-location", "/v1/x".parse().unwrap());
        headers.insert("next-page", "https://api.example.com/v1/p".parse().unwrap());
        let line = "<https://api.example.com/v1/l?page=2>; rel=\"next\", <https://other.example/v1>; rel=\"last\"";
        headers.append("link", line.parse().unwrap());
        rewrite(&mut headers, &base, "http://k/proxy");
        assert_eq!(headers["location"], "http://k/proxy/a?b=c");
        assert_eq!(headers["content-location"], "http://k/proxy/x");
        assert_eq!(headers["next-page"], "http://k/proxy/p");
        assert_eq!(
            headers["link"],
            "<http://k/proxy/l?page=2>; rel=\"next\", <https://other.example/v1>; rel=\"last\""
        );
    }

    #[test]
    fn urls_of_others_stand() {
        let base = BaseUrl::parse("https://api.example.com/v1").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("location", "https://login.example.com/".parse().unwrap());
        headers.append("link", "broken <".parse().unwrap());
        rewrite(&mut headers, &base, "http://k/proxy");
        assert_eq!(headers["location"], "https://login.example.com/");
        assert_eq!(headers["link"], "broken <");
    }
}
