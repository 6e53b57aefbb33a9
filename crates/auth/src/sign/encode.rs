//! The encodings that signatures are made over: the strict percent-encoding of RFC 3986, decoded forms, hexadecimal digits.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode, percent_encode};

/// Everything but the unreserved characters of RFC 3986.
pub(super) const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes everything but unreserved characters.
pub(super) fn strict(bytes: &[u8]) -> PercentEncode<'_> {
    percent_encode(bytes, STRICT)
}

/// The decoded names and values of a query or a form, in their order. A plus sign is a space.
pub(super) fn pairs(form: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let mut next = || decode(parts.next().unwrap_or_default());
        (next(), next())
    })
}

fn decode(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect()
}

/// Lower-case hexadecimal digits.
pub(crate) struct Hex<T>(pub(crate) T);

impl<T: AsRef<[u8]>> fmt::Display for Hex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The bytes that hexadecimal digits of either case stand for.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Hex, pairs, strict, unhex};

    #[test]
    fn forms_decode_to_the_pairs_that_they_were_made_of() {
        let read: Vec<_> = pairs(b"a=1&&b+c=%2B+x=y&d&=e&%zz=%C3%A9").collect();
        let expected: [(&[u8], &[u8]); 5] =
            [(b"a", b"1"), (b"b c", b"+ x=y"), (b"d", b""), (b"", b"e"), (b"%zz", "é".as_bytes())];
        assert!(read.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).eq(expected), "{read:?}");
    }

    #[test]
    fn only_unreserved_characters_stand_for_themselves() {
        assert_eq!(strict("Az09-._~ +*/%é".as_bytes()).to_string(), "Az09-._~%20%2B%2A%2F%25%C3%A9");
    }

    #[test]
    fn hexadecimal_digits_go_both_ways() {
        assert_eq!(Hex([0, 0xAB, 0x7f]).to_string(), "00ab7f");
        assert_eq!(unhex("00aB7f"), Some(vec![0, 0xab, 0x7f]));
        assert_eq!(unhex(""), Some(vec![]));
        assert_eq!((unhex("0"), unhex("0g"), unhex("é")), (None, None, None));
    }
}
