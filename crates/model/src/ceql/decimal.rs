//! Numbers compared exactly: an id of nineteen digits must not become its neighbour.

use std::cmp::Ordering;

/// A decimal number such as `-12.50` or `1e3`, compared by value.
#[derive(Clone, Debug)]
pub struct Decimal {
    negative: bool,
    /// Digits without zeros at either end; empty means zero.
    digits: String,
    /// The number is `0.digits` times ten to this power.
    power: i64,
}

/// A decimal number as the whole numbers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The largest whole number that is not greater, kept within 64 bits.
    pub floor: i64,
    /// Whether the number is that whole number.
    pub exact: bool,
}

impl Decimal {
    /// Reads `-?digits(.digits)?(e[+-]?digits)?`; `None` for anything else, also for a power of more than nine digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, exponent(power)?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if all_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        if !all_digits(whole) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let leading = i64::try_from(all.len() - significant.len()).ok()?;
        let digits = significant.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, power: 0 });
        }
        Some(Self { negative, power: i64::try_from(whole.len()).ok()? - leading + power, digits })
    }

    /// The number among the whole numbers.
    pub fn whole(&self) -> Whole {
        let Ok(places) = usize::try_from(self.power) else {
            return Whole { floor: if self.negative { -1 } else { 0 }, exact: false };
        };
        let exact = self.digits.len() <= places;
        let beyond = Whole { floor: if self.negative { i64::MIN } else { i64::MAX }, exact: false };
        if places > 19 {
            return beyond;
        }
        let text = format!("{:0<places$}", &self.digits[..self.digits.len().min(places)]);
        let Ok(magnitude) = format!("0{text}").parse::<i128>() else { return beyond };
        let signed = if self.negative { -magnitude - i128::from(!exact) } else { magnitude };
        i64::try_from(signed).map_or(beyond, |floor| Whole { floor, exact })
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.power.cmp(&other.power).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !all_digits(digits) || digits.len() > 9 {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Whole};

    fn read(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
    }

    #[test]
    fn numbers_are_in_the_order_of_their_values() {
        let rising = [
            "-1e400",
            "-9223372036854775808",
            "-10",
            "-9.5",
            "-9",
            "-0.01",
            "0",
            "1e-400",
            "0.1",
            "0.11",
            "1",
            "1.5",
            "9",
            "10",
            "9007199254740992",
            "9007199254740993",
            "1e400",
        ];
        for pair in rising.windows(2) {
            assert!(read(pair[0]) < read(pair[1]), "{pair:?}");
        }
        for (one, other) in
            [("1", "1.0"), ("100", "1e2"), ("0", "-0.0"), ("0.5", "5E-1"), ("007", "7"), ("12.50", "1.25e+1")]
        {
            assert_eq!(read(one), read(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in
            ["", "-", "+1", ".5", "1.", "1e", "1e+", "0x10", "1,5", " 1", "١", "1e9999999999", "--1", "NaN", "1.2.3"]
        {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_floor_is_the_whole_number_below() {
        for (text, floor, exact) in [
            ("0", 0, true),
            ("7", 7, true),
            ("70", 70, true),
            ("7.5", 7, false),
            ("-7.5", -8, false),
            ("0.5", 0, false),
            ("-0.5", -1, false),
            ("0.001", 0, false),
            ("-0.001", -1, false),
            ("1e3", 1000, true),
            ("9223372036854775807", i64::MAX, true),
            ("9223372036854775808", i64::MAX, false),
            ("-9223372036854775808", i64::MIN, true),
            ("1e400", i64::MAX, false),
            ("-1e400", i64::MIN, false),
        ] {
            assert_eq!(read(text).whole(), Whole { floor, exact }, "{text}");
        }
    }
}
