//! nginx as a provider of files: lengths, ranges, compression, uploads.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use keyway_testing::{Client, Counterpart, TestServer, free_port};
use reqwest::header::HeaderMap;
use serde_json::json;
use tempfile::TempDir;

use crate::setup::{Caller, Instance, curl, provision};

/// 256 MiB, of which only the end takes room on the disk.
pub(crate) const LARGE: u64 = 256 << 20;
/// What stands at the end of the large file.
const END: &[u8] = b"the very last bytes";
const TOKEN: &str = "token-for-nginx";

const SETTINGS: &str = "
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events { worker_connections 64; }
http {
    log_format told '$request_method $uri $status $body_bytes_sent $http_authorization';
    access_log {folder}/access.log told;
    client_body_temp_path {folder}/temporary;
    proxy_temp_path {folder}/temporary;
    fastcgi_temp_path {folder}/temporary;
    uwsgi_temp_path {folder}/temporary;
    scgi_temp_path {folder}/temporary;
    client_max_body_size 0;
    types { application/json json; }
    server {
        listen 127.0.0.1:{port};
        root {folder}/files;
        gzip on;
        gzip_min_length 1;
        gzip_types application/json;
        location /slow/ { alias {folder}/files/; limit_rate 64k; }
        location /upload/ { dav_methods PUT; }
    }
}
";

/// A server with an instance of an nginx.
pub(crate) struct Lab {
    pub(crate) server: TestServer,
    nginx: Counterpart,
    pub(crate) instance: Instance,
    folder: TempDir,
}

impl Lab {
    pub(crate) async fn start() -> Self {
        let (server, folder, port) = (TestServer::start(), TempDir::new().expect("a folder"), free_port());
        fs::create_dir_all(folder.path().join("files/upload")).expect("folders");
        write_large(&folder.path().join("files/large.bin"));
        let path = folder.path().to_str().expect("a path in UTF-8");
        let settings = SETTINGS.replace("{folder}", path).replace("{port}", &port.to_string());
        fs::write(folder.path().join("nginx.conf"), settings).expect("settings");
        let installed = Path::new("/usr/sbin/nginx");
        let program = if installed.exists() { installed } else { Path::new("nginx") };
        let nginx = Counterpart::start(program, &["-e", "stderr", "-p", path, "-c", "nginx.conf"], folder.path(), port);
        let configuration = json!({ "authentication.type": "bearer", "token": TOKEN, "base.url": nginx.url() });
        let instance = provision(&server, "http", &configuration).await;
        Self { server, nginx, instance, folder }
    }

    pub(crate) fn caller(&self) -> Caller {
        self.instance.caller(&self.server)
    }

    /// A file below the root.
    pub(crate) fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("files").join(name)
    }

    /// The requests that nginx has finished, a line each.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("access.log")).expect("a log")
    }

    /// The same request to nginx itself and through Keyway.
    async fn both(&self, path: &str, headers: &[(&str, &str)]) -> [Part; 2] {
        let direct = Client::new(&self.nginx.url(), None);
        let requests = [direct.raw("GET", &format!("{}{path}", self.nginx.url())), self.caller().request("GET", path)];
        let mut parts = Vec::new();
        for mut request in requests {
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            parts.push(Part::of(request).await);
        }
        parts.try_into().expect("two answers")
    }
}

/// What a provider says of a part of a file.
#[derive(Debug, PartialEq)]
struct Part {
    status: u16,
    headers: Vec<Option<String>>,
    body: Vec<u8>,
}

impl Part {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let headers = kept(answer.headers());
        Self { status, headers, body: answer.bytes().await.expect("a whole body").to_vec() }
    }
}

/// The headers that say which bytes these are.
fn kept(headers: &HeaderMap) -> Vec<Option<String>> {
    let names = [
        "content-length",
        "content-range",
        "content-encoding",
        "content-type",
        "accept-ranges",
        "etag",
        "last-modified",
        "vary",
    ];
    let text = |name| headers.get(name).map(|value| value.to_str().expect("text").to_owned());
    names.into_iter().map(text).collect()
}

