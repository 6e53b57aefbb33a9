//! What a provider has answered, kept before it is read: whoever dies in between finds it again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;
use keyway_model::{Secret, Timestamp};
use serde_json::{Map, Value, json};

use super::answer::Reply;

/// Keeps a text, which is secret, before what it says is acted upon. It returns when the text is safe, or cannot be made safe.
pub type Keep<'a> = &'a (dyn Fn(Secret) -> BoxFuture<'a, ()> + Send + Sync);

/// Answers in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Recorded(Vec<Kept>);

#[derive(Clone)]
pub(super) struct Kept {
    /// When the request was sent: lifetimes count from here.
    pub(super) sent: Timestamp,
    pub(super) reply: Reply,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(…)")
    }
}

impl Recorded {
    pub(super) fn get(&self, index: usize) -> Option<&Kept> {
        self.0.get(index)
    }

    pub(super) fn push(&mut self, sent: Timestamp, reply: Reply) {
        self.0.push(Kept { sent, reply });
    }

    /// The text that is kept.
    pub fn to_text(&self) -> Secret {
        let one = |kept: &Kept| {
            json!({
                "sent": kept.sent.as_millis(),
                "status": kept.reply.status.as_u16(),
                "headers": kept.reply.headers,
                "cookies": kept.reply.cookies,
                "body": STANDARD.encode(&kept.reply.text),
            })
        };
        Secret::new(Value::Array(self.0.iter().map(one).collect()).to_string())
    }

    /// Reads the text that was kept.
    pub fn parse(text: &Secret) -> Option<Self> {
        let value: Value = serde_json::from_str(text.expose()).ok()?;
        let members = |value: &Value| value.as_object().cloned().unwrap_or_else(Map::new);
        let one = |value: &Value| {
            let body = STANDARD.decode(value.get("body")?.as_str()?).ok()?;
            let reply = Reply::kept(
                u16::try_from(value.get("status")?.as_u64()?).ok()?,
                members(value.get("headers")?),
                members(value.get("cookies")?),
                String::from_utf8(body).ok()?,
            );
            Some(Kept { sent: Timestamp::from_millis(value.get("sent")?.as_i64()?), reply })
        };
        value.as_array()?.iter().map(one).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use keyway_model::Timestamp;

    use super::super::answer::Reply;
    use super::Recorded;

    #[test]
    fn what_is_kept_reads_back() {
        let mut recorded = Recorded::default();
        recorded.push(Timestamp::from_millis(7), Reply::of(200, r#"{"access_token":"é"}"#));
        let again = Recorded::parse(&recorded.to_text()).unwrap();
        let kept = again.get(0).unwrap();
        assert_eq!((kept.sent, kept.reply.status.as_u16()), (Timestamp::from_millis(7), 200));
        assert_eq!(kept.reply.body["access_token"], "é");
        assert!(again.get(1).is_none());
    }
}
