//! Dropbox's HTTP API, from <https://www.dropbox.com/developers/documentation/http/documentation>: calls with JSON
//! arguments below `/api/2`, content below `/content/2` with the arguments as JSON in the ASCII header
//! `Dropbox-API-Arg`, unknown arguments refused with 400, everything else that goes wrong told with 409 and
//! `error_summary`, the root named by the empty text, and cursors that stand alone in the body of `…/continue`.

mod files;

use std::sync::Mutex;

use bytes::Bytes;
use http::Response;
use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Value, json};

use super::{Request, cut};
use files::{Entry, Files};

/// The access token.
pub(crate) const TOKEN: &str = "sl.BzA5kR2f7mQ";

type Outcome = Result<Value, Reply>;

/// Starts the stand-in of an empty Dropbox.
pub(crate) async fn start() -> Vendor {
    let files = Mutex::new(Files::default());
    let script = move |seen: &Seen| {
        let mut files = files.lock().expect("no holder of this lock panics");
        answer(&mut files, &Request::of(seen))
    };
    Vendor::of_bytes(script).await
}

fn answer(files: &mut Files, request: &Request<'_>) -> Response<Bytes> {
    if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
        let error = json!({ "error_summary": "invalid_access_token/..", "error": { ".tag": "invalid_access_token" } });
        return Reply::json(401, &error).into_response();
    }
    if request.method != "POST" || request.seen.target.contains('?') {
        return bad("Error in call: this endpoint takes POST without URL parameters").into_response();
    }
    match request.path.as_slice() {
        ["content", "2", "files", "upload"] => upload(files, request).into_response(),
        ["content", "2", "files", "download"] => download(files, request),
        ["api", "2", function @ ..] => {
            let outcome = call(files, &function.join("/"), request);
            outcome.map_or_else(|refusal| refusal, |value| Reply::json(200, &value)).into_response()
        }
        _ => Reply::json(404, &json!({ "error": "unknown API function" })).into_response(),
    }
}

fn call(files: &mut Files, function: &str, request: &Request<'_>) -> Outcome {
    match function {
        "users/get_current_account" => none(request).map(|()| account()),
        "users/get_space_usage" => none(request).map(|()| {
            json!({ "used": files.used(), "allocation": { ".tag": "individual", "allocated": 2_147_483_648_u64 } })
        }),
        "files/get_metadata" => {
            let arguments = arguments(request, &["path", "include_deleted", "include_media_info"])?;
            files.at(text(&arguments, "path")?, "path").map(Entry::metadata)
        }
        "files/get_temporary_link" => {
            let arguments = arguments(request, &["path"])?;
            let entry = files.at(text(&arguments, "path")?, "path")?;
            Ok(json!({ "metadata": entry.metadata(), "link": format!("https://uc1.dl.dropboxusercontent.com/{}", entry.id) }))
        }
        "files/list_revisions" => {
            let arguments = arguments(request, &["path", "mode", "limit", "before_rev"])?;
            let entry = files.at(text(&arguments, "path")?, "path")?;
            Ok(json!({ "is_deleted": false, "entries": [entry.metadata()], "has_more": false }))
        }
        "files/delete_v2" => {
            let arguments = arguments(request, &["path", "parent_rev"])?;
            files.remove(text(&arguments, "path")?).map(|entry| json!({ "metadata": entry.metadata() }))
        }
        "files/create_folder_v2" => {
            let arguments = arguments(request, &["path", "autorename"])?;
            let mut folder = files.add(text(&arguments, "path")?, None, false)?.metadata();
            // Only where it may be either is a folder told from a file.
            folder.as_object_mut().expect("an object").remove(".tag");
            Ok(json!({ "metadata": folder }))
        }
        "files/copy_v2" | "files/move_v2" => {
            let arguments = arguments(request, &["from_path", "to_path", "autorename", "allow_ownership_transfer"])?;
            let (from, to) = (text(&arguments, "from_path")?, text(&arguments, "to_path")?);
            files.copy(from, to, function == "files/move_v2").map(|entry| json!({ "metadata": entry.metadata() }))
        }
        _ => lists(files, function, request),
    }
}

