//! A client of the platform dialect that shows one `Authorization` header.

use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// The prefix that clients of the platform use.
const PREFIX: &str = "/elements/api-v2";

/// A client of one server with one set of secrets.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    root: String,
    authorization: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Client {
    /// A client of a server.
    pub fn new(root: &str, authorization: Option<String>) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self { http: http.expect("a client without TLS"), root: root.to_owned(), authorization }
    }

    /// A request to a path below the prefix.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.raw(method, &format!("{}{PREFIX}{path}", self.root))
    }

    /// A request to a whole URL.
    pub fn raw(&self, method: &str, url: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.http.request(method, url);
        match &self.authorization {
            Some(value) => request.header(AUTHORIZATION, value),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        Answer { status, headers, text: answer.text().await.expect("a whole body") }
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    /// `POST` with a JSON body
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("POST", path).json(&body)).await
    }

    /// `PUT` with a JSON body
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("PUT", path).json(&body)).await
    }

    /// `PATCH` with a JSON body
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("PATCH", path).json(&body)).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request("DELETE", path)).await
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body as JSON, of an answer that must be a success.
    ///
    /// # Panics
    /// When the status is not 200.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The message of an error, which must have a request id, the same as in the header.
    ///
    /// # Panics
    /// When the answer is no error of the dialect.
    pub fn message(&self) -> String {
        let body = self.json();
        assert!(self.status >= 400, "{body}");
        assert_eq!(body["requestId"].as_str(), self.header("elements-request-id"));
        body["message"].as_str().expect("a message").to_owned()
    }
}
