//! Taking an instance's secrets out of texts, by value: whatever wrote them there, in clear or encoded.

mod names;

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_auth::engine::Tokens;
use keyway_connector::{Connector, Method};
use keyway_model::{Configuration, Secret};

use crate::credentials::Held;
use crate::instance_keys::PREFIX;
use crate::instances::{MASK, is_default, is_kept_back};

/// Shorter values, in characters, stand in too many texts by chance.
const SHORTEST: usize = 4;
/// Characters of the longest secret that a cut must not hide.
const LONGEST_SECRET: usize = 8_000;
/// Hexadecimal digits behind the prefix that make a text look like an instance key, whole or cut.
const KEY_DIGITS: usize = 8;
/// Values of entries that nobody told us about and that cannot be secret.
const WORDS: [&str; 3] = ["true", "false", "null"];

/// What takes an instance's secrets out of texts. It holds the first bytes and a hash of each form of each secret, 24
/// bytes a form, so it stays small however long the secrets are.
#[derive(Default)]
pub(crate) struct Redactor {
    forms: Box<[Form]>,
    /// Which beginnings may occur at all: nearly every place of a text is passed by without a search.
    beginnings: [u64; 4],
}

/// One form in which a secret may stand in a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Form {
    /// The first four bytes.
    start: u32,
    length: u32,
    hash: u64,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The value itself.
    Clear,
    /// What base64 makes of the value wherever it stands in the encoded text: the digits that no neighbour has a part
    /// in, and whether the digits before and behind hold bits of it.
    Base64 { before: bool, behind: bool },
}

/// A text as a reader may see it: its bytes, and where each of them stands in the text.
struct View<'a> {
    bytes: Cow<'a, [u8]>,
    /// `None` when every byte stands for itself.
    places: Option<Vec<usize>>,
}

impl Redactor {
    /// Collects what must not be written down of an instance: what answers mask, whatever leaves as a credential, and the
    /// instance's own token.
    pub(crate) fn of(connector: &Connector, configuration: &Configuration, token: &Secret, held: &Held) -> Self {
        Self::new(secrets(connector, configuration).chain([token]).chain(held_secrets(held)))
    }

    /// The same of what is written down about authenticating.
    pub(crate) fn of_held(connector: &Connector, configuration: &Configuration, held: &Held) -> Self {
        Self::new(secrets(connector, configuration).chain(held_secrets(held)))
    }

    fn new<'a>(values: impl Iterator<Item = &'a Secret>) -> Self {
        let mut forms = Vec::new();
        for value in values {
            let text = value.expose().trim();
            if text.chars().count() >= SHORTEST && !WORDS.contains(&text) {
                forms.extend(Form::new(text.as_bytes(), Kind::Clear));
                forms.extend((0..3).filter_map(|offset| base64_form(text.as_bytes(), offset)));
            }
        }
        forms.sort_unstable();
        forms.dedup();
        let mut beginnings = [0; 4];
        for form in &forms {
            let (word, bit) = slot(form.start);
            beginnings[word] |= bit;
        }
        Self { forms: forms.into_boxed_slice(), beginnings }
    }

    /// The text with every secret replaced by the mask, in clear, percent-encoded or in base64; also everything that looks
    /// like an instance key. A text is to be redacted before it is cut: half a secret is not recognised.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut found = Vec::new();
        self.find(&View { bytes: Cow::Borrowed(text.as_bytes()), places: None }, &mut found);
        if text.contains('%') {
            self.find(&View::decoded(text, false), &mut found);
        }
        if text.contains('+') {
            self.find(&View::decoded(text, true), &mut found);
        }
        if text.contains('\\') {
            self.find(&View::unescaped(text), &mut found);
        }
        if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(masked(text, found)) }
    }

    /// The beginning of a text, redacted. So that a long text costs no more, it is cut once before, far enough behind that
    /// no secret of usual length is cut with it.
    pub(crate) fn excerpt(&self, text: &str, longest: usize) -> String {
        let cut = |text: &str, longest: usize| text.char_indices().nth(longest).map_or(text.len(), |(end, _)| end);
        let clean = self.redact(&text[..cut(text, longest + LONGEST_SECRET)]);
        clean[..cut(&clean, longest)].to_owned()
    }

    /// A path with its query, redacted; also the values of parameters whose names say that they are credentials, as
    /// callers send some that are not the instance's.
    pub(crate) fn redact_uri<'a>(&self, uri: &'a str) -> Cow<'a, str> {
        match names::mask_query(uri) {
            Cow::Borrowed(same) => self.redact(same),
            Cow::Owned(masked) => Cow::Owned(self.redact(&masked).into_owned()),
        }
    }

    /// Bytes that it holds on the heap.
    #[cfg(test)]
    fn size(&self) -> usize {
        size_of_val(&*self.forms)
    }

    fn find(&self, view: &View<'_>, found: &mut Vec<Range<usize>>) {
        let bytes = &*view.bytes;
        let (mut plain, mut url_safe) = (0_u32, 0_u32);
        for (end, byte) in bytes.iter().enumerate() {
            plain = plain << 8 | u32::from(*byte);
            url_safe = url_safe << 8 | u32::from(standard(*byte));
            let Some(start) = (end + 1).checked_sub(SHORTEST) else { continue };
            if plain == KEY_START {
                found.extend(key_at(bytes, start).map(|hit| view.place(&hit)));
            }
            for beginning in [Some(plain), Some(url_safe).filter(|other| *other != plain)].into_iter().flatten() {
                if self.may_begin(beginning) {
                    found.extend(self.at(beginning, bytes, start).map(|hit| view.place(&hit)));
                }
            }
        }
    }

    fn may_begin(&self, start: u32) -> bool {
        let (word, bit) = slot(start);
        self.beginnings[word] & bit != 0
    }

    /// The secrets that begin with four bytes and stand at a place.
    fn at<'t>(&'t self, beginning: u32, bytes: &'t [u8], place: usize) -> impl Iterator<Item = Range<usize>> + 't {
        let first = self.forms.partition_point(|form| form.start < beginning);
        let forms = self.forms[first..].iter().take_while(move |form| form.start == beginning);
        forms.filter_map(move |form| form.at(bytes, place))
    }
}

