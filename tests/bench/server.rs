//! A plain server of this machine for the bench: the built site, an API with one kind of build, whose log
//! has as many lines as its id says, and the baseline's page.

use crate::generator::{START, log};
use crate::harness::project;
use slipway_api::Timestamp;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The id of the build whose log has so many lines.
pub fn build_id(lines: usize) -> String {
    format!("00000000-0000-4000-8000-{lines:012}")
}

/// Logs that were made, by their length.
type Logs = Mutex<HashMap<usize, Arc<Vec<u8>>>>;

/// The server, which lives as long as the process.
pub struct BenchServer {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    logs: Arc<Logs>,
}

impl BenchServer {
    /// Starts it.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let logs: Arc<Logs> = Arc::default();
        let of_threads = logs.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let logs = of_threads.clone();
                std::thread::spawn(move || serve(stream, &logs));
            }
        });
        Self { address, logs }
    }

    /// Makes a log before it is asked for, and says how many bytes it has.
    pub fn prepare(&self, lines: usize) -> usize {
        held(&self.logs, lines).len()
    }

    /// The body of a log.
    pub fn body(&self, lines: usize) -> Arc<Vec<u8>> {
        held(&self.logs, lines)
    }

    /// Lets go of a log.
    pub fn forget(&self, lines: usize) {
        self.logs.lock().expect("logs").remove(&lines);
    }
}

fn held(logs: &Logs, lines: usize) -> Arc<Vec<u8>> {
    let mut logs = logs.lock().expect("logs");
    logs.entry(lines)
        .or_insert_with(|| Arc::new(log(lines, lines as u64)))
        .clone()
}

/// Answers the requests of one connection, one after the other.
fn serve(stream: TcpStream, logs: &Logs) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let mut target = None;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim_end().is_empty() {
                break;
            }
            let words = line.split_whitespace().nth(1).map(str::to_owned);
            target = target.or(words);
        }
        let target = target?;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let (status, kind, body) = answer(path, query, logs);
        write!(
            writer,
            "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\r\n",
            body.len()
        )
        .ok()?;
        writer.write_all(&body).ok()?;
    }
}

type Answer = (u16, &'static str, Arc<Vec<u8>>);

fn answer(path: &str, query: &str, logs: &Logs) -> Answer {
    let json =
        |value: serde_json::Value| (200, "application/json", Arc::new(value.to_string().into()));
    if let Some(rest) = path.strip_prefix("/v1/builds/") {
        let id = rest.split('/').next().unwrap_or_default();
        let lines = id.rsplit('-').next().and_then(|lines| lines.parse().ok());
        let Some(lines) = lines else {
            return (404, "application/json", Arc::default());
        };
        if !rest.ends_with("/logs") {
            return json(build(id));
        }
        // What comes after the last second of the log is its last second again, which is not much.
        let from = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("start_time="))
            .and_then(|from| from.parse().ok());
        return (200, "application/json", part(&held(logs, lines), from));
    }
    match path {
        "/baseline/" | "/baseline/baseline.js" => {
            let name = path.trim_start_matches("/baseline/");
            let name = if name.is_empty() { "index.html" } else { name };
            let file = project("tests/bench/baseline").join(name);
            (
                200,
                kind(&file),
                Arc::new(std::fs::read(file).unwrap_or_default()),
            )
        }
        "/empty" => (
            200,
            "text/html",
            Arc::new(b"<!DOCTYPE html><title>Empty</title>".to_vec()),
        ),
        path => {
            let file = project("dist").join(path.trim_start_matches('/'));
            let file = if file.is_file() {
                file
            } else {
                project("dist/index.html")
            };
            (
                200,
                kind(&file),
                Arc::new(std::fs::read(&file).unwrap_or_default()),
            )
        }
    }
}

/// The entries from this second on, as the API answers; all without one.
fn part(body: &Arc<Vec<u8>>, from: Option<u64>) -> Arc<Vec<u8>> {
    let Some(from) = from else {
        return body.clone();
    };
    let mark = |time: u64| format!("\"time\":{time}}}").into_bytes();
    // From the end, for it is the last seconds that are asked for.
    let before = mark(from.saturating_sub(1));
    let before = body.windows(before.len()).rposition(|part| part == before);
    let rest = &body[before.unwrap_or(0)..];
    let first = mark(from);
    let at = rest.windows(first.len()).position(|part| part == first);
    let start = at.and_then(|at| rest[..at].windows(2).rposition(|two| two == b"{\""));
    match start {
        Some(start) => Arc::new([b"[", &rest[start..]].concat()),
        None => Arc::new(b"[]".to_vec()),
    }
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|kind| kind.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/json",
    }
}

/// A build that has ended.
fn build(id: &str) -> serde_json::Value {
    let time = |seconds: u64| Timestamp::from_millis((START + seconds) as i64 * 1000);
    serde_json::json!({
        "build_id": id,
        "created_at": time(0), "started_at": time(0), "ended_at": time(3600),
        "code_repo_client": "Simple", "code_repo_path": "bench/log",
        "code_repo_type": "branch", "code_repo_type_value": "main",
        "created_by": "bench", "docker_repo_path": "bench/log", "docker_repo_tag": "latest",
        "dockerfile_location": "/", "status": "S", "auto_created": false, "step_at": 50,
        "build_node": "in", "build_context_path": "/", "is_removable": false
    })
}
