//! Everything that answers with one object or nothing: a request, or a chain of requests of which the last answer counts.

use http::StatusCode;
use http::request::Parts;
use http_body::Body as _;
use hyper::body::Incoming;
use keyway_auth::outgoing;
use keyway_connector::{Answer, BodyForm, Found, Inputs, Json, Rendered, RenderedBody, Request, Shape, Verb};
use keyway_egress::Body;
use keyway_model::{Configuration, Secret};
use serde_json::Value;

use super::answer::HubAnswer;
use super::exchange::{Exchange, More, Outgoing, Reply};
use super::input::{self, Query};
use super::{Asking, failure, multipart};
use crate::{App, Error, Result, instances};

pub(super) async fn answer(
    app: &App,
    exchange: &mut Exchange<'_>,
    found: &Found<'_>,
    parts: &Parts,
    body: Incoming,
) -> Result<HubAnswer> {
    let operation = found.operation;
    let asking = Asking::new(found, parts);
    let query = Query::of(asking);
    let mut inputs = input::inputs(exchange, asking, &query)?;
    let mut raw = Outgoing::None;
    if operation.verb.has_body() {
        raw = read_body(exchange, asking, body, &mut inputs).await?;
    }
    let more = More { query: query.rest(operation), ..More::default() };
    let reply = run(app, exchange, found, &mut inputs, raw, more).await?;
    let fields = query.one("fields")?.unwrap_or_default().split(',').map(str::trim).filter(|field| !field.is_empty());
    let shape = Shape { without_nulls: exchange.snapshot.without_nulls, fields: fields.map(str::to_owned).collect() };
    shown(exchange, found, &reply, &shape)
}

/// Reads the caller's body: JSON is mapped, a form that the provider reads as a form and a multipart body go as they are.
async fn read_body(
    exchange: &Exchange<'_>,
    asking: Asking<'_>,
    body: Incoming,
    inputs: &mut Inputs<'_>,
) -> Result<Outgoing> {
    let operation = asking.found.operation;
    let kind = input::media_type(asking.headers);
    let given = asking.headers.get(http::header::CONTENT_TYPE).cloned();
    if kind == "multipart/form-data" {
        check_given(asking, body.is_end_stream())?;
        input::add_form(operation, &[], inputs)?;
        input::add_body(operation, &operation.reading, None, inputs)?;
        return Ok(Outgoing::Stream(Body::stream(body, exchange.egress.limits().idle), given));
    }
    let bytes = input::read_body(exchange, body).await?;
    if kind == "application/x-www-form-urlencoded" {
        let fields = input::form_body(&bytes);
        check_given(asking, fields.is_empty())?;
        input::add_form(operation, &fields, inputs)?;
        let members = fields.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        input::add_body(operation, &operation.reading, Some(Value::Object(members)), inputs)?;
        let raw = operation.is_verbatim() && exchange.snapshot.connector.body == BodyForm::Form;
        let sent = Outgoing::Bytes(bytes, "application/x-www-form-urlencoded".to_owned());
        return Ok(if raw { sent } else { Outgoing::None });
    }
    input::add_form(operation, &[], inputs)?;
    if operation.is_verbatim() && exchange.snapshot.connector.body == BodyForm::Json {
        let empty = input::is_empty_json(&bytes)?;
        check_given(asking, empty)?;
        // Byte by byte as it came: no number is rewritten.
        return Ok(if empty { Outgoing::None } else { Outgoing::Bytes(bytes, "application/json".to_owned()) });
    }
    let json = input::json_body(&bytes)?;
    let empty = match &json {
        None | Some(Value::Null) => true,
        Some(Value::Object(members)) => members.is_empty(),
        Some(_) => false,
    };
    check_given(asking, empty)?;
    input::add_body(operation, &operation.reading, json, inputs)?;
    Ok(Outgoing::None)
}

/// Section 6: creating something out of nothing is refused before the provider is asked.
fn check_given(asking: Asking<'_>, empty: bool) -> Result<()> {
    let operation = asking.found.operation;
    let needed = operation.request.takes_body()
        && matches!(operation.verb, Verb::Create | Verb::Update | Verb::Write | Verb::Replace);
    if needed && empty {
        return Err(Error::invalid("body", "must not be empty"));
    }
    Ok(())
}