fn write_large(path: &Path) {
    let mut file = File::create(path).expect("a file");
    file.set_len(LARGE).expect("a sparse file");
    let end = i64::try_from(END.len()).expect("a short text");
    file.seek(SeekFrom::End(-end)).expect("its end");
    file.write_all(END).expect("room for its end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_comes_through_whole() {
    let lab = Lab::start().await;
    let mut answer = lab.caller().request("GET", "/large.bin").send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.content_length()), (200, Some(LARGE)));
    let (mut length, mut last) = (0, Vec::new());
    while let Some(piece) = answer.chunk().await.expect("no break") {
        length += piece.len() as u64;
        last.extend_from_slice(&piece[piece.len().saturating_sub(END.len())..]);
        last.drain(..last.len().saturating_sub(END.len()));
    }
    assert_eq!((length, last.as_slice()), (LARGE, END));
    assert!(lab.log().contains(&format!("GET /large.bin 200 {LARGE} Bearer {TOKEN}\n")), "{}", lab.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_file_come_as_the_provider_cuts_them() {
    let lab = Lab::start().await;
    let last = LARGE - 1;
    let cases = [
        ("bytes=0-3".to_owned(), 206, Some(format!("bytes 0-3/{LARGE}")), [0; 4].to_vec()),
        ("bytes=-5".to_owned(), 206, Some(format!("bytes {}-{last}/{LARGE}", LARGE - 5)), b"bytes".to_vec()),
        (format!("bytes={last}-"), 206, Some(format!("bytes {last}-{last}/{LARGE}")), b"s".to_vec()),
    ];
    for (range, status, content_range, body) in cases {
        let [direct, through] = lab.both("/large.bin", &[("range", &range)]).await;
        let seen = (through.status, through.headers[1].clone(), through.body.clone());
        assert_eq!(seen, (status, content_range, body), "{range}");
        assert_eq!(direct, through, "{range}");
    }
    let [direct, beyond] = lab.both("/large.bin", &[("range", &format!("bytes={LARGE}-"))]).await;
    assert_eq!((beyond.status, beyond.headers[1].clone()), (416, Some(format!("bytes */{LARGE}"))));
    assert_eq!(direct, beyond);
    let etag = etag_of_large(&lab).await;
    let [direct, same] = lab.both("/large.bin", &[("range", "bytes=-4"), ("if-range", &etag)]).await;
    assert_eq!((same.status, same.body.as_slice()), (206, b"ytes".as_slice()));
    assert_eq!(direct, same);
}

/// The validator of the large file.
async fn etag_of_large(lab: &Lab) -> String {
    let answer = lab.caller().call("HEAD", "/large.bin").await;
    assert_eq!((answer.status, answer.header("content-length")), (200, Some(LARGE.to_string().as_str())));
    answer.header("etag").expect("an ETag").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_parts_at_once_keep_their_borders() {
    let lab = Lab::start().await;
    let [_, parts] = lab.both("/large.bin", &[("range", "bytes=0-1,-4")]).await;
    let kind = parts.headers[3].as_deref().expect("a content type");
    let border = kind.strip_prefix("multipart/byteranges; boundary=").expect("several parts");
    let text = String::from_utf8(parts.body).expect("text");
    let pieces: Vec<&str> = text.split(&format!("--{border}")).collect();
    assert_eq!((parts.status, pieces.len()), (206, 4), "{text:?}");
    assert!(pieces[2].ends_with("\r\n\r\nytes\r\n"), "{text:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_bytes_pass_untouched() {
    let lab = Lab::start().await;
    let text = json!((0..20_000).collect::<Vec<u32>>()).to_string();
    fs::write(lab.file("numbers.json"), &text).expect("a file");
    let [direct, through] = lab.both("/numbers.json", &[("accept-encoding", "gzip")]).await;
    assert_eq!(direct, through);
    assert_eq!((through.headers[2].as_deref(), &through.body[..2]), (Some("gzip"), [0x1f, 0x8b].as_slice()));
    let [direct, plain] = lab.both("/numbers.json", &[]).await;
    assert_eq!(direct, plain);
    assert_eq!((plain.headers[2].as_deref(), plain.body.as_slice()), (None, text.as_bytes()));
    let token = format!("Authorization: Element {}", lab.instance.token);
    let url = format!("{}/proxy/numbers.json", lab.server.url());
    assert_eq!(curl(&["--compressed", "-H", &token, &url]).await, (text, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_arrive_whole_with_and_without_a_known_length() {
    let lab = Lab::start().await;
    let token = format!("Authorization: Element {}", lab.instance.token);
    let file = lab.file("large.bin");
    let file = file.to_str().expect("a path in UTF-8");
    for (name, chunked) in [("known", false), ("chunked", true)] {
        let url = format!("{}/proxy/upload/{name}", lab.server.url());
        let mut arguments = vec!["-T", file, "-H", token.as_str(), "-w", "%{http_code}", url.as_str()];
        if chunked {
            arguments.extend(["-H", "Transfer-Encoding: chunked"]);
        }
        assert_eq!(curl(&arguments).await, ("201".to_owned(), 0), "{name}");
        let kept = fs::metadata(lab.file("upload").join(name)).expect("an uploaded file");
        assert_eq!(kept.len(), LARGE, "{name}");
        fs::remove_file(lab.file("upload").join(name)).expect("room for the next");
    }
}
