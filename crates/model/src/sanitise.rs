//! Names and tags are plain text: markup is taken out before they are stored.

/// Removes HTML tags and keeps their text: `<a href="x">y</a>` becomes `y`.
///
/// A `<` that does not begin a tag stays. The result is scanned until nothing more is found, so that markup
/// put together by a removal cannot survive.
pub fn plain_text(text: &str) -> String {
    let mut current = text.to_owned();
    loop {
        let next = strip_once(&current);
        if next == current {
            return next.trim().to_owned();
        }
        current = next;
    }
}

fn strip_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        if let Some(length) = tag_length(tag) {
            rest = &tag[length..];
        } else {
            out.push('<');
            rest = &tag[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The length of the tag that begins at the first character, or `None` when that is a lone `<`.
fn tag_length(text: &str) -> Option<usize> {
    let next = text[1..].chars().next()?;
    let opens = next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
    if !opens {
        return None;
    }
    // An unclosed tag swallows the rest, as a browser would.
    Some(text.find('>').map_or(text.len(), |end| end + 1))
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn markup_goes_and_text_stays() {
        assert_eq!(plain_text("<a href=\"javascript:x\">My CRM</a>"), "My CRM");
        assert_eq!(plain_text("a < b && c > d"), "a < b && c > d");
        assert_eq!(plain_text("<scr<b>ipt>x"), "ipt>x");
        assert_eq!(plain_text("  <img src=x onerror=y"), "");
        assert_eq!(plain_text("größer <b>é</b>"), "größer é");
    }
}
