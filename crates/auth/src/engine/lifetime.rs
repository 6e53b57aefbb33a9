//! How long a token is good: seconds in every spelling that providers have, and points in time.

use keyway_connector::Expiry;
use keyway_model::Timestamp;
use serde_json::Value;

/// Numbers from here on are points in time, not durations: thirty years in seconds.
const LATEST_DURATION: f64 = 1e9;
/// Numbers from here on are milliseconds.
const LATEST_SECONDS: f64 = 1e11;
/// How long before its end a token is renewed at least, in seconds.
const LEAST_MARGIN: i64 = 30;

/// When something ends that is good for `value` from `from` on. Nothing and zero say nothing.
pub(super) fn after(from: Timestamp, value: &Value) -> Option<Timestamp> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) => number,
            Err(_) => {
                return keyway_connector::seconds(text).map(|seconds| from.plus_seconds(seconds)).or_else(|| at(value));
            }
        },
        _ => return None,
    };
    match number {
        number if !number.is_finite() || number <= 0.0 => None,
        number if number < LATEST_DURATION => Some(from.plus_seconds(whole(number))),
        _ => at(&number.into()),
    }
}

/// A point in time: epoch seconds or milliseconds, as number or text, or ISO 8601.
pub(super) fn at(value: &Value) -> Option<Timestamp> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) => number,
            Err(_) => return parse(text.trim()),
        },
        _ => return None,
    };
    let millis = if number < LATEST_SECONDS { number * 1000.0 } else { number };
    (number.is_finite() && number > 0.0).then(|| Timestamp::from_millis(whole(millis)))
}

/// ISO 8601 in the variants that are seen: a space for the `T`, no zone (then UTC).
fn parse(text: &str) -> Option<Timestamp> {
    let text = text.replacen(' ', "T", 1);
    Timestamp::parse(&text).or_else(|| Timestamp::parse(&format!("{text}Z")))
}

#[expect(clippy::cast_possible_truncation, reason = "saturating is right for times far beyond any token's life")]
const fn whole(number: f64) -> i64 {
    number as i64
}

/// When a token that ends at `end` is renewed: the definition's margin before, else the larger of 30 s and 5 % of its life,
/// but never before half of its life is over.
pub fn renew_at(issued: Timestamp, end: Timestamp, expiry: &Expiry) -> Timestamp {
    let life = (end.as_millis() - issued.as_millis()) / 1000;
    let margin = expiry.margin.unwrap_or_else(|| LEAST_MARGIN.max(life / 20));
    end.plus_seconds(-margin.min(life / 2).max(0))
}

#[cfg(test)]
mod tests {
    use keyway_connector::Expiry;
    use keyway_model::Timestamp;
    use serde_json::json;

    use super::{after, at, renew_at};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn lifetimes_are_read_in_all_their_spellings() {
        let hour = Some(NOW.plus_seconds(3600));
        for value in [json!(3600), json!(3600.0), json!("3600"), json!("3600.0"), json!("1h"), json!(1_700_003_600)] {
            assert_eq!(after(NOW, &value), hour, "{value}");
        }
        assert_eq!(after(NOW, &json!("2023-11-14T23:13:20Z")), hour);
        for nothing in [json!(0), json!("0"), json!(null), json!(""), json!(-5), json!(true), json!("soon")] {
            assert_eq!(after(NOW, &nothing), None, "{nothing}");
        }
    }

    #[test]
    fn points_in_time_are_read_in_all_their_spellings() {
        let then = Some(Timestamp::from_millis(1_700_003_600_000));
        for value in [
            json!(1_700_003_600),
            json!(1_700_003_600_000_i64),
            json!("1700003600"),
            json!("2023-11-14T23:13:20Z"),
            json!("2023-11-14 23:13:20"),
            json!("2023-11-15T00:13:20+01:00"),
        ] {
            assert_eq!(at(&value), then, "{value}");
        }
    }

    #[test]
    fn a_token_is_renewed_before_its_end_but_not_too_early() {
        let at = |life: i64, margin| {
            let expiry = Expiry { margin, ..Expiry::default() };
            (renew_at(NOW, NOW.plus_seconds(life), &expiry).as_millis() - NOW.as_millis()) / 1000
        };
        assert_eq!(at(3600, None), 3420);
        assert_eq!(at(300, None), 270);
        assert_eq!(at(20, None), 10);
        assert_eq!(at(600, Some(30)), 570);
        assert_eq!(at(600, Some(900)), 300);
    }
}
