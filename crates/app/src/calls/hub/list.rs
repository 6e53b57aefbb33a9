//! Lists: the caller's page put together from the provider's pages.

use std::time::Instant;

use http::StatusCode;
use http::header;
use keyway_connector::{
    Answer, FARTHEST, Given, Inputs, Json, LARGEST_SIZE, Listing, Operation, PageToken, Paging, Reading, Rendered,
    RenderedBody, Request, Shape, Signals, Turn, Wanted, Window,
};
use serde_json::{Map, Value};

use super::answer::HubAnswer;
use super::exchange::{Exchange, More, Outgoing, Reply};
use super::input::{self, Query};
use super::{Asking, failure, path};
use crate::{Error, Result};

/// Bytes of a page after which the provider is not asked again.
const ENOUGH: usize = 32 * 1024 * 1024;

/// A list while it is put together.
struct Gathering<'a> {
    listing: &'a Listing,
    reading: &'a Reading,
    wanted: Wanted,
    shape: Shape,
    out: Vec<u8>,
    shown: usize,
}

pub(super) async fn answer(exchange: &mut Exchange<'_>, asking: Asking<'_>) -> Result<HubAnswer> {
    let operation = asking.found.operation;
    let Some(listing) = &operation.listing else {
        return Err(Error::internal("a list without paging"));
    };
    let query = Query::of(asking);
    let wanted = Wanted::read(query.one("where")?, query.one("orderBy")?, query.one("fields")?)?;
    let (mut window, mut notes) = window(exchange, listing, &query)?;
    let asked = listing.ask(&wanted, &operation.reading)?;
    let mut inputs = input::inputs(exchange, asking, &query)?;
    inputs.places.extend(asked.places.into_iter().map(|(name, text)| (name.to_owned(), Given::Text(text))));
    let mut extra = asked.query;
    extra.extend(query.rest(operation));

    let shape = Shape { without_nulls: exchange.snapshot.without_nulls, fields: wanted.fields.clone() };
    let reading = &operation.reading;
    let mut gathering = Gathering { listing, reading, wanted, shape, out: vec![b'['], shown: 0 };
    let (last, sent) = match gathering.gather(exchange, operation, &mut window, (inputs, extra)).await? {
        Gathered::Page { last, sent } => (last, sent),
        Gathered::Unchanged(headers) => return Ok(HubAnswer::empty(StatusCode::NOT_MODIFIED, &headers)),
    };
    gathering.out.push(b']');
    if window.was_cut() {
        notes.push(
            "the page was cut short: it takes too many requests, too long or too much room; go on with the next page"
                .to_owned(),
        );
    }
    let mut answer = HubAnswer::json(gathering.out, &last);
    if sent > 1 {
        // What the provider said of one of its pages is not true of this one.
        answer.headers.remove(header::ETAG);
        answer.headers.remove(header::LAST_MODIFIED);
    }
    answer.set("elements-returned-count", &gathering.shown);
    let next = window.next();
    answer.set("elements-has-more", &next.is_some());
    if let Some(token) = next {
        answer.set("elements-next-page-token", &token.encode());
    }
    if let Some(total) = window.total() {
        answer.set("elements-total-count", &total);
    }
    if !notes.is_empty() {
        answer.set("elements-error", &notes.join("; "));
    }
    Ok(answer)
}

/// The caller's page: by its token, which keeps its size, or by number and size.
fn window<'l>(exchange: &Exchange<'_>, listing: &'l Listing, query: &Query) -> Result<(Window<'l>, Vec<String>)> {
    let max = exchange.snapshot.largest_page;
    let mut notes = Vec::new();
    if let Some(text) = query.one("nextPage")?.filter(|text| !text.is_empty()) {
        let token = PageToken::decode(text).filter(|token| token.link.as_deref().is_none_or(is_below_root));
        let token = token.and_then(|token| Window::token(&listing.paging, token, max));
        let window = token.ok_or_else(|| Error::invalid("nextPage", "is not a token of this list"))?;
        return Ok((window, notes));
    }
    let number = |name: &str| -> Result<Option<u64>> {
        let Some(text) = query.one(name)? else { return Ok(None) };
        let number = text.trim().parse().ok().filter(|number| *number >= 1);
        number.map(Some).ok_or_else(|| Error::invalid(name, "must be a whole number from 1 on"))
    };
    let mut size = match number("pageSize")? {
        Some(size) => usize::try_from(size).unwrap_or(usize::MAX),
        None => listing.paging.default_size(max),
    };
    if size > LARGEST_SIZE {
        notes.push(format!("pageSize was reduced to {LARGEST_SIZE}, the largest that there is"));
        size = LARGEST_SIZE;
    }
    let page = number("page")?.unwrap_or(1);
    if page.checked_mul(size as u64).is_none_or(|rows| rows > FARTHEST) {
        return Err(Error::invalid("page", "is beyond every list"));
    }
    Ok((Window::page(&listing.paging, page, size, max), notes))
}

/// Whether a link of a token, which a caller may have made, leads nowhere but below the instance's root: what is put
/// behind a host must not become a part of it.
fn is_below_root(link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    path::check(path).is_ok() && !link.contains(|c: char| c.is_control() || c.is_whitespace())
}

