//! Cuts the text of a condition into words.

use super::ast::Operator;
use super::parser::{MAX_CHARACTERS, SyntaxError};

/// Words that no bare field is called.
const KEYWORDS: [&str; 9] = ["and", "or", "not", "in", "like", "is", "null", "true", "false"];

/// How much of a word a message repeats, in characters.
const SHOWN: usize = 40;

/// A word of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word: a keyword or a field.
    Word(String),
    /// A field in back-quotes.
    Name(String),
    /// A text in quotes.
    Text(String),
    /// Something bare that begins like a number: a number or a date.
    Figure(String),
    /// A comparison.
    Operator(Operator),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// Behind the last word.
    End,
}

/// A word and where it begins, counted in characters from 1.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) position: usize,
}

impl Token {
    /// The word for a message.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(text) | Self::Figure(text) => format!("`{}`", shortened(text)),
            Self::Name(text) => format!("the field `{}`", shortened(text)),
            Self::Text(text) => format!("the text '{}'", shortened(text)),
            Self::Operator(operator) => format!("`{operator}`"),
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::End => "the end".to_owned(),
        }
    }

    /// Whether the word is a keyword, given in lower case.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Whether a field's name is read as one without back-quotes.
pub(super) fn is_plain_name(name: &str) -> bool {
    name.starts_with(begins_word) && name.chars().all(continues_word) && !is_keyword(name)
}

/// Whether a bare word is one of the language's own.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// All words of a text; the last one is [`Token::End`].
pub(super) fn words(text: &str) -> Result<Vec<Placed>, SyntaxError> {
    let characters: Vec<char> = text.chars().take(MAX_CHARACTERS + 1).collect();
    if characters.len() > MAX_CHARACTERS {
        let expected = format!("at most {MAX_CHARACTERS} characters");
        return Err(SyntaxError::new(MAX_CHARACTERS + 1, &expected, "more"));
    }
    let mut lexer = Lexer { characters, next: 0 };
    let mut words = Vec::new();
    loop {
        lexer.skip(char::is_whitespace);
        let position = lexer.next + 1;
        let token = lexer.token()?;
        let last = token == Token::End;
        words.push(Placed { token, position });
        if last {
            return Ok(words);
        }
    }
}

struct Lexer {
    characters: Vec<char>,
    next: usize,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.next).copied()
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.next += 1;
        }
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let begin = self.next;
        self.skip(wanted);
        self.characters[begin..self.next].iter().collect()
    }

    fn token(&mut self) -> Result<Token, SyntaxError> {
        let Some(first) = self.peek() else { return Ok(Token::End) };
        Ok(match first {
            '(' => self.single(Token::Open),
            ')' => self.single(Token::Close),
            ',' => self.single(Token::Comma),
            '\'' | '"' => Token::Text(self.quoted(first)?),
            '`' => self.name()?,
            '=' | '!' | '<' | '>' => self.operator()?,
            _ if self.begins_figure(first) => {
                Token::Figure(self.take(|c| c.is_alphanumeric() || matches!(c, '.' | ':' | '+' | '-')))
            }
            _ if begins_word(first) => Token::Word(self.take(continues_word)),
            other => return Err(SyntaxError::new(self.next + 1, "a condition", &format!("the character {other:?}"))),
        })
    }

    fn single(&mut self, token: Token) -> Token {
        self.next += 1;
        token
    }

    fn begins_figure(&self, first: char) -> bool {
        let signed = matches!(first, '-' | '+');
        first.is_ascii_digit() || (signed && self.characters.get(self.next + 1).is_some_and(char::is_ascii_digit))
    }

    fn name(&mut self) -> Result<Token, SyntaxError> {
        let position = self.next + 1;
        let name = self.quoted('`')?;
        if name.is_empty() {
            return Err(SyntaxError::new(position, "the name of a field", "two back-quotes"));
        }
        Ok(Token::Name(name))
    }

    /// A text between two quotes, in which a doubled quote is one.
    fn quoted(&mut self, quote: char) -> Result<String, SyntaxError> {
        let begin = self.next + 1;
        self.next += 1;
        let mut text = String::new();
        loop {
            text.push_str(&self.take(|c| c != quote));
            if self.peek().is_none() {
                let expected = format!("a closing {quote} for the {quote} at position {begin}");
                return Err(SyntaxError::new(self.next + 1, &expected, "the end"));
            }
            self.next += 1;
            if self.peek() != Some(quote) {
                return Ok(text);
            }
            text.push(quote);
            self.next += 1;
        }
    }

    fn operator(&mut self) -> Result<Token, SyntaxError> {
        let position = self.next + 1;
        let text = self.take(|c| matches!(c, '=' | '!' | '<' | '>'));
        Ok(Token::Operator(match text.as_str() {
            "=" => Operator::Equal,
            "!=" | "<>" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            other => {
                let found = format!("`{}`", shortened(other));
                return Err(SyntaxError::new(position, "one of = != <> < <= > >=", &found));
            }
        }))
    }
}

fn begins_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '$' | '@')
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '@' | '.' | '-')
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
