//! JSON read without copying: scalars stay as they were written, so that what nobody touches leaves byte by byte as it came.

use std::borrow::Cow;

use thiserror::Error;

/// Deepest nesting of an answer.
const MAX_DEPTH: usize = 128;

/// A JSON value that borrows the text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json<'a> {
    /// A string, number, `true`, `false` or `null`, as written.
    Scalar(&'a str),
    /// A list.
    Array(Vec<Json<'a>>),
    /// Members in order; keys as written between their quotes.
    Object(Vec<(&'a str, Json<'a>)>),
}

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("not JSON at byte {position}")]
pub struct JsonError {
    /// Where, counted from 0.
    pub position: usize,
}

impl<'a> Json<'a> {
    /// Reads a whole text.
    pub fn parse(text: &'a str) -> Result<Self, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.skip_space();
        if reader.at == text.len() { Ok(value) } else { Err(reader.wrong()) }
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| same_key(key, name)).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Scalar("null"))
    }

    /// The text of a string, or the spelling of a number or truth value; `None` for null, lists and objects.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Scalar("null") | Self::Array(_) | Self::Object(_) => None,
            Self::Scalar(raw) => match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(inner) if !inner.contains('\\') => Some(Cow::Borrowed(inner)),
                Some(_) => serde_json::from_str(raw).ok().map(Cow::Owned),
                None => Some(Cow::Borrowed(raw)),
            },
        }
    }

    /// Whether it counts as true: neither absent, null, false, zero, empty text nor an empty list.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Scalar(raw) => !matches!(*raw, "null" | "false" | "0" | "\"\""),
            Self::Array(items) => !items.is_empty(),
            Self::Object(_) => true,
        }
    }

    /// Writes the value without the members of objects that are null, at every depth, where `without_nulls`.
    pub fn write(&self, without_nulls: bool, out: &mut Vec<u8>) {
        match self {
            Self::Scalar(raw) => out.extend_from_slice(raw.as_bytes()),
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write(without_nulls, out);
                }
                out.push(b']');
            }
            Self::Object(members) => write_members(members, without_nulls, out),
        }
    }

    /// The value in a form of its own.
    pub fn to_value(&self) -> serde_json::Value {
        match self {
            Self::Scalar(raw) => serde_json::from_str(raw).unwrap_or_default(),
            Self::Array(items) => items.iter().map(Json::to_value).collect(),
            Self::Object(members) => {
                let pair = |(key, value): &(&str, Json<'_>)| (unescaped(key).into_owned(), value.to_value());
                serde_json::Value::Object(members.iter().map(pair).collect())
            }
        }
    }
}

fn write_members(members: &[(&str, Json<'_>)], without_nulls: bool, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for (key, value) in members {
        if without_nulls && value.is_null() {
            continue;
        }
        if !first {
            out.push(b',');
        }
        first = false;
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        value.write(without_nulls, out);
    }
    out.push(b'}');
}

/// Whether a key as written is a name.
pub(crate) fn same_key(key: &str, name: &str) -> bool {
    key == name || (key.contains('\\') && unescaped(key) == name)
}

/// A key without its escapes.
pub(crate) fn unescaped(key: &str) -> Cow<'_, str> {
    if !key.contains('\\') {
        return Cow::Borrowed(key);
    }
    serde_json::from_str(&format!("\"{key}\"")).map_or(Cow::Borrowed(key), Cow::Owned)
}

