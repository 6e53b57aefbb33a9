//! What an exception says: its kind, its line and its words.

use rquickjs::convert::Coerced;
use rquickjs::{Ctx, Exception, Value};

use super::SCRIPT;
use crate::error::{Fault, Kind};

/// The longest message, in characters.
const LONGEST: usize = 1000;

/// What a caught value says; `ordinary` is its kind where it is none of the engine's own.
///
/// When there is no memory left for an error, the engine throws null. So null counts as that: no script throws it.
pub(super) fn exception<'js>(ctx: &Ctx<'js>, value: &Value<'js>, ordinary: Kind) -> Fault {
    if value.is_null() {
        return Fault::new(Kind::Memory, "null");
    }
    let Some(error) = value.clone().into_object().and_then(Exception::from_object) else {
        return Fault::new(ordinary, clipped(&thrown(ctx, value)));
    };
    let name = error.as_object().get::<_, Coerced<String>>("name").map(|name| name.0).unwrap_or_default();
    let message = error.message().unwrap_or_default();
    let kind = match (name.as_str(), message.as_str()) {
        ("InternalError", text) if text.starts_with("out of memory") => Kind::Memory,
        ("RangeError", "Maximum call stack size exceeded") => Kind::Stack,
        _ => ordinary,
    };
    // Looking at the error may have thrown again.
    drop(ctx.catch());
    let line = error.stack().as_deref().and_then(line);
    let words = match (name.as_str(), message.as_str()) {
        ("", "") => "an error without words".to_owned(),
        (name, "") => name.to_owned(),
        ("", message) => message.to_owned(),
        (name, message) => format!("{name}: {message}"),
    };
    Fault { kind, line, message: clipped(&words) }
}

/// The words of something thrown that is no error.
fn thrown<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> String {
    let text = if value.is_object() {
        ctx.json_stringify(value.clone()).and_then(|text| text.map(|text| text.to_string()).transpose())
    } else {
        value.get::<Coerced<String>>().map(|text| Some(text.0))
    };
    drop(ctx.catch());
    match text {
        Ok(Some(text)) => format!("threw {text}"),
        _ => "threw something without words".to_owned(),
    }
}

/// The line of the innermost frame that is the script's: `    at f (script:3:14)`.
fn line(stack: &str) -> Option<u32> {
    stack.lines().find_map(|frame| {
        let (before, rest) = frame.rsplit_once(SCRIPT)?;
        let is_name = before.ends_with(['(', ' ']);
        let digits = rest.strip_prefix(':')?.split(':').next()?.trim_end_matches(')');
        digits.parse().ok().filter(|_| is_name)
    })
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.split_at(end).0),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, clipped, line};

    #[test]
    fn the_innermost_line_of_the_script_is_found() {
        let stack = "    at parse (native)\n    at f (script:3:14)\n    at <anonymous> (script:9:1)\n";
        assert_eq!(line(stack), Some(3));
        assert_eq!(line("    at script:2:7\n"), Some(2));
        assert_eq!(line("    at f (postscript:3:14)\n    at g (keyway:1:1)\n"), None);
    }

    #[test]
    fn long_messages_are_clipped_between_characters() {
        assert_eq!(clipped("é"), "é");
        assert_eq!(clipped(&"é".repeat(LONGEST + 5)), format!("{}…", "é".repeat(LONGEST)));
    }
}
