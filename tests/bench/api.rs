//! The bench's API: one kind of build, whose log has as many lines as its id says. Beside it the built site
//! and the baseline's page.

use crate::generator::{START, log};
use crate::support::api::Received;
use crate::support::{Api, Reply, project};
use axum::body::Bytes;
use serde_json::{Value, json};
use slipway_api::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The id of the build whose log has this many lines.
pub fn build_id(lines: usize) -> String {
    format!("00000000-0000-4000-8000-{lines:012}")
}

/// The logs made so far, by their number of lines.
type Logs = Mutex<HashMap<usize, Bytes>>;

/// The content of the server's answers.
#[derive(Default)]
struct Content {
    logs: Logs,
    /// Runs before the console's own scripts; empty for none.
    first_script: Mutex<String>,
}

/// The server, which lives as long as the process.
pub struct BenchServer {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    content: Arc<Content>,
}

/// The path of the script that runs before the console's own.
const FIRST_SCRIPT: &str = "/first-script.js";

impl BenchServer {
    /// Starts it.
    pub async fn start() -> Self {
        let api = Api::start().await;
        api.serve_fast();
        let content: Arc<Content> = Arc::default();
        let of_api = content.clone();
        api.otherwise(move |request| answer(request, &of_api));
        Self {
            address: api.address,
            content,
        }
    }

    /// Runs a script before the console's own in each of its pages; none with an empty one. In any engine, and without a
    /// proxy.
    pub fn run_first(&self, script: &str) {
        *self.content.first_script.lock().expect("a script") = script.to_owned();
    }

    /// The body of a log, made if it is not there yet.
    pub fn body(&self, lines: usize) -> Bytes {
        body_of(&self.content.logs, lines)
    }

    /// Drops a log.
    pub fn forget(&self, lines: usize) {
        self.content.logs.lock().expect("logs").remove(&lines);
    }
}

fn body_of(logs: &Logs, lines: usize) -> Bytes {
    let mut logs = logs.lock().expect("logs");
    logs.entry(lines)
        .or_insert_with(|| log(lines, lines as u64).into())
        .clone()
}

fn answer(request: &Received, content: &Content) -> Option<Reply> {
    if let Some(rest) = request.path.strip_prefix("/v1/builds/") {
        return build_call(rest, &request.query, &content.logs);
    }
    let baseline = project("tests/bench/baseline");
    match request.path.as_str() {
        "/baseline/" => Some(Reply::File(baseline.join("index.html"))),
        "/baseline/baseline.js" => Some(Reply::File(baseline.join("baseline.js"))),
        "/empty" => {
            let page = "<!DOCTYPE html><title>Empty</title>";
            Some(Reply::Typed("text/html", page.into()))
        }
        FIRST_SCRIPT => {
            let script = content.first_script.lock().expect("a script").clone();
            Some(Reply::Typed("text/javascript", script.into()))
        }
        path if !path.contains('.') => Some(console_page(content)),
        _ => None,
    }
}

/// The page that all addresses of the console have.
fn console_page(content: &Content) -> Reply {
    let page = project("dist/index.html");
    if content.first_script.lock().expect("a script").is_empty() {
        return Reply::File(page);
    }
    let page = std::fs::read_to_string(page).expect("the site is built");
    let script = format!("<script src=\"{FIRST_SCRIPT}\"></script><meta");
    assert!(
        page.contains("<meta"),
        "the page has no place for the script"
    );
    Reply::Typed("text/html", page.replacen("<meta", &script, 1).into())
}

/// Answers for a build or its log.
fn build_call(path: &str, query: &str, logs: &Logs) -> Option<Reply> {
    let id = path.split('/').next()?;
    let lines = id.rsplit('-').next()?.parse().ok()?;
    if !path.ends_with("/logs") {
        return Some(Reply::Json(200, build(id)));
    }
    let from = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("start_time="))
        .and_then(|from| from.parse().ok());
    let log = entries_from(&body_of(logs, lines), from);
    Some(Reply::Typed("application/json", log))
}

/// The entries from this second on, as the API answers; all of them without one.
fn entries_from(body: &Bytes, from: Option<u64>) -> Bytes {
    let Some(from) = from else {
        return body.clone();
    };
    let mark = |time: u64| format!("\"time\":{time}}}").into_bytes();
    // Searched from the end, because the console asks for the last seconds again.
    let before = mark(from.saturating_sub(1));
    let before = body.windows(before.len()).rposition(|part| part == before);
    let rest = &body[before.unwrap_or(0)..];
    let first = mark(from);
    let at = rest.windows(first.len()).position(|part| part == first);
    let start = at.and_then(|at| rest[..at].windows(2).rposition(|two| two == b"{\""));
    match start {
        Some(start) => [b"[", &rest[start..]].concat().into(),
        None => Bytes::from_static(b"[]"),
    }
}

/// A build that has ended.
fn build(id: &str) -> Value {
    let time = |seconds: u64| Timestamp::from_millis((START + seconds) as i64 * 1000);
    json!({
        "build_id": id,
        "created_at": time(0), "started_at": time(0), "ended_at": time(3600),
        "code_repo_client": "Simple", "code_repo_path": "bench/log",
        "code_repo_type": "branch", "code_repo_type_value": "main",
        "created_by": "bench", "docker_repo_path": "bench/log", "docker_repo_tag": "latest",
        "dockerfile_location": "/", "status": "S", "auto_created": false, "step_at": 50,
        "build_node": "in", "build_context_path": "/", "is_removable": false
    })
}
