//! Dates as CEQL reads them.

use jiff::SignedDuration;
use jiff::civil::DateTime;

/// Whether a text is an ISO date, or a date-time with or without a fraction and a zone.
pub fn is_date(text: &str) -> bool {
    instant(text).is_some()
}

/// The instant of a date in nanoseconds since 1970-01-01T00:00:00Z. No zone means UTC, no time means midnight.
pub fn epoch_nanoseconds(text: &str) -> Option<i128> {
    instant(text).map(|utc| utc.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_nanos())
}

/// The instant of a date as date and time in UTC; `None` when the text is none. Not a `Timestamp`, which ends before
/// the 9999-12-31 that many systems mean "never" by.
pub(super) fn instant(text: &str) -> Option<DateTime> {
    match zone(text)? {
        Zone::NoTime => text.parse::<jiff::civil::Date>().ok().map(|day| day.at(0, 0, 0, 0)),
        Zone::Missing => text.parse().ok(),
        Zone::Given => {
            let zone = text.rfind(['Z', '+', '-'])?;
            let local: DateTime = text[..zone].parse().ok()?;
            local.checked_sub(offset(&text[zone..])?).ok()
        }
    }
}

/// How far a zone such as `Z`, `+02`, `-0330` or `+05:30` is ahead of UTC.
fn offset(zone: &str) -> Option<SignedDuration> {
    let digits = zone[1..].replace(':', "");
    if digits.is_empty() {
        return Some(SignedDuration::ZERO);
    }
    let (hours, minutes) = digits.split_at_checked(2)?;
    let hours: i64 = hours.parse().ok()?;
    let minutes: i64 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    let ahead = SignedDuration::from_secs(hours * 3600 + minutes * 60);
    let known = hours < 24 && minutes < 60;
    known.then_some(if zone.starts_with('-') { -ahead } else { ahead })
}

/// What a date says about its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// It is a date without a time.
    NoTime,
    /// It has a time and no zone.
    Missing,
    /// It ends in `Z` or an offset.
    Given,
}

/// Checks the shape of a date; whether there is such a day is for [`instant`] to say.
pub(super) fn zone(text: &str) -> Option<Zone> {
    let (day, time) = match text.split_once('T') {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    if !digits_between(day, &[4, 2, 2], '-') {
        return None;
    }
    let Some(time) = time else { return Some(Zone::NoTime) };
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let exact = digits_between(clock, &[2, 2, 2], ':');
    let fraction_fits = fraction.is_none_or(|digits| exact && (1..=9).contains(&digits.len()) && all_digits(digits));
    if !fraction_fits || !(exact || digits_between(clock, &[2, 2], ':')) {
        return None;
    }
    match zone {
        "" => Some(Zone::Missing),
        "Z" => Some(Zone::Given),
        offset if is_offset(&offset[1..]) => Some(Zone::Given),
        _ => None,
    }
}

fn is_offset(text: &str) -> bool {
    digits_between(text, &[2, 2], ':') || ((text.len() == 4 || text.len() == 2) && all_digits(text))
}

fn digits_between(text: &str, lengths: &[usize], separator: char) -> bool {
    let parts = text.split(separator);
    parts.clone().count() == lengths.len()
        && parts.zip(lengths).all(|(part, length)| part.len() == *length && all_digits(part))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{epoch_nanoseconds, is_date};

    #[test]
    fn every_spelling_of_an_instant_is_the_same() {
        let new_year = Some(1_577_836_800_000_000_000);
        for text in [
            "2020-01-01",
            "2020-01-01T00:00",
            "2020-01-01T00:00:00",
            "2020-01-01T00:00:00.000",
            "2020-01-01T00:00:00Z",
            "2020-01-01T00:00:00.000000000Z",
            "2020-01-01T02:00:00+02:00",
            "2019-12-31T20:00:00-0400",
            "2020-01-01T01:00+01",
        ] {
            assert_eq!(epoch_nanoseconds(text), new_year, "{text}");
        }
        assert_eq!(epoch_nanoseconds("1970-01-01T00:00:00.000000001Z"), Some(1));
        assert_eq!(epoch_nanoseconds("9999-12-31T23:59:59Z"), Some(253_402_300_799_000_000_000));
        assert_eq!(epoch_nanoseconds("1969-12-31"), Some(-86_400_000_000_000));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2020",
            "2020-1-1",
            "2020-02-30",
            "2020-13-01",
            "2020-01-01T",
            "2020-01-01T25:00:00Z",
            "2020-01-01T00:00:00.Z",
            "2020-01-01T00:00:00+",
            "2020-01-01T00:00:00+24:00",
            "2020-01-01T00:00:00+01:60",
            "9999-12-31T23:59:59-01:00",
            "2020-01-01T00:00:00ZZ",
            "2020-01-01T00:00:00é",
            "2020-01-01 00:00:00Z",
            "2020-01-01T00:00:00.0000000001Z",
            "2020-01-01T00:00.5Z",
            "20200101",
            "+002020-01-01",
            "2020-01-01T00:00:00[UTC]",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