async fn fetch(
    exchange: &mut Exchange<'_>,
    plan: &Request,
    inputs: &mut Inputs<'_>,
    own: usize,
    step: Turn,
    more: More,
) -> Result<Reply> {
    let Turn { query: mut page, body, places, link, .. } = step;
    inputs.places.truncate(own);
    inputs
        .places
        .extend(places.into_iter().map(|(name, text)| (name.to_owned(), Given::Json(number_or_text(name, text)))));
    let mut rendered = plan.render(inputs)?;
    page.retain(|(name, _)| !rendered.query.iter().any(|(known, _)| known == name));
    rendered.query.extend(page);
    put_into_body(&mut rendered, body);
    let outgoing = keyway_auth::outgoing::bytes(&rendered.body)
        .map_or(Outgoing::None, |(bytes, kind)| Outgoing::Bytes(bytes, kind));
    let more = More { link, ..more };
    exchange.fetch(plan, &rendered, &more, outgoing).await
}

/// Numbers of paging are numbers in JSON bodies, too.
fn number_or_text(name: &str, text: String) -> Value {
    if name == "cursor" {
        return Value::String(text);
    }
    text.parse::<u64>().map_or(Value::String(text), Value::from)
}

fn put_into_body(rendered: &mut Rendered, members: Vec<(String, Value)>) {
    if members.is_empty() {
        return;
    }
    if rendered.body == RenderedBody::None {
        rendered.body = RenderedBody::Json(Value::Object(Map::new()));
    }
    if let RenderedBody::Json(Value::Object(body)) | RenderedBody::Form(Value::Object(body)) = &mut rendered.body {
        body.extend(members);
    }
}

/// What became of gathering a page.
enum Gathered {
    /// The rows are there; the headers of the last answer, and how many there were.
    Page { last: http::HeaderMap, sent: usize },
    /// The caller has the page already; the headers that say so.
    Unchanged(http::HeaderMap),
}

impl Gathering<'_> {
    /// Asks the provider until the caller's page is full, nothing follows, or it is enough for one answer.
    async fn gather(
        &mut self,
        exchange: &mut Exchange<'_>,
        operation: &Operation,
        window: &mut Window<'_>,
        (mut inputs, extra): (Inputs<'_>, Vec<(String, String)>),
    ) -> Result<Gathered> {
        let own = inputs.places.len();
        let began = Instant::now();
        let mut sent = 0;
        loop {
            sent += 1;
            let step = window.step();
            let plan = self.listing.paging.follow().filter(|_| step.follows).unwrap_or(&operation.request);
            let more = More { query: extra.clone(), unconditional: sent > 1, ..More::default() };
            let reply = fetch(exchange, plan, &mut inputs, own, step, more).await?;
            failure::check(exchange.snapshot, plan, self.reading, &reply)?;
            if reply.status == StatusCode::NOT_MODIFIED {
                return Ok(Gathered::Unchanged(reply.headers));
            }
            self.take(exchange, plan, window, &reply)?;
            // A caller waits for a page no longer than for one answer, however slowly its parts come.
            let late = began.elapsed() >= exchange.egress.limits().first_byte;
            if window.is_done() || late || self.out.len() >= ENOUGH {
                return Ok(Gathered::Page { last: reply.headers, sent });
            }
        }
    }

    /// Adds what an answer holds of the caller's page.
    fn take(&mut self, exchange: &Exchange<'_>, plan: &Request, window: &mut Window<'_>, reply: &Reply) -> Result<()> {
        let text = failure::text(reply)?;
        self.out.reserve(text.len());
        // No content is an empty list.
        let json =
            if text.trim().is_empty() { Json::Array(Vec::new()) } else { failure::json(exchange.snapshot, text)? };
        let answer = Answer { headers: &reply.headers, body: Some(&json) };
        let rows = match self.reading.rows(&json) {
            Some(rows) => rows,
            None if text.trim().is_empty() => &[],
            None => {
                let message = "the provider's answer has no list where the connector expects it".to_owned();
                return Err(Error::Gateway { timeout: false, message });
            }
        };
        let signals = self.signals(exchange, plan, reply, answer)?;
        if self.listing.is_local() {
            let mut rows: Vec<&Json<'_>> = rows.iter().collect();
            self.listing.arrange(&mut rows, &self.wanted, self.reading);
            let shown = window.take(rows.len(), signals);
            self.write(rows[shown].iter().copied());
        } else {
            let shown = window.take(rows.len(), signals);
            self.write(rows[shown].iter());
        }
        Ok(())
    }

    fn signals(&self, exchange: &Exchange<'_>, plan: &Request, reply: &Reply, answer: Answer<'_>) -> Result<Signals> {
        let mut signals = self.listing.paging.signals(answer);
        let is_link = matches!(&self.listing.paging, Paging::Vendor(vendor) if vendor.is_linked());
        if let Some(url) = signals.next.take_if(|_| is_link) {
            let root = exchange.destination().root(plan.root())?;
            // A query alone belongs to the path that was asked (RFC 3986 section 5.3).
            let url = if url.starts_with('?') { format!("{}{}{url}", root.path(), reply.path) } else { url };
            let below = root.strip(&url).map(|link| match link.split_once('?') {
                Some((path, query)) => {
                    format!("{path}?{}", exchange.destination().authorizer.without_credential(query))
                }
                None => link.to_owned(),
            });
            let elsewhere = || Error::Gateway {
                timeout: false,
                message: "the provider's next page is at another place".to_owned(),
            };
            signals.next = Some(below.ok_or_else(elsewhere)?);
        }
        Ok(signals)
    }

    fn write<'v, 'j: 'v>(&mut self, rows: impl Iterator<Item = &'v Json<'j>>) {
        for row in rows {
            if self.shown > 0 {
                self.out.push(b',');
            }
            self.shown += 1;
            self.reading.write(row, &self.shape, &mut self.out);
        }
    }
}