fn lists(files: &Files, function: &str, request: &Request<'_>) -> Outcome {
    match function {
        "files/list_folder" => {
            let arguments = arguments(request, &["path", "recursive", "limit", "include_deleted"])?;
            let folder = text(&arguments, "path")?;
            if folder == "/" {
                return Err(bad("Specify the root folder as an empty string rather than as \"/\"."));
            }
            let folder = if folder.is_empty() { String::new() } else { files.at(folder, "path")?.path.clone() };
            let size = size(&arguments, "limit", 2000)?;
            Ok(listed(&files.children(&folder), &format!("l|{folder}"), 0, size))
        }
        "files/search_v2" => {
            let arguments = arguments(request, &["query", "options", "match_field_options"])?;
            let options = arguments.get("options").cloned().unwrap_or_default();
            let below = options.get("path").and_then(Value::as_str).unwrap_or_default();
            let size = size(&options, "max_results", 1000)?;
            let words = text(&arguments, "query")?;
            Ok(found(&files.matches(words, below), &format!("s|{below}|{words}"), 0, size))
        }
        "files/list_folder/continue" | "files/search/continue_v2" => {
            let arguments = arguments(request, &["cursor"])?;
            let cursor = text(&arguments, "cursor")?;
            let reset = || conflict("reset/..", &json!({ ".tag": "reset" }));
            let mut parts = cursor.rsplitn(3, '#');
            let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok());
            let (Some(size), Some(from)) = (number(), number()) else {
                return Err(reset());
            };
            let what = parts.next().unwrap_or_default();
            match (function, what.split('|').collect::<Vec<_>>().as_slice()) {
                ("files/list_folder/continue", ["l", folder]) => Ok(listed(&files.children(folder), what, from, size)),
                ("files/search/continue_v2", ["s", below, words]) => {
                    Ok(found(&files.matches(words, below), what, from, size))
                }
                _ => Err(reset()),
            }
        }
        _ => Err(bad(&format!("Unknown API function: \"{function}\""))),
    }
}

fn upload(files: &mut Files, request: &Request<'_>) -> Reply {
    if request.header("content-type") != Some("application/octet-stream") {
        return bad("Bad HTTP \"Content-Type\" header. Expecting one of \"application/octet-stream\".");
    }
    let outcome =
        header_arguments(request, &["path", "mode", "autorename", "mute", "strict_conflict"]).and_then(|arguments| {
            let overwrite = match arguments.get("mode").and_then(Value::as_str) {
                None | Some("add") => false,
                Some("overwrite") => true,
                Some(other) => return Err(bad(&format!("mode: invalid value '{other}'"))),
            };
            let entry = files.add(text(&arguments, "path")?, Some(request.seen.body.clone()), overwrite)?;
            let mut metadata = entry.metadata();
            metadata.as_object_mut().expect("an object").remove(".tag");
            Ok(metadata)
        });
    outcome.map_or_else(|refusal| refusal, |metadata| Reply::json(200, &metadata))
}

fn download(files: &Files, request: &Request<'_>) -> Response<Bytes> {
    if !request.seen.body.is_empty() {
        return bad("Error in call to API function \"files/download\": unexpected body").into_response();
    }
    let found = header_arguments(request, &["path"]).and_then(|arguments| {
        let entry = files.at(text(&arguments, "path")?, "path")?;
        entry
            .content
            .clone()
            .map(|content| (content, entry.metadata()))
            .ok_or_else(|| conflict("path/not_file/..", &json!({ ".tag": "path", "path": { ".tag": "not_file" } })))
    });
    match found {
        Err(refusal) => refusal.into_response(),
        Ok((content, metadata)) => Response::builder()
            .header("content-type", "application/octet-stream")
            .header("dropbox-api-result", ascii(&metadata))
            .body(content)
            .expect("a reply that HTTP can carry"),
    }
}

