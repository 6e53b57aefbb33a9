//! Dates written by a pattern, in UTC.

use keyway_model::Timestamp;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Letters of patterns, longer ones first.
const LETTERS: [&str; 16] =
    ["YYYY", "SSS", "dddd", "ddd", "MMMM", "MMM", "YY", "MM", "DD", "HH", "mm", "ss", "D", "Z", "X", "x"];

/// Writes a point in time. `YYYY`, `YY`, `MM`, `DD`, `D`, `HH`, `mm`, `ss`, `SSS` are numbers, `ddd`, `dddd`, `MMM`, `MMMM` names, `Z` is the zone
/// (`Z`), `X` epoch seconds, `x` epoch milliseconds; what stands in brackets, and everything else, stands for itself.
pub(crate) fn write(at: Timestamp, pattern: &str) -> String {
    let Ok(stamp) = jiff::Timestamp::from_millisecond(at.as_millis()) else { return String::new() };
    let time = stamp.to_zoned(jiff::tz::TimeZone::UTC);
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if let Some((text, tail)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            out.push_str(text);
            rest = tail;
            continue;
        }
        let letters = LETTERS.iter().find(|letters| rest.starts_with(**letters));
        // A letter within a word, such as the T of a date, stands for itself.
        if let Some(letters) = letters {
            out.push_str(&part(&time, at, letters));
            rest = &rest[letters.len()..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

fn part(time: &jiff::Zoned, at: Timestamp, letters: &str) -> String {
    let day = DAYS[usize::try_from(time.weekday().to_monday_zero_offset()).unwrap_or_default() % 7];
    let month = MONTHS[usize::try_from(time.month() - 1).unwrap_or_default() % 12];
    match letters {
        "YYYY" => format!("{:04}", time.year()),
        "YY" => format!("{:02}", time.year() % 100),
        "MMMM" => month.to_owned(),
        "MMM" => month[..3].to_owned(),
        "MM" => format!("{:02}", time.month()),
        "dddd" => day.to_owned(),
        "ddd" => day[..3].to_owned(),
        "DD" => format!("{:02}", time.day()),
        "D" => time.day().to_string(),
        "HH" => format!("{:02}", time.hour()),
        "mm" => format!("{:02}", time.minute()),
        "ss" => format!("{:02}", time.second()),
        "SSS" => format!("{:03}", time.millisecond()),
        "X" => (at.as_millis() / 1000).to_string(),
        "x" => at.as_millis().to_string(),
        _ => "Z".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use keyway_model::Timestamp;

    use super::write;

    #[test]
    fn dates_are_written_by_their_pattern() {
        // Fri, 30 Aug 2013 00:00:00 UTC, of RFC 1123 and of signatures.
        let at = Timestamp::from_millis(1_377_820_800_007);
        assert_eq!(write(at, "YYYY-MM-DDTHH:mm:ss.SSSZ"), "2013-08-30T00:00:00.007Z");
        assert_eq!(write(at, "YYYYMMDD[T]HHmmssZ"), "20130830T000000Z");
        assert_eq!(write(at, "ddd, DD MMM YYYY HH:mm:ss [GMT]"), "Fri, 30 Aug 2013 00:00:00 GMT");
        assert_eq!(write(at, "dddd D MMMM YY X x"), "Friday 30 August 13 1377820800 1377820800007");
    }
}