/// Where four bytes are noted: word and bit.
const fn slot(start: u32) -> (usize, u64) {
    let hash = start.wrapping_mul(0x9e37_79b1) >> 24;
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// The values that must not be written down: what answers mask, and whatever leaves as a credential.
fn secrets<'a>(connector: &'a Connector, configuration: &'a Configuration) -> impl Iterator<Item = &'a Secret> {
    let methods = connector.methods.iter().flat_map(Method::credential_keys);
    let credentials: Vec<&str> = methods.collect();
    let secret = move |key: &str, value: &Secret| {
        (is_kept_back(connector, key) || credentials.contains(&key)) && !is_default(connector, key, value)
    };
    configuration.iter().filter(move |(key, value)| secret(key, value)).map(|(_, value)| value)
}

/// Tokens, and what the client says who it is with.
fn held_secrets(held: &Held) -> impl Iterator<Item = &Secret> {
    held.tokens.iter().flat_map(Tokens::secrets).chain(held.client.members.values())
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(…)")
    }
}

impl Form {
    fn new(bytes: &[u8], kind: Kind) -> Option<Self> {
        let length = u32::try_from(bytes.len()).ok()?;
        Some(Self { start: word(bytes)?, length, hash: hash(bytes.iter().copied()), kind })
    }

    /// Where it stands in a text, if it begins at `start`.
    fn at(&self, bytes: &[u8], start: usize) -> Option<Range<usize>> {
        let end = start + usize::try_from(self.length).ok()?;
        let given = bytes.get(start..end)?.iter().copied();
        match self.kind {
            Kind::Clear => (hash(given) == self.hash).then_some(start..end),
            Kind::Base64 { before, behind } => {
                let fits = hash(given.map(standard)) == self.hash;
                let first = start.saturating_sub(usize::from(before));
                let last = bytes.len().min(end + usize::from(behind));
                let digits = bytes[first..start].iter().chain(&bytes[end..last]).all(|byte| is_digit(*byte));
                fits.then_some(if digits { first..last } else { start..end })
            }
        }
    }
}