/// The bytes at which reading a string has to stop.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = true;
        byte += 1;
    }
    special[b'"' as usize] = true;
    special[b'\\' as usize] = true;
    special
};

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    const fn wrong(&self) -> JsonError {
        JsonError { position: self.at }
    }

    fn skip_space(&mut self) {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no space.
    fn next(&mut self) -> Option<u8> {
        self.skip_space();
        self.peek()
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        match self.next() {
            Some(b'"') => {
                let start = self.at;
                self.string()?;
                Ok(Json::Scalar(&self.text[start..self.at]))
            }
            Some(b'{') if depth < MAX_DEPTH => self.object(depth),
            Some(b'[') if depth < MAX_DEPTH => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't' | b'f' | b'n') => self.word(),
            _ => Err(self.wrong()),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.at += 1;
        let mut members = Vec::new();
        if self.next() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        members.reserve(24);
        loop {
            if self.next() != Some(b'"') {
                return Err(self.wrong());
            }
            let key = self.string()?;
            if self.next() != Some(b':') {
                return Err(self.wrong());
            }
            self.at += 1;
            members.push((key, self.value(depth + 1)?));
            if self.closes(b'}')? {
                return Ok(Json::Object(members));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        if self.next() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.closes(b']')? {
                return Ok(Json::Array(items));
            }
        }
    }

    /// Whether a list or object ends here, rather than going on after a comma.
    fn closes(&mut self, end: u8) -> Result<bool, JsonError> {
        let found = self.next();
        if found != Some(end) && found != Some(b',') {
            return Err(self.wrong());
        }
        self.at += 1;
        Ok(found == Some(end))
    }

    /// Passes a string and returns what is between its quotes.
    fn string(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut escaped = false;
        loop {
            // Most strings are short and hold nothing special, so a table beats a search.
            match bytes[at..].iter().position(|byte| SPECIAL[usize::from(*byte)]) {
                Some(found) => at += found,
                None => return Err(self.wrong()),
            }
            match bytes[at] {
                b'"' => break,
                // Whatever is escaped, the string does not end with it.
                b'\\' if at + 1 < bytes.len() => at += 2,
                // Control characters have no place in a string (RFC 8259 section 7).
                _ => return Err(self.wrong()),
            }
            escaped = true;
        }
        self.at = at + 1;
        let inner = &self.text[start..at];
        if !escaped || has_known_escapes(inner) { Ok(inner) } else { Err(self.wrong()) }
    }

    fn number(&mut self) -> Result<Json<'a>, JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let raw = &self.text[start..self.at];
        if is_number(raw) { Ok(Json::Scalar(raw)) } else { Err(JsonError { position: start }) }
    }

    fn word(&mut self) -> Result<Json<'a>, JsonError> {
        let rest = &self.text[self.at..];
        let word = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word));
        let word = word.ok_or_else(|| self.wrong())?;
        self.at += word.len();
        Ok(Json::Scalar(word))
    }
}

fn has_known_escapes(inner: &str) -> bool {
    let mut rest = inner.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            continue;
        }
        let known = match rest.next() {
            Some(b'u') => (0..4).all(|_| rest.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            Some(escape) => b"\"\\/bfnrt".contains(&escape),
            None => false,
        };
        if !known {
            return false;
        }
    }
    true
}

/// The grammar of RFC 8259 section 6.
fn is_number(raw: &str) -> bool {
    let rest = raw.strip_prefix('-').unwrap_or(raw);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole_is_right = digits(whole) && (whole == "0" || !whole.starts_with('0'));
    let signed = |text: &str| digits(text.strip_prefix(['+', '-']).unwrap_or(text));
    whole_is_right && fraction.is_none_or(digits) && exponent.is_none_or(signed)
}

#[cfg(test)]
mod tests {
    use super::Json;

    fn rewritten(text: &str) -> String {
        let mut out = Vec::new();
        Json::parse(text).unwrap().write(true, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nulls_leave_objects_at_every_depth_and_stay_in_lists() {
        let text = r#"{"a":null,"b":[null,{"c":null,"d":1.50e+3}],"e":{"f":null},"g":"null","h":false}"#;
        assert_eq!(rewritten(text), r#"{"b":[null,{"d":1.50e+3}],"e":{},"g":"null","h":false}"#);
    }

    #[test]
    fn what_nobody_touches_stays_as_written() {
        let text = r#"{"a\"b":"x\u00e9\\","n":-0.10,"u":"é😀","deep":[[[]]]}"#;
        assert_eq!(rewritten(text), text);
        assert_eq!(Json::parse(text).unwrap().get("a\"b").unwrap().text().unwrap(), "xé\\");
        assert_eq!(Json::parse(text).unwrap().to_value(), serde_json::from_str::<serde_json::Value>(text).unwrap());
    }

    #[test]
    fn what_is_not_json_is_refused_as_the_reference_does() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":}",
            "{\"a\" 1}",
            "{a:1}",
            "01",
            "1.",
            "-",
            "1e",
            ".5",
            "+1",
            "nul",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"abc",
            "\"abc\\",
            "[] []",
            "{\"a\":1,}",
            "tru",
            "[1 2]",
            "'a'",
            "1.e5",
            "--1",
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert!(Json::parse(text).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(Json::parse(&deep).is_err());
        assert!(Json::parse(" [ 1 , 2 ] \n").is_ok());
    }

    #[test]
    fn truth_is_what_providers_mean_by_it() {
        let truth = |text: &str| Json::parse(text).unwrap().is_truthy();
        assert!(["true", "1", "\"x\"", "[0]", "{}"].into_iter().all(truth));
        assert!(!["false", "0", "null", "\"\"", "[]"].into_iter().any(truth));
    }
}
