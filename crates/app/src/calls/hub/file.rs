//! Files: both directions stream; nothing is gathered.

use http::header;
use http::request::Parts;
use http::{HeaderName, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use keyway_auth::outgoing;
use keyway_connector::{Found, Given, RenderedBody, Shape};
use keyway_egress::Body;

use super::super::headers;
use super::answer::HubAnswer;
use super::exchange::{Exchange, More, Outgoing};
use super::input::{self, Query};
use super::multipart::{self, Upload};
use super::{Asking, chain, failure};
use crate::{App, Error, Result};

/// Headers of a download that say what it is.
const TOLD: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::ACCEPT_RANGES,
];

/// `GET` of a file: the bytes as they come.
pub(super) async fn download(exchange: &mut Exchange<'_>, found: &Found<'_>, parts: &Parts) -> Result<HubAnswer> {
    let operation = found.operation;
    let asking = Asking::new(found, parts);
    let query = Query::of(asking);
    let inputs = input::inputs(exchange, asking, &query)?;
    let plan = &operation.request;
    let rendered = plan.render(&inputs)?;
    let body = outgoing::bytes(&rendered.body).map_or(Outgoing::None, |(bytes, kind)| Outgoing::Bytes(bytes, kind));
    let more =
        More { query: query.rest(operation), accept: Some("*/*"), passed: Some(header::RANGE), ..More::default() };
    let answer = exchange.send(plan, &rendered, &more, body).await?;
    let (head, body) = answer.into_parts();
    if head.status == StatusCode::NOT_MODIFIED {
        return Ok(HubAnswer::empty(head.status, &head.headers));
    }
    if !head.status.is_success() {
        let bytes = exchange.read(body).await?;
        let text = String::from_utf8_lossy(&bytes);
        return Err(failure::refusal(exchange.snapshot, &operation.reading, head.status, &head.headers, &text));
    }
    let mut found = HubAnswer::empty(head.status, &head.headers);
    let mut told = head.headers.clone();
    headers::clean_answer(&mut told, false);
    for name in TOLD.into_iter().chain(headers::SANDBOX) {
        if let Some(value) = told.get(&name) {
            found.headers.insert(name, value.clone());
        }
    }
    // Section 0: a success is 200; a part of a file is still said to be one.
    found.status = if head.status == StatusCode::PARTIAL_CONTENT { head.status } else { StatusCode::OK };
    found.body = if body.is_end_stream() { Body::empty() } else { Body::stream(body, exchange.egress.limits().idle) };
    Ok(found)
}

/// `POST` of a file: the multipart field `file`, or the body itself.
pub(super) async fn upload(
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
    let Upload { file, name, kind, fields, trouble } =
        multipart::read(&parts.headers, body, exchange.egress.limits().idle).await?;
    input::add_form(operation, &fields, &mut inputs)?;
    input::add_body(operation, &operation.reading, None, &mut inputs)?;
    if let Some(name) = name {
        inputs.places.push(("filename".to_owned(), Given::Text(name)));
    }
    inputs.places.push(("filetype".to_owned(), Given::Text(kind.clone())));
    let plan = &operation.request;
    let rendered = plan.render(&inputs)?;
    let outgoing = match &rendered.body {
        RenderedBody::File | RenderedBody::Caller => {
            let kind = kind.parse().map_err(|_| Error::invalid("file", "has a media type that cannot be sent"))?;
            Outgoing::Stream(file, Some(kind))
        }
        RenderedBody::Multipart(parts) => {
            multipart::with_file(&app.entropy, parts, (file, &inputs_name(&inputs), &kind))?
        }
        _ => return Err(Error::internal("an upload that sends no file")),
    };
    let more = More { query: query.rest(operation), ..More::default() };
    let reply = exchange.fetch(plan, &rendered, &more, outgoing).await;
    if let Some(reason) = trouble.get() {
        return Err(Error::invalid("body", reason.clone()));
    }
    let reply = reply?;
    failure::check(exchange.snapshot, plan, &operation.reading, &reply)?;
    chain::capture(app, exchange, plan, &reply).await?;
    let shape = Shape { without_nulls: exchange.snapshot.without_nulls, fields: Vec::new() };
    chain::shown(exchange, found, &reply, &shape)
}

fn inputs_name(inputs: &keyway_connector::Inputs<'_>) -> String {
    let named = inputs.places.iter().find_map(|(name, given)| match given {
        Given::Text(text) if name == "filename" => Some(text.clone()),
        _ => None,
    });
    named.unwrap_or_else(|| "file".to_owned())
}
