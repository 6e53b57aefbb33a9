//! Pages that people see between the application where they connect something and the provider.

use http::StatusCode;
use keyway_app::connect::Told;
use keyway_model::AttemptStatus;

use super::guide_page::escaped;

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1rem;color:#1b1f24;background:#fff}\
h1{font-size:1.4rem}code{display:block;font:1rem ui-monospace,monospace;background:#f3f4f6;padding:.8rem;border-radius:6px;overflow-wrap:anywhere;user-select:all}\
.quote{color:#57606a}@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#16181b}code{background:#22262b}.quote{color:#9aa4af}}";

/// What is said on a page.
struct Words<'a> {
    /// The status for programs.
    status: &'static str,
    title: String,
    text: &'static str,
    /// What somebody else said.
    quote: Option<&'a str>,
    /// What is to be copied.
    code: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn new(status: &'static str, title: impl Into<String>, text: &'static str) -> Self {
        Self { status, title: title.into(), text, quote: None, code: None }
    }

    fn quoting(self, quote: Option<&'a str>) -> Self {
        Self { quote, ..self }
    }
}

/// The page for what a browser is told, with its status.
pub(crate) fn connect_page(told: &Told) -> (StatusCode, String) {
    let (status, words) = match told {
        // Nobody sees this one: the browser goes on.
        Told::Go { .. } => (StatusCode::OK, Words::new("begun", "Going on", "")),
        Told::Code { connector, code } => {
            let text = "Give this code to the application where you began. It is shown once, and is of no use to anybody \
                        who did not begin there. Do not give it to anybody who asks you for it.";
            let words = Words::new("returned", format!("{connector} has let you in"), text);
            (StatusCode::OK, Words { code: Some(code.expose()), ..words })
        }
        Told::Unknown => {
            let text = "This link belongs to no attempt that is known here. Go back to the application where you began, and \
                        begin again.";
            (StatusCode::NOT_FOUND, Words::new("unknown", "Nothing to connect", text))
        }
        Told::Expired { connector } => {
            let text = "Nothing was connected. Go back to the application where you began, and begin again.";
            (StatusCode::GONE, Words::new("expired", format!("Connecting {connector} took too long"), text))
        }
        Told::OtherBrowser => {
            let text = "This link was opened in another browser before, or by somebody else. So that nobody connects an \
                        account for you, it leads nowhere here. Go back to the application where you began, and begin again.";
            (StatusCode::FORBIDDEN, Words::new("other_browser", "Not begun in this browser", text))
        }
        Told::OtherAddress => {
            let text = "The answer came to the address of another connection, so it was not used, and nothing was \
                        connected. Go back to the application where you began, and begin again.";
            (StatusCode::BAD_REQUEST, Words::new("other_address", "That was not the answer to this question", text))
        }
        Told::Stands { connector, status, outcome } => standing(connector, *status, outcome.as_deref()),
    };
    (status, page(&words))
}

/// What became of an attempt, whatever brings the browser here again.
fn standing<'a>(connector: &str, status: AttemptStatus, outcome: Option<&'a str>) -> (StatusCode, Words<'a>) {
    let again = "Nothing was connected. Go back to the application where you began, and begin again.";
    match status {
        AttemptStatus::Created | AttemptStatus::Begun => {
            let text = "You have not come back from the provider yet.";
            (StatusCode::OK, Words::new(status.as_str(), format!("Connecting {connector}"), text))
        }
        AttemptStatus::Returned => {
            let text = "You have come back from the provider, and the code was handed out. The application where you began \
                        has yet to use it. If the code is lost, begin again there.";
            (StatusCode::OK, Words::new(status.as_str(), format!("{connector} is not connected yet"), text))
        }
        AttemptStatus::Exchanging => {
            let text = "The application where you began is connecting it now.";
            (StatusCode::OK, Words::new(status.as_str(), format!("{connector} is not connected yet"), text))
        }
        AttemptStatus::Finished => {
            let text = "This was finished before. There is nothing left to do here.";
            (StatusCode::OK, Words::new(status.as_str(), format!("{connector} is connected"), text))
        }
        AttemptStatus::Denied => {
            let words = Words::new(status.as_str(), format!("{connector} was not connected"), again);
            (StatusCode::FORBIDDEN, words.quoting(outcome))
        }
        AttemptStatus::Failed => {
            let words = Words::new(status.as_str(), format!("{connector} could not be connected"), again);
            (StatusCode::BAD_REQUEST, words.quoting(outcome))
        }
    }
}

/// The page for something that went wrong here or at the provider.
pub(crate) fn failure_page(message: &str, provider_message: Option<&str>) -> String {
    let quote = provider_message.map_or_else(|| message.to_owned(), |words| format!("{message}: {words}"));
    let words =
        Words::new("failed", "This did not work", "Try again, or begin again in the application where you began.");
    page(&words.quoting(Some(&quote)))
}

/// Everything that comes from elsewhere is escaped.
fn page(words: &Words<'_>) -> String {
    let title = escaped(&words.title);
    let quote = words.quote.map(|quote| format!("<p class=\"quote\">{}</p>\n", escaped(quote))).unwrap_or_default();
    let code = words.code.map(|code| format!("<code id=\"code\">{}</code>\n", escaped(code))).unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main data-status=\"{}\">\n<h1>{title}</h1>\n<p>{}</p>\n{quote}{code}</main>\n</body>\n</html>\n",
        words.status, words.text
    )
}

#[cfg(test)]
mod tests {
    use keyway_app::connect::Told;
    use keyway_model::AttemptStatus;

    use super::{connect_page, failure_page};

    #[test]
    fn what_comes_from_elsewhere_is_text() {
        let told = Told::Stands {
            connector: "<b>x</b>".to_owned(),
            status: AttemptStatus::Failed,
            outcome: Some("<script>alert(\"1\")</script>".to_owned()),
        };
        let (status, page) = connect_page(&told);
        assert_eq!(status, 400);
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"), "{page}");
        assert!(failure_page("a", Some("<i>")).contains("a: &lt;i&gt;"));
    }

    #[test]
    fn only_a_finished_attempt_is_called_connected() {
        for status in ["created", "begun", "returned", "exchanging", "denied", "failed"] {
            let status = AttemptStatus::parse(status).unwrap();
            let told = Told::Stands { connector: "CRM".to_owned(), status, outcome: None };
            assert!(!connect_page(&told).1.contains("CRM is connected"), "{status:?}");
        }
        let told = Told::Stands { connector: "CRM".to_owned(), status: AttemptStatus::Finished, outcome: None };
        assert!(connect_page(&told).1.contains("CRM is connected"));
    }
}
