//! The words of an expression.

/// A word and where it begins.
pub(super) type Placed = (usize, Token);
/// What is wrong, and where.
pub(super) type Wrong = (usize, String);

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Number(f64),
    /// A sign, such as `===`.
    Sign(&'static str),
}

/// Signs, longer ones first.
const SIGNS: [&str; 30] = [
    "===", "!==", "?.", "??", "&&", "||", "==", "!=", "<=", ">=", "=>", "++", "--", "**", "(", ")", "[", "]", "{", "}",
    ".", ",", ":", "?", "!", "<", ">", "+", "-", "*",
];
const MORE_SIGNS: [&str; 2] = ["/", "%"];

pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Wrong> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if is_space(c) {
            at += c.len_utf8();
        } else if c == '\'' || c == '"' {
            let (value, length) = string(rest, c).map_err(|message| (at, message))?;
            found.push((at, Token::Text(value)));
            at += length;
        } else if c.is_ascii_digit() {
            let (value, length) = number(rest).map_err(|message| (at, message))?;
            found.push((at, Token::Number(value)));
            at += length;
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
            found.push((at, Token::Name(rest[..end].to_owned())));
            at += end;
        } else {
            let sign = SIGNS.iter().chain(&MORE_SIGNS).find(|sign| rest.starts_with(**sign));
            // `a?.5:b` is a choice with a number.
            let sign = sign.filter(|sign| !(**sign == "?." && rest[2..].starts_with(|c: char| c.is_ascii_digit())));
            let sign = sign.copied().or_else(|| rest.starts_with('?').then_some("?"));
            let sign = sign.ok_or_else(|| (at, format!("\"{c}\" has no meaning here")))?;
            found.push((at, Token::Sign(sign)));
            at += sign.len();
        }
    }
    Ok(found)
}

/// Whether JavaScript takes a character for space.
pub(super) fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

/// A string literal: its value and its length with both quotes.
fn string(text: &str, quote: char) -> Result<(String, usize), String> {
    let mut value = String::new();
    let mut rest = text[1..].char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            c if c == quote => return Ok((value, at + 2)),
            '\n' | '\r' => break,
            '\\' => {
                let (_, escaped) = rest.next().ok_or("a string has no end")?;
                value.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'v' => '\u{b}',
                    'u' | 'x' => {
                        let digits = if escaped == 'u' { 4 } else { 2 };
                        let code: Option<u32> = (0..digits)
                            .try_fold(0, |code, _| Some(code * 16 + rest.next().and_then(|(_, c)| c.to_digit(16))?));
                        code.and_then(char::from_u32).ok_or("an escape is not a character")?
                    }
                    '0' if !rest.as_str().starts_with(|c: char| c.is_ascii_digit()) => '\0',
                    '\n' | '\r' | '\u{2028}' | '\u{2029}' | '0'..='9' => {
                        return Err("an escape is not a character".to_owned());
                    }
                    other => other,
                });
            }
            c => value.push(c),
        }
    }
    Err("a string has no end".to_owned())
}

fn number(text: &str) -> Result<(f64, usize), String> {
    let mut end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if text[end..].starts_with('.') {
        let digits = text[end + 1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - end - 1);
        end += 1 + digits;
    }
    let odd = text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
        || (end > 1 && text.starts_with('0') && !text.starts_with("0."));
    match text[..end].parse() {
        Ok(value) if !odd => Ok((value, end)),
        _ => Err("a number is written in digits, with a point at most".to_owned()),
    }
}
