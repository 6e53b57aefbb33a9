//! A guide as a page: Markdown becomes HTML, and nothing in it becomes more than it should.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}\
pre{background:#f3f4f6;padding:.8rem;overflow-x:auto;border-radius:6px}code{font-family:ui-monospace,monospace;font-size:.9em}\
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #d0d7de;padding:.3rem .6rem;text-align:left;vertical-align:top}\
a{color:#0b57d0}@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#16181b}pre{background:#22262b}td,th{border-color:#3a3f46}a{color:#8ab4f8}}";

/// A whole page. HTML in the Markdown is shown as text, and links lead to the web only.
pub(crate) fn guide_page(title: &str, markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(harmless);
    let mut body = String::new();
    html::push_html(&mut body, events);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escaped(title)
    )
}

/// Raw HTML becomes text, and a link that leads anywhere but to the web leads nowhere.
fn harmless(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: web(dest_url), title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Image { link_type, dest_url: web(dest_url), title, id })
        }
        other => other,
    }
}

fn web(url: CowStr<'_>) -> CowStr<'_> {
    let lower = url.to_ascii_lowercase();
    let is_web = ["https://", "http://", "mailto:", "#"].iter().any(|start| lower.starts_with(start));
    if is_web { url } else { CowStr::Borrowed("#") }
}

/// Text as it stands in HTML, also between double quotes.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::guide_page;

    #[test]
    fn nothing_in_a_guide_becomes_a_script() {
        let page = guide_page(
            "A <b> & c",
            "# T\n\n<script>alert(1)</script>\n\nx <img src=x onerror=alert(1)> y\n\n[a](javascript:alert(1)) [b](JavaScript:x) \
             [c](data:text/html,x) [d](https://example.com/?a=1&b=2)\n\n![e](javascript:x)\n",
        );
        assert!(
            !page.contains("<script") && !page.contains("<img src=x") && !page.to_lowercase().contains("javascript:"),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
        assert!(page.contains("<title>A &lt;b&gt; &amp; c</title>"));
        assert!(page.contains("href=\"https://example.com/?a=1&amp;b=2\""), "{page}");
        assert_eq!(page.matches("href=\"#\"").count(), 3, "{page}");
    }

    #[test]
    fn tables_and_code_are_shown_as_such() {
        let page = guide_page("t", "| a | b |\n|---|---|\n| 1 | `x` |\n\n```sh\ncurl '<x>'\n```\n");
        assert!(page.contains("<table>") && page.contains("<code>x</code>"), "{page}");
        assert!(page.contains("curl '&lt;x&gt;'"), "{page}");
    }
}
