//! Finding secrets where they must not be, in clear and in the forms in which they travel.

use std::collections::BTreeMap;

use keyway_testing::Answer;

/// Secrets by name, and the answers in which they may not be.
#[derive(Debug, Default)]
pub(crate) struct Leaks {
    secrets: BTreeMap<String, String>,
    answers: Vec<(Vec<String>, String)>,
}

impl Leaks {
    /// Learns a secret. What begins with the same word may be shown by the same answers.
    pub(crate) fn learn(&mut self, name: &str, value: &str) {
        assert!(value.len() >= 7, "{name} is too short to be told from chance");
        self.secrets.insert(name.to_owned(), value.to_owned());
    }

    /// Makes a secret up that nobody could have by chance.
    pub(crate) fn invent(&mut self, name: &str) -> String {
        let value = format!("canary-{}-Qz7vXk2mPw", name.replace(' ', "-"));
        self.learn(name, &value);
        value
    }

    /// Keeps an answer that is meant to show secrets whose names begin so, and no others.
    pub(crate) fn keep(&mut self, answer: Answer, shown: &[&str]) -> Answer {
        let text = format!("{} {:?} {}", answer.status, answer.headers, answer.text);
        self.answers.push((shown.iter().map(|&name| name.to_owned()).collect(), text));
        answer
    }

    /// Proves that no answer shows what it was not meant to.
    pub(crate) fn assert_answers_are_clean(&self) {
        for (shown, text) in &self.answers {
            let found = self.found(text.as_bytes());
            let unmeant: Vec<_> =
                found.iter().filter(|name| !shown.iter().any(|shown| name.starts_with(shown.as_str()))).collect();
            assert!(unmeant.is_empty(), "{unmeant:?} in {text}");
        }
    }

    /// Proves that no secret is in some bytes.
    pub(crate) fn assert_absent(&self, place: &str, bytes: &[u8]) {
        let found = self.found(bytes);
        assert!(found.is_empty(), "{found:?} in {place}");
    }

    /// The names of the secrets in some bytes.
    fn found(&self, bytes: &[u8]) -> Vec<&str> {
        let text = latin(bytes);
        let secrets = self.secrets.iter();
        let found = secrets.filter(|(_, value)| forms(value).iter().any(|form| text.contains(form)));
        found.map(|(name, _)| name.as_str()).collect()
    }
}

/// Every byte as the letter of its number, so that bytes can be searched as text.
pub(crate) fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// As it is, in hexadecimal, and within base64 wherever it may stand there.
fn forms(value: &str) -> Vec<String> {
    let hex = value.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let mut forms = vec![value.to_owned(), hex];
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend(value.bytes());
        let all = base64(&bytes);
        let own = all.get((before * 8).div_ceil(6)..bytes.len() * 8 / 6).expect("within the text").to_owned();
        forms.push(own.replace('+', "-").replace('/', "_"));
        forms.push(own);
    }
    forms
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sextets = |chunk: &[u8]| {
        let bits = chunk.iter().chain([0, 0].iter()).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        [bits >> 18, bits >> 12, bits >> 6, bits].map(|sextet| char::from(LETTERS[sextet & 63]))
    };
    bytes.chunks(3).flat_map(sextets).collect()
}

#[test]
fn a_leak_is_found_in_every_form() {
    let mut leaks = Leaks::default();
    leaks.learn("secret", "hunter2-hunter2");
    for leaking in [
        "GET /x?key=hunter2-hunter2",
        "Basic aHVudGVyMi1odW50ZXIyOg==",
        "Basic dTpodW50ZXIyLWh1bnRlcjI=",
        "Basic dXM6aHVudGVyMi1odW50ZXIy",
        "\\x68756e746572322d68756e74657232",
    ] {
        assert_eq!(leaks.found(leaking.as_bytes()), ["secret"], "{leaking}");
    }
    assert!(leaks.found(b"hunter2 hunter2").is_empty());
}
