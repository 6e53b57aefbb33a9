//! Multipart bodies: read up to the file, which streams, and written around one.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http::header::{self, HeaderMap, HeaderValue};
use http_body_util::{BodyExt, BodyStream};
use hyper::body::Incoming;
use keyway_egress::{Body, BodyError};
use keyway_model::Entropy;
use serde_json::Value;

use super::exchange::Outgoing;
use super::input::MAX_BODY;
use crate::{Error, Result};

/// Between the parts of bodies that are made here; the value that follows is of this call only.
const BOUNDARY: &str = "keyway-part";

/// A file on its way, and what came before it.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) file: Body,
    pub(super) name: Option<String>,
    pub(super) kind: String,
    pub(super) fields: Vec<(String, String)>,
    /// Why the upload broke off, once it did.
    pub(super) trouble: Trouble,
}

/// Why an upload broke off; told while the provider is being sent it.
pub(super) type Trouble = Arc<OnceLock<String>>;

/// What a field costs besides its name and text, in bytes.
const FIELD: usize = 128;

const BYTES: &str = "application/octet-stream";

/// Reads a caller's upload: of a multipart body the fields before the file and then the file, else the body itself.
pub(super) async fn read(headers: &HeaderMap, body: Incoming, idle: Duration) -> Result<Upload> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or(BYTES).to_owned();
    let Ok(boundary) = multer::parse_boundary(&kind) else {
        if kind.starts_with("multipart/") {
            return Err(Error::invalid("Content-Type", "of a multipart body needs a boundary"));
        }
        return Ok(Upload {
            file: Body::stream(body, idle),
            name: None,
            kind,
            fields: Vec::new(),
            trouble: Trouble::default(),
        });
    };
    let pieces = BodyStream::new(Body::stream(body, idle)).try_filter_map(|frame| async { Ok(frame.into_data().ok()) });
    let mut parts = multer::Multipart::new(pieces, boundary);
    let mut fields = Vec::new();
    let mut room = MAX_BODY;
    loop {
        let part = parts.next_field().await.map_err(|error| unreadable(&error))?;
        let Some(mut part) = part else {
            return Err(Error::invalid("file", "is required: a multipart body has a field of this name"));
        };
        if part.name() == Some("file") || part.file_name().is_some() {
            let name = part.file_name().map(str::to_owned);
            let kind = part.content_type().map_or_else(|| BYTES.to_owned(), ToString::to_string);
            let trouble = Trouble::default();
            let file = Body::pieces(pieces_of(parts, part, Arc::clone(&trouble)));
            return Ok(Upload { file, name, kind, fields, trouble });
        }
        let name = part.name().unwrap_or_default().to_owned();
        // An empty field costs memory, too.
        let mut room_for = |bytes: usize| -> Result<()> {
            let left = room.checked_sub(bytes);
            room = left.ok_or_else(|| Error::TooLarge("the fields before the file are too large".to_owned()))?;
            Ok(())
        };
        room_for(name.len() + FIELD)?;
        let mut text = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(|error| unreadable(&error))? {
            room_for(piece.len())?;
            text.extend_from_slice(&piece);
        }
        fields.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
}

fn unreadable(error: &multer::Error) -> Error {
    Error::invalid("body", format!("is no multipart body: {error}"))
}

/// The pieces of a file, which must be the last part: what stands behind it would come too late to be used.
fn pieces_of(
    parts: multer::Multipart<'static>,
    file: multer::Field<'static>,
    trouble: Trouble,
) -> impl Stream<Item = std::result::Result<Bytes, BodyError>> + Send + 'static {
    stream::unfold((parts, Some(file), trouble), |(mut parts, mut file, trouble)| async move {
        let mut open = file.take()?;
        let reason = match open.chunk().await {
            Ok(Some(piece)) => return Some((Ok(piece), (parts, Some(open), trouble))),
            Err(error) => format!("cannot be read to its end: {error}"),
            Ok(None) => {
                drop(open);
                match parts.next_field().await {
                    Ok(None) => return None,
                    Ok(Some(_)) => "has a part behind the file; put the file last".to_owned(),
                    Err(error) => format!("cannot be read to its end: {error}"),
                }
            }
        };
        trouble.get_or_init(|| reason.clone());
        Some((Err(BodyError::Pieces(reason)), (parts, None, trouble)))
    })
}

/// A multipart body of values only.
pub(super) fn of_values(entropy: &Entropy, parts: &[(String, Option<Value>)]) -> Result<Outgoing> {
    let boundary = boundary(entropy);
    let mut out = Vec::new();
    for (name, value) in parts {
        let value = value.as_ref().ok_or_else(|| Error::invalid("file", "is required"))?;
        out.extend_from_slice(value_part(&boundary, name, value).as_bytes());
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(Outgoing::Bytes(out.into(), format!("multipart/form-data; boundary={boundary}")))
}

/// A multipart body around a file that streams.
pub(super) fn with_file(
    entropy: &Entropy,
    parts: &[(String, Option<Value>)],
    upload: (Body, &str, &str),
) -> Result<Outgoing> {
    let (file, name, kind) = upload;
    let boundary = boundary(entropy);
    let (mut before, mut after) = (String::new(), String::new());
    let mut seen = false;
    for (part, value) in parts {
        match value {
            Some(value) if seen => after.push_str(&value_part(&boundary, part, value)),
            Some(value) => before.push_str(&value_part(&boundary, part, value)),
            None if seen => return Err(Error::internal("a request that sends a file twice")),
            None => {
                seen = true;
                let (part, name) = (quoted(part), quoted(name));
                before.push_str(&format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
                ));
            }
        }
    }
    let after = format!("\r\n{after}--{boundary}--\r\n");
    let text = |text: String| stream::iter([Ok(Bytes::from(text))]);
    let file = file.into_data_stream().boxed();
    let body = Body::pieces(text(before).chain(file).chain(text(after)));
    let kind = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"));
    Ok(Outgoing::Stream(body, Some(kind.map_err(Error::internal)?)))
}

fn value_part(boundary: &str, name: &str, value: &Value) -> String {
    let (kind, text) = match value {
        Value::String(text) => ("", text.clone()),
        Value::Array(_) | Value::Object(_) => ("Content-Type: application/json\r\n", value.to_string()),
        other => ("", other.to_string()),
    };
    format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n{kind}\r\n{text}\r\n", quoted(name))
}

/// A name as HTML forms write it (RFC 7578 section 2).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A boundary that nobody can guess, so that no file or value can hold it.
fn boundary(entropy: &Entropy) -> String {
    format!("{BOUNDARY}-{}", entropy.uuid().simple())
}
