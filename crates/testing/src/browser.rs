//! A real browser without a window, told what to do by a test. `counterparts/browser.mjs` carries the orders out.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

use crate::counterparts;

/// Where Debian puts the browser.
const PROGRAM: &str = "/usr/bin/chromium";
const DRIVER: &str = include_str!("../../../counterparts/browser.mjs");
/// How often, and how long between, a closing browser is asked whether it is gone.
const CLOSING: (u32, Duration) = (100, Duration::from_millis(50));

/// A browser. It closes when this value and all its pages are gone.
#[derive(Clone, Debug)]
pub struct Browser {
    driver: Arc<Driver>,
}

/// A page of one person. Every wait ends after 30 seconds.
///
/// Its methods panic when the browser cannot do what it is told: no such element, no such address.
#[derive(Debug)]
pub struct Page {
    driver: Arc<Driver>,
    number: u64,
}

#[derive(Debug)]
struct Driver {
    pipes: Mutex<Pipes>,
    /// Profile, home and temporary files of the browser.
    _folder: TempDir,
}

#[derive(Debug)]
struct Pipes {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// Starts a browser.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut child = Command::new("node")
            .args(["--input-type=module", "-e", DRIVER, PROGRAM])
            .current_dir(counterparts().join("node"))
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let pipes = Mutex::new(Pipes { child, orders, answers });
        Self { driver: Arc::new(Driver { pipes, _folder: folder }) }
    }

    /// An empty page of a new person, who shares no cookies with anybody.
    pub async fn page(&self) -> Page {
        let number = self.driver.carry_out(json!({ "do": "person" })).await;
        Page { driver: Arc::clone(&self.driver), number: number.as_u64().expect("a number") }
    }
}

impl Page {
    /// Another empty page of the same person.
    pub async fn tab(&self) -> Self {
        let number = self.order("tab", json!({})).await;
        Self { driver: Arc::clone(&self.driver), number: number.as_u64().expect("a number") }
    }

    /// Goes to an address and waits until the page is there; its status after redirects.
    pub async fn goto(&self, url: &str) -> u16 {
        let status = self.order("goto", json!({ "url": url })).await;
        status.as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status")
    }

    /// Writes into the field that a CSS selector finds.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.order("fill", json!({ "selector": selector, "text": text })).await;
    }

    /// Clicks what a CSS selector finds. What the click leads to has to be waited for.
    pub async fn click(&self, selector: &str) {
        self.order("click", json!({ "selector": selector })).await;
    }

    /// Waits until a CSS selector finds something that can be seen.
    pub async fn wait_for(&self, selector: &str) {
        self.order("wait_for", json!({ "selector": selector })).await;
    }

    /// Waits for an address that begins so; the whole address.
    pub async fn wait_for_url(&self, prefix: &str) -> String {
        text(self.order("wait_for_url", json!({ "prefix": prefix })).await)
    }

    /// The address.
    pub async fn url(&self) -> String {
        text(self.order("url", json!({})).await)
    }

    /// The text that a person reads.
    pub async fn text(&self) -> String {
        text(self.order("text", json!({})).await)
    }

    /// The page as HTML.
    pub async fn html(&self) -> String {
        text(self.order("html", json!({})).await)
    }

    /// The person's cookies, each with `name`, `value`, `domain`, `path`, `httpOnly`, `secure` and `sameSite`.
    pub async fn cookies(&self) -> Vec<Value> {
        list(self.order("cookies", json!({})).await)
    }

    /// What a JavaScript expression says in the page.
    pub async fn evaluate(&self, script: &str) -> Value {
        self.order("evaluate", json!({ "script": script })).await
    }

    /// What the page complained about on its console so far: errors, and what a content policy refused.
    pub async fn complaints(&self) -> Vec<Value> {
        list(self.order("complaints", json!({})).await)
    }

    /// Saves a picture of the whole page as PNG.
    pub async fn screenshot(&self, path: &Path) {
        self.order("screenshot", json!({ "path": path })).await;
    }

    async fn order(&self, name: &str, mut order: Value) -> Value {
        order["do"] = json!(name);
        order["page"] = json!(self.number);
        self.driver.carry_out(order).await
    }
}

impl Driver {
    /// Hands one order over and waits for what came of it.
    async fn carry_out(&self, order: Value) -> Value {
        let mut pipes = self.pipes.lock().await;
        let line = format!("{order}\n");
        let orders = pipes.orders.as_mut().expect("orders are taken until the end");
        orders.write_all(line.as_bytes()).await.expect("the browser runs");
        let answer = pipes.answers.next_line().await.expect("the browser runs").expect("the browser was started");
        let mut answer: Value = serde_json::from_str(&answer).expect("an answer in JSON");
        assert!(answer["error"].is_null(), "{order}: {}", answer["error"].as_str().unwrap_or_default());
        answer["ok"].take()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The browser ends with its orders, and must be gone before its folder goes. One that stays is killed.
        let pipes = self.pipes.get_mut();
        pipes.orders = None;
        let (times, pause) = CLOSING;
        for _ in 0..times {
            if !matches!(pipes.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(pause);
        }
    }
}

fn text(value: Value) -> String {
    serde_json::from_value(value).expect("text")
}

fn list(value: Value) -> Vec<Value> {
    serde_json::from_value(value).expect("a list")
}