impl<'a> View<'a> {
    /// The text with its percent-encoding taken off, and `+` for a space where a form is meant.
    fn decoded(text: &'a str, form: bool) -> Self {
        let raw = text.as_bytes();
        let (mut bytes, mut places) = (Vec::with_capacity(raw.len()), Vec::with_capacity(raw.len() + 1));
        let mut at = 0;
        while let Some(byte) = raw.get(at) {
            places.push(at);
            let encoded = if *byte == b'%' { raw.get(at + 1..at + 3).and_then(hex_pair) } else { None };
            bytes.push(encoded.unwrap_or(if form && *byte == b'+' { b' ' } else { *byte }));
            at += if encoded.is_some() { 3 } else { 1 };
        }
        places.push(raw.len());
        Self { bytes: Cow::Owned(bytes), places: Some(places) }
    }

    /// The text with the escapes of JSON strings taken off.
    fn unescaped(text: &'a str) -> Self {
        let raw = text.as_bytes();
        let (mut bytes, mut places) = (Vec::with_capacity(raw.len()), Vec::with_capacity(raw.len() + 1));
        let mut at = 0;
        while let Some(byte) = raw.get(at) {
            let (character, length) = if *byte == b'\\' { escape_at(text, at) } else { (None, 1) };
            let mut room = [0; 4];
            let written = match character {
                Some(c) => c.encode_utf8(&mut room).as_bytes(),
                None => std::slice::from_ref(byte),
            };
            bytes.extend_from_slice(written);
            places.extend(std::iter::repeat_n(at, written.len()));
            at += length;
        }
        places.push(raw.len());
        Self { bytes: Cow::Owned(bytes), places: Some(places) }
    }

    fn place(&self, hit: &Range<usize>) -> Range<usize> {
        match &self.places {
            Some(places) => places[hit.start]..places[hit.end],
            None => hit.clone(),
        }
    }
}

/// The character that an escape at a place stands for, and the escape's length; a lone backslash stands for itself.
fn escape_at(text: &str, at: usize) -> (Option<char>, usize) {
    let unit = |from: usize| text.get(from..from + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let simple = |c| (Some(c), 2);
    match text.as_bytes().get(at + 1) {
        Some(b'n') => simple('\n'),
        Some(b't') => simple('\t'),
        Some(b'r') => simple('\r'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(c @ (b'"' | b'\\' | b'/')) => simple(char::from(*c)),
        Some(b'u') => {
            let high = unit(at + 2);
            let low = text.get(at + 6..at + 8).filter(|marks| *marks == "\\u").and_then(|_| unit(at + 8));
            let pair = |low| char::decode_utf16([high.unwrap_or_default(), low]).next().and_then(Result::ok);
            match (high.and_then(|unit| char::from_u32(u32::from(unit))), low) {
                (Some(c), _) => (Some(c), 6),
                (None, Some(low)) if high.is_some() => pair(low).map_or((None, 1), |c| (Some(c), 12)),
                _ => (None, 1),
            }
        }
        _ => (None, 1),
    }
}

/// What base64 makes of a value of which `offset` bytes of a group of three stand before it. All other digits of the
/// encoded text depend on the neighbours, so this finds `user:password` and a secret within a token too.
fn base64_form(value: &[u8], offset: usize) -> Option<Form> {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(value);
    let (first, last) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
    let digits = Secret::new(STANDARD.encode(&padded));
    let kind = Kind::Base64 { before: offset > 0, behind: !padded.len().is_multiple_of(3) };
    Form::new(digits.expose().as_bytes().get(first..last)?, kind)
}

/// An instance key that begins at `start`.
fn key_at(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let digits = start + PREFIX.len();
    let count = bytes[digits..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    (count >= KEY_DIGITS).then_some(start..digits + count)
}

/// The text with everything found replaced; what touches or overlaps is one.
fn masked(text: &str, mut found: Vec<Range<usize>>) -> String {
    found.sort_unstable_by_key(|hit| hit.start);
    let (mut clean, mut behind) = (String::with_capacity(text.len()), 0);
    for (index, hit) in found.iter().enumerate() {
        if index == 0 || hit.start > behind {
            clean.push_str(text.get(behind..hit.start).unwrap_or_default());
            clean.push_str(MASK);
        }
        behind = behind.max(hit.end);
    }
    clean.push_str(text.get(behind..).unwrap_or_default());
    clean
}

/// The first four bytes of an instance key.
const KEY_START: u32 = u32::from_be_bytes(*b"kwk_");

fn word(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|start| u32::from_be_bytes(*start))
}

fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.for_each(|byte| hasher.write_u8(byte));
    hasher.finish()
}

/// A digit of base64 in the standard alphabet.
const fn standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)
}

#[cfg(test)]
mod tests;