/// JSON in a header: everything beyond ASCII is escaped.
fn ascii(json: &Value) -> String {
    let text = json.to_string();
    let escape = |unit: &mut u16| format!("\\u{unit:04x}");
    let one = |c: char| {
        if c.is_ascii() { c.to_string() } else { c.encode_utf16(&mut [0; 2]).iter_mut().map(escape).collect() }
    };
    text.chars().map(one).collect()
}

fn listed(rows: &[Entry], what: &str, from: usize, size: usize) -> Value {
    let (rows, next) = cut(rows, from, size);
    let entries: Vec<Value> = rows.iter().map(Entry::metadata).collect();
    let cursor = format!("{what}#{}#{size}", from + rows.len());
    json!({ "entries": entries, "cursor": cursor, "has_more": next.is_some() })
}

fn found(rows: &[Entry], what: &str, from: usize, size: usize) -> Value {
    let (rows, next) = cut(rows, from, size);
    let one = |entry: &Entry| json!({ "metadata": { ".tag": "metadata", "metadata": entry.metadata() } });
    let mut body = json!({ "matches": rows.iter().map(one).collect::<Vec<_>>(), "has_more": next.is_some() });
    if next.is_some() {
        body["cursor"] = format!("{what}#{}#{size}", from + rows.len()).into();
    }
    body
}

fn account() -> Value {
    let name = json!({ "given_name": "Ada", "surname": "Lovelace", "display_name": "Ada Lovelace" });
    json!({ "account_id": "dbid:AAH4f99", "name": name, "email": "ada@example.com", "email_verified": true })
}

/// A call without arguments takes no body and says nothing of its type, or sends `null` as JSON.
fn none(request: &Request<'_>) -> Result<(), Reply> {
    match (request.header("content-type"), request.seen.body.as_ref()) {
        (None, b"") | (Some("application/json"), b"null") => Ok(()),
        _ => Err(bad("Error in call: request body: expected null")),
    }
}

fn arguments(request: &Request<'_>, known: &[&str]) -> Outcome {
    let Some(arguments) = request.object() else {
        return Err(bad("Bad HTTP \"Content-Type\" header or a body that is no JSON object"));
    };
    strict(Value::Object(arguments), known)
}

fn header_arguments(request: &Request<'_>, known: &[&str]) -> Outcome {
    let arguments = request.header("dropbox-api-arg").and_then(|text| serde_json::from_str(text).ok());
    arguments.map_or_else(
        || Err(bad("HTTP header \"Dropbox-API-Arg\": could not decode input as JSON")),
        |it| strict(it, known),
    )
}

fn strict(arguments: Value, known: &[&str]) -> Outcome {
    let names = arguments.as_object().map(|all| all.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(bad(&format!("request body: unknown field '{name}'"))),
        None => Ok(arguments),
    }
}

fn text<'a>(arguments: &'a Value, name: &str) -> Result<&'a str, Reply> {
    arguments
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| bad(&format!("request body: missing required field '{name}'")))
}

fn size(arguments: &Value, name: &str, most: usize) -> Result<usize, Reply> {
    let Some(given) = arguments.get(name) else {
        return Ok(most);
    };
    let number = given.as_u64().and_then(|number| usize::try_from(number).ok());
    number
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| bad(&format!("{name}: expected an integer to {most}")))
}

/// A call in the wrong form; told as text.
fn bad(message: &str) -> Reply {
    let headers = vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())];
    Reply { status: 400, headers, body: message.to_owned() }
}

fn conflict(summary: &str, error: &Value) -> Reply {
    Reply::json(409, &json!({ "error_summary": summary, "error": error }))
}
