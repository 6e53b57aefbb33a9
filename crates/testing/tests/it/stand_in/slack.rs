//! Slack's Web API where its own OpenAPI document says too little for a mock, from <https://docs.slack.dev/apis/web-api>:
//! every answer is a 200 with `ok`; failures carry `error`; `response_metadata.next_cursor` is empty on the last page;
//! writing methods take forms.

pub(crate) mod consent;

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};
use url::form_urlencoded::parse;

use super::consent::Consent;
use super::{Request, Table, cut};

/// The bot's token.
pub(crate) const TOKEN: &str = "xoxb-17653672481-19874698323";

#[derive(Default)]
struct Workspace {
    consent: Consent,
    channels: Table,
    messages: Table,
}

/// Starts the stand-in of a workspace without channels.
pub(crate) async fn start() -> Vendor {
    super::serve(Workspace::default(), Workspace::answer).await
}

impl Workspace {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if let Some(reply) = self.consent.control(request) {
            return reply;
        }
        match (request.method, request.path.as_slice()) {
            ("GET", ["oauth", "v2", "authorize"]) => return consent::page(&mut self.consent, request),
            ("POST", ["api", "oauth.v2.access"]) => return consent::access(&mut self.consent, request),
            ("POST", ["api", "auth.revoke"]) => return consent::revoke(&mut self.consent, request),
            _ => {}
        }
        let by_hand = request.header("authorization") == Some(&format!("Bearer {TOKEN}"));
        if !by_hand && self.consent.bearer(request).is_none() {
            return failed("invalid_auth");
        }
        let form = Form::of(request);
        match (request.method, request.path.as_slice()) {
            (_, ["api", "auth.test"]) => told(json!({ "team_id": "T1", "user_id": "U1", "user": "keyway" })),
            (_, ["api", "team.info"]) => told(json!({ "team": { "id": "T1", "name": "Wayne", "domain": "wayne" } })),
            ("GET", ["api", "conversations.list"]) => paged(self.channels.rows(), "channels", request),
            ("GET", ["api", "conversations.info"]) => self.channel(request.query("channel"), |channel| channel.clone()),
            ("GET", ["api", "conversations.history"]) => self.history(request),
            ("GET", ["api", "files.list"]) => files(request),
            ("POST", ["api", "conversations.create"]) => self.create(&form),
            ("POST", ["api", "conversations.rename"]) => self.channel(form.get("channel"), |channel| {
                channel["name"] = form.get("name").into();
                channel.clone()
            }),
            ("POST", ["api", "conversations.archive"]) => self.channel(form.get("channel"), |channel| {
                channel["is_archived"] = true.into();
                Value::Null
            }),
            ("POST", ["api", "chat.postMessage"]) => self.post(&form),
            ("POST", ["api", "chat.update"]) => self.change(&form),
            ("POST", ["api", "chat.delete"]) => match self.messages.remove("ts", form.get("ts").unwrap_or_default()) {
                Some(message) => told(json!({ "channel": message["channel"], "ts": message["ts"] })),
                None => failed("message_not_found"),
            },
            _ => failed("unknown_method"),
        }
    }

    fn channel(&mut self, id: Option<&str>, act: impl FnOnce(&mut Value) -> Value) -> Reply {
        match self.channels.find("id", id.unwrap_or_default()) {
            None => failed("channel_not_found"),
            Some(channel) => told(json!({ "channel": act(channel) })),
        }
    }

    fn create(&mut self, form: &Form) -> Reply {
        let Some(name) = form.get("name") else {
            return failed("invalid_name_required");
        };
        if self.channels.find("name", name).is_some() {
            return failed("name_taken");
        }
        let id = format!("C{:04}", self.channels.rows().len() + 1);
        let private = form.get("is_private") == Some("true");
        let channel = json!({ "id": id, "name": name, "is_private": private, "is_archived": false });
        told(json!({ "channel": self.channels.add(channel) }))
    }

    fn history(&mut self, request: &Request<'_>) -> Reply {
        let channel = request.query("channel").unwrap_or_default();
        if self.channels.find("id", channel).is_none() {
            return failed("channel_not_found");
        }
        let mine = self.messages.rows().iter().filter(|message| message["channel"] == channel);
        let rows: Vec<Value> = mine
            .rev()
            .map(|message| json!({ "type": "message", "ts": message["ts"], "text": message["text"] }))
            .collect();
        paged(&rows, "messages", request)
    }

    fn post(&mut self, form: &Form) -> Reply {
        let (channel, text) = (form.get("channel").unwrap_or_default(), form.get("text"));
        if self.channels.find("id", channel).is_none() {
            return failed("channel_not_found");
        }
        let (None, None, Some(text)) = (form.get("blocks"), form.get("attachments"), text) else {
            return if text.is_none() { failed("no_text") } else { told(json!({ "rich": form.get("blocks") })) };
        };
        let ts = format!("1503435956.{:06}", self.messages.rows().len() + 1);
        let message = json!({ "type": "message", "text": text });
        self.messages.add(json!({ "channel": channel, "ts": ts, "text": text }));
        told(json!({ "channel": channel, "ts": ts, "message": message }))
    }

    fn change(&mut self, form: &Form) -> Reply {
        match self.messages.find("ts", form.get("ts").unwrap_or_default()) {
            None => failed("message_not_found"),
            Some(message) => {
                message["text"] = form.get("text").into();
                told(message.clone())
            }
        }
    }
}

/// Files are in the older paging by numbers.
fn files(request: &Request<'_>) -> Reply {
    let all = ["F1", "F2", "F3"].map(|id| json!({ "id": id, "name": "a.png" }));
    let (Some(page @ 1..), Some(count @ 1..)) = (request.number("page", 1), request.number("count", 100)) else {
        return failed("invalid_arguments");
    };
    let (files, _) = cut(&all, (page - 1) * count, count);
    let pages = all.len().div_ceil(count);
    told(json!({ "files": files, "paging": { "count": count, "total": all.len(), "page": page, "pages": pages } }))
}

/// The fields of a form.
struct Form(Vec<(String, String)>);

impl Form {
    fn of(request: &Request<'_>) -> Self {
        let is_form =
            request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        Self(if is_form { parse(&request.seen.body).into_owned().collect() } else { Vec::new() })
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn paged(rows: &[Value], name: &str, request: &Request<'_>) -> Reply {
    let Some(limit) = request.number("limit", 100).filter(|limit| (1..=1000).contains(limit)) else {
        return failed("invalid_limit");
    };
    let from = request.query("cursor").map_or(Some(0), |cursor| cursor.strip_prefix("dGVhbTpD")?.parse().ok());
    let Some(from) = from else {
        return failed("invalid_cursor");
    };
    let (rows, next) = cut(rows, from, limit);
    let cursor = next.map_or_else(String::new, |next| format!("dGVhbTpD{next}"));
    told(json!({ name: rows, "response_metadata": { "next_cursor": cursor } }))
}

fn told(mut body: Value) -> Reply {
    body["ok"] = true.into();
    Reply::json(200, &body)
}

fn failed(error: &str) -> Reply {
    Reply::json(200, &json!({ "ok": false, "error": error }))
}
