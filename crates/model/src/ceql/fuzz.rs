//! Texts and expressions made by chance, the same ones at every run: nothing may panic, and what is written is read
//! as the same again.

use super::{Expression, Literal, OData, Operator, Scalar, matches, parse, to_odata, to_query};

/// A small generator of pseudo-random numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }

    fn flip(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn text(&mut self) -> String {
        let pieces = [
            "a",
            "'",
            "\"",
            "`",
            "%",
            "_",
            " ",
            "é",
            "𝄞",
            "\u{301}",
            "\0",
            "\n",
            "null",
            "1",
            ".",
            "\\",
            ")",
            "\u{10ffff}",
        ];
        (0..self.roll(6)).map(|_| *self.pick(&pieces)).collect()
    }

    fn literal(&mut self) -> Literal {
        match self.roll(4) {
            0 => Literal::Text(self.text()),
            1 => Literal::Number((*self.pick(&["0", "-1.50", "1e9", "123456789012345678901"])).to_owned()),
            2 => Literal::Boolean(self.flip()),
            _ => Literal::Date(
                (*self.pick(&["2020-01-01", "2020-02-29T23:59:59.5", "2020-01-01T00:00:00+05:30"])).to_owned(),
            ),
        }
    }

    fn expression(&mut self, depth: usize) -> Expression {
        let field = loop {
            let name = self.text();
            if !name.is_empty() {
                break name;
            }
        };
        let negated = self.flip();
        let operators = [
            Operator::Equal,
            Operator::NotEqual,
            Operator::Less,
            Operator::LessOrEqual,
            Operator::Greater,
            Operator::GreaterOrEqual,
        ];
        match self.roll(if depth == 0 { 4 } else { 7 }) {
            0 => Expression::Compare { field, operator: *self.pick(&operators), value: self.literal() },
            1 => Expression::In { field, values: (0..=self.roll(3)).map(|_| self.literal()).collect(), negated },
            2 => Expression::Like { field, pattern: self.text(), negated },
            3 => Expression::IsNull { field, negated },
            4 => Expression::Not(Box::new(self.expression(depth - 1))),
            5 => Expression::And((0..=1 + self.roll(2)).map(|_| self.expression(depth - 1)).collect()),
            _ => Expression::Or((0..=1 + self.roll(2)).map(|_| self.expression(depth - 1)).collect()),
        }
    }
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        let made = dice.expression(4);
        let written = made.to_string();
        assert_eq!(parse(&written).as_ref(), Ok(&made), "{written}");
    }
}

/// Conditions to be spoiled.
const SEEDS: [&str; 3] = [
    "a = 'it''s' AND (`b c` NOT IN (1, 2.5, true) OR NOT c.d LIKE '%x_%')",
    "größe >= 2020-01-01T00:00:00.5+05:30 or x is not null and y != null",
    "`𝄞` <> \"é\"\"\" aNd z<-1e+5",
];

/// What is put into them.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "`",
    "(",
    ")",
    ",",
    "=",
    "!",
    "<",
    ">",
    "-",
    "+",
    " ",
    "NOT ",
    " AND ",
    " in (",
    "é",
    "𝄞",
    "\u{301}",
    "\u{feff}",
    "\0",
    "T",
    "Z",
    "0",
    ".",
    "e",
    "2020-01-01T",
    "\u{a0}",
    "\u{10ffff}",
];

#[test]
fn no_text_makes_it_panic() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let (mut read, mut refused) = (0, 0);
    for round in 0..6000 {
        let mut characters: Vec<char> = SEEDS[round % SEEDS.len()].chars().collect();
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(characters.len() + 1);
            let until = (at + dice.roll(4)).min(characters.len());
            let new = if dice.flip() { *dice.pick(PIECES) } else { "" };
            characters.splice(at..until, new.chars());
        }
        let text: String = characters.iter().collect();
        match parse(&text) {
            Ok(expression) => {
                read += 1;
                use_up(&expression);
            }
            Err(error) => {
                refused += 1;
                assert!((1..=characters.len() + 1).contains(&error.position), "{text}: {error}");
                assert!(
                    error.message.starts_with("expected ") && error.message.contains(", found "),
                    "{text}: {error}"
                );
            }
        }
    }
    assert!(read > 300 && refused > 300, "{read} read, {refused} refused");
}

/// Everything that is done with an expression that was read.
fn use_up(expression: &Expression) {
    assert_eq!(parse(&expression.to_string()).as_ref(), Ok(expression));
    assert!(to_query(expression).map_or_else(|refused| !refused.message.is_empty(), |pairs| !pairs.is_empty()));
    for version in [OData::V4, OData::V3] {
        let filter = to_odata(expression, version);
        assert!(filter.map_or_else(|refused| !refused.message.is_empty(), |text| !text.is_empty()));
    }
    for value in [Scalar::Null, Scalar::Text("é".to_owned()), Scalar::Number("1".to_owned()), Scalar::Boolean(true)] {
        matches(expression, &|_| Some(value.clone()));
    }
}
