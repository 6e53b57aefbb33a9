//! Durations as people write them.

/// Seconds of a text: `3600`, `1h`, `30 min`, `2 days`, `1h30m`, `1:00:00`, `D:HH:MM:SS`. Two numbers are hours and minutes, three
/// hours, minutes and seconds, four begin with days.
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    if text.contains(':') {
        let parts: Vec<i64> = text.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        return Some(match parts.as_slice() {
            [hours, minutes] => hours * 3600 + minutes * 60,
            [hours, minutes, seconds] => hours * 3600 + minutes * 60 + seconds,
            [days, hours, minutes, seconds] => days * 86_400 + hours * 3600 + minutes * 60 + seconds,
            _ => return None,
        });
    }
    let mut total = 0.0;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().ok()?;
        let unit = rest[end..].trim_start();
        let end = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
        total += number * length(&unit[..end])?;
        rest = unit[end..].trim_start();
    }
    (!text.is_empty()).then(|| whole(total))
}

fn length(unit: &str) -> Option<f64> {
    Some(match unit {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "ms" | "millisecond" | "milliseconds" => 0.001,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        _ => return None,
    })
}

#[expect(clippy::cast_possible_truncation, reason = "saturating is right for durations beyond any token's life")]
const fn whole(number: f64) -> i64 {
    number as i64
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for text in ["3600", "1h", "1 hour", "60m", "60 min", "1:00", "1:00:00", "3600000ms", "0:01:00:00", "30m 30m"] {
            assert_eq!(seconds(text), Some(3600), "{text}");
        }
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("2 days"), Some(172_800));
        for text in ["", "soon", "1 fortnight", "1:2:3:4:5", "h", "1..2"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