/// Sends the request and those that follow it.
async fn run(
    app: &App,
    exchange: &mut Exchange<'_>,
    found: &Found<'_>,
    inputs: &mut Inputs<'_>,
    raw: Outgoing,
    more: More,
) -> Result<Reply> {
    let reading = &found.operation.reading;
    let (mut raw, mut more) = (Some(raw), Some(more));
    let mut last = None;
    for plan in found.operation.request.chain() {
        let rendered = plan.render(inputs)?;
        // What the caller sent besides goes with the first request only.
        let outgoing = outgoing_body(app, exchange, &rendered, inputs, raw.take())?;
        let more = more.take().unwrap_or_default();
        let reply = exchange.fetch(plan, &rendered, &more, outgoing).await?;
        failure::check(exchange.snapshot, plan, reading, &reply)?;
        capture(app, exchange, plan, &reply).await?;
        if plan.then.is_some() {
            let text = failure::text(&reply)?;
            inputs.previous = Json::parse(text).ok().map(|json| json.to_value());
        }
        last = Some(reply);
    }
    last.ok_or_else(|| Error::internal("a chain without requests"))
}

fn outgoing_body(
    app: &App,
    exchange: &Exchange<'_>,
    rendered: &Rendered,
    inputs: &Inputs<'_>,
    raw: Option<Outgoing>,
) -> Result<Outgoing> {
    let form = exchange.snapshot.connector.body;
    if matches!(raw, Some(Outgoing::Stream(..))) && rendered.body != RenderedBody::Caller {
        return Err(Error::invalid("Content-Type", "must be application/json: this operation takes a body apart"));
    }
    match &rendered.body {
        RenderedBody::None => Ok(Outgoing::None),
        RenderedBody::Caller => Ok(match raw {
            Some(raw @ (Outgoing::Stream(..) | Outgoing::Bytes(..))) => raw,
            Some(Outgoing::None) | None => match &inputs.body {
                Some(value) => {
                    let (bytes, kind) = outgoing::encoded(value, form);
                    Outgoing::Bytes(bytes, kind)
                }
                None => Outgoing::None,
            },
        }),
        RenderedBody::Multipart(parts) => multipart::of_values(&app.entropy, parts),
        RenderedBody::File => Err(Error::internal("a file where none was sent")),
        other => Ok(outgoing::bytes(other).map_or(Outgoing::None, |(bytes, kind)| Outgoing::Bytes(bytes, kind))),
    }
}

/// Sets the configuration entries that an answer brings.
pub(super) async fn capture(app: &App, exchange: &Exchange<'_>, plan: &Request, reply: &Reply) -> Result<()> {
    if plan.capture.is_empty() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&reply.body);
    let json = Json::parse(&text).ok();
    let answer = Answer { headers: &reply.headers, body: json.as_ref() };
    let read = plan.capture.iter().filter_map(|(key, place)| Some((key.clone(), Secret::new(place.read(answer)?))));
    let values: Configuration = read.collect();
    let (app, organization, id) = (app.clone(), exchange.snapshot.organization, exchange.snapshot.id);
    let control = app.control.clone();
    let kept = control.spawn(async move { instances::keep_captured(&app, organization, id, values).await });
    kept.await.map_err(Error::internal)?
}

/// The answer: the object in its unified form, or nothing.
pub(super) fn shown(exchange: &Exchange<'_>, found: &Found<'_>, reply: &Reply, shape: &Shape) -> Result<HubAnswer> {
    let operation = found.operation;
    if reply.status == StatusCode::NOT_MODIFIED {
        return Ok(HubAnswer::empty(StatusCode::NOT_MODIFIED, &reply.headers));
    }
    if matches!(operation.verb, Verb::Delete | Verb::Remove) {
        return Ok(HubAnswer::empty(StatusCode::OK, &reply.headers));
    }
    let text = failure::text(reply)?;
    if text.trim().is_empty() {
        return Ok(HubAnswer::json(b"{}".to_vec(), &reply.headers));
    }
    let json = failure::json(exchange.snapshot, text)?;
    let mut out = Vec::with_capacity(text.len());
    operation.reading.write(operation.reading.object(&json), shape, &mut out);
    Ok(HubAnswer::json(out, &reply.headers))
}
