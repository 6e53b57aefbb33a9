//! Expressions made by chance, the same ones in every run.

use keyway_model::{Configuration, Secret};
use serde_json::{Value, json};

/// Numbers that look random (Knuth's linear congruential generator).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// An expression as we write it, and as JavaScript has to.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) ours: String,
    pub(super) theirs: String,
}

impl Pair {
    fn same(text: impl Into<String>) -> Self {
        let ours = text.into();
        Self { theirs: ours.clone(), ours }
    }

    /// Both texts put into a pattern, in which `#` stands for the next pair. `~` does, too; nothing is as if it were not there.
    fn put(pattern: &str, pairs: &[Self]) -> Self {
        let (mut ours, mut theirs) = (String::new(), String::new());
        let mut next = pairs.iter();
        for c in pattern.chars() {
            match (c, next.as_slice().first()) {
                ('#' | '~', Some(pair)) => {
                    ours.push_str(&pair.ours);
                    let text = &pair.theirs;
                    theirs.push_str(&if c == '~' { format!("(({text}) ?? undefined)") } else { text.clone() });
                    next.next();
                }
                (c, _) => {
                    ours.push(c);
                    theirs.push(c);
                }
            }
        }
        Self { ours, theirs }
    }

    /// The same here; there, what throws, is undefined or no number becomes null.
    fn lenient(self) -> Self {
        Self { theirs: format!("T(() => {})", self.theirs), ours: self.ours }
    }
}

const NUMBERS: [&str; 19] = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "10",
    "16",
    "255",
    "0.1",
    "0.2",
    "1.",
    "1.5",
    "100",
    "0.0000001",
    "0.000001",
    "4294967296",
    "9007199254740993",
    "123456789012345680000",
    "1000000000000000000000",
];
const TEXTS: [&str; 28] = [
    "''",
    "'a'",
    "\"b\"",
    "'1'",
    "' 12 '",
    "'0x1f'",
    "'-5'",
    "'1e3'",
    "'1,2,3'",
    "'a,b'",
    "'é😀x'",
    "'it\\'s'",
    "'Infinity'",
    "'-'",
    "'ABC def'",
    "'\\u00df\\u0130'",
    "' \\t\\ufeffx\\u00a0'",
    "'\\u0085 1'",
    "'[1,{\"b\":[true,null]}]'",
    "'{\"b\":1,\"7\":0.5,\"2\":1e30}'",
    "'$&$$$`'",
    "'12px'",
    "'.5.5'",
    "'0b11'",
    "'0'",
    "'10'",
    "'\\x41\\0'",
    "'null'",
];
const MEMBERS: [&str; 12] =
    ["count", "price", "name", "list", "ok", "none", "missing", "nested", "0", "1", "length", "e"];
const OPERATORS: [&str; 18] =
    ["+", "+", "-", "*", "/", "%", "===", "!==", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "+"];
const METHODS: [&str; 21] = [
    ".toString()",
    ".toLowerCase()",
    ".toUpperCase()",
    ".trim()",
    ".split(#)",
    ".slice(#)",
    ".slice(#, ~)",
    ".slice()",
    ".indexOf(#)",
    ".includes(#)",
    ".startsWith(#)",
    ".endsWith(#)",
    ".replace(#, #)",
    ".join(~)",
    ".join()",
    ".at(#)",
    ".length",
    "[#]",
    "?.name",
    "?.[#]",
    ".split(',').join(~)",
];
const FUNCTIONS: [&str; 20] = [
    "Number(#)",
    "String(#)",
    "parseInt(#)",
    "parseInt(#, 10)",
    "parseInt(#, 16)",
    "parseInt(#, #)",
    "parseFloat(#)",
    "encodeURIComponent(#)",
    "JSON.parse(#)",
    "JSON.stringify(#)",
    "JSON.stringify(body)",
    "base64(#)",
    "base64url(#)",
    "hex(#)",
    "md5Hex(#)",
    "sha1Base64(#)",
    "sha256Hex(#)",
    "hmacSha1Base64(#, #)",
    "hmacSha256Hex(#, #)",
    "hmacSha512Hex(#, #)",
];

/// A provider's answer that expressions read.
pub(super) fn body() -> Value {
    json!({
        "count": 42, "price": 19.99, "name": "Zoë", "list": [3, "b", true, null, 0.25, ""], "ok": true, "none": null,
        "nested": { "10": "ten", "name": "x", "2": "two", "e": 1e22 }, "e": 1e-9,
    })
}

/// The configuration that expressions read.
pub(super) fn configuration() -> Configuration {
    let pairs = [("id", "client-1"), ("a.b", " x "), ("number", "007"), ("empty", "")];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), Secret::from(value))).collect()
}

fn atom(dice: &mut Dice) -> Pair {
    match dice.roll(10) {
        0..=2 => Pair::same(dice.pick(&NUMBERS)),
        3..=5 => Pair::same(dice.pick(&TEXTS)),
        6 => Pair::same(dice.pick(&["true", "false", "null"])),
        7 => {
            let key = dice.pick(&["id", "a.b", "number", "empty", "nothing"]);
            // An entry without value is nothing.
            Pair { ours: format!("(config.{key})"), theirs: format!("(config[{key:?}] || null)") }
        }
        8 => Pair::same("body").lenient(),
        _ => {
            let name = dice.pick(&MEMBERS);
            Pair::same(format!("body[{name:?}]")).lenient()
        }
    }
}

fn holder(dice: &mut Dice) -> Pair {
    let items: Vec<Pair> = (0..3).map(|_| atom(dice)).collect();
    Pair::put(dice.pick(&["[#, #, #,]", "[]", "[#]", "({ name: #, '10': #, length: #, })", "({ })"]), &items)
}

/// An expression of some depth.
pub(super) fn expression(dice: &mut Dice, depth: usize) -> Pair {
    if depth == 0 {
        return if dice.roll(8) == 0 { holder(dice) } else { atom(dice) };
    }
    let inner: Vec<Pair> = (0..3).map(|_| expression(dice, depth - 1)).collect();
    match dice.roll(10) {
        // Parentheses of their own: what is no number is null to the sign beyond.
        0..=2 => {
            let operator = dice.pick(&OPERATORS);
            Pair::put(&format!("(#) {operator} (#)"), &inner).lenient()
        }
        3 => Pair::put(dice.pick(&["!(#)", "-(#)", "+(#)", "!!(#)"]), &inner).lenient(),
        4 => Pair::put(dice.pick(&["(#) ? # : #", "((#) ? # : #)", "(#)?0.5:#"]), &inner),
        5 | 6 => Pair::put(dice.pick(&FUNCTIONS), &inner).lenient(),
        7 => holder(dice),
        _ => Pair::put(&format!("(#){}", dice.pick(&METHODS)), &inner).lenient(),
    }
}

/// Words in any order: few of them are expressions, and those that we read must be JavaScript.
pub(super) fn words(dice: &mut Dice) -> Pair {
    const WORDS: [&str; 27] = [
        "1", "2.5", "'4'", "''", " true ", " null ", "(", ")", "?", ":", "+", "-", "!", "=", "==", "===", "!=", "<",
        ">", "<=", "&&", "||", "??", ",", "0", "7", "\n",
    ];
    let mut text = String::new();
    for _ in 0..=dice.roll(7) {
        let space = if dice.roll(2) == 0 { " " } else { "" };
        text.push_str(dice.pick(&WORDS));
        text.push_str(space);
    }
    Pair::same(text)
}
