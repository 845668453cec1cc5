//! A small API that does what a test tells it to, faults included, and keeps what it was asked. It serves
//! the built site too, so that the console talks to it as to its own origin.

use crate::harness::project;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What it does with a request.
#[derive(Clone)]
pub enum Reply {
    /// A status and a JSON body.
    Json(u16, Value),
    /// A status and a body of any kind.
    Text(u16, &'static str),
    /// Breaks the connection before it has read what is asked: nothing happened.
    CutBefore,
    /// Reads it all, keeps it, and breaks the connection without an answer.
    CutAfter,
    /// Answers like this once the test lets it (`release`).
    Held(Box<Reply>),
    /// 429, and to be asked again after so many seconds.
    TooMany(u32),
    /// Status 200 and a body of this type.
    Typed(&'static str, String),
    /// A build's log: those of these entries that lie in the window that is asked for.
    Log(Vec<Value>),
    /// Status 200 and JSON that comes in parts.
    Parts(Vec<Part>),
}

/// A part of an answer that is sent as it comes into being.
#[derive(Clone)]
pub enum Part {
    /// These bytes.
    Text(String),
    /// Nothing more until the test lets it (`release`).
    Wait,
    /// Breaks the connection.
    Cut,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// What stands behind the path's `?`; empty without one.
    pub query: String,
    pub body: Value,
}

type Rule = (String, String, Reply);

#[derive(Default)]
struct State {
    rules: Mutex<Vec<Rule>>,
    asked: Mutex<Vec<Asked>>,
    release: Notify,
    /// How many seconds its clock is ahead of this machine's.
    ahead: AtomicI64,
}

/// The API. What no rule is for is 404, as an API with only some calls answers.
#[derive(Clone)]
pub struct Api {
    pub address: String,
    state: Arc<State>,
}

impl Api {
    /// Starts it with the built site.
    pub async fn start() -> Self {
        Self::host(project("dist"), "/").await
    }

    /// Starts it with a site below this path. Like a host of static files it knows no pages, only files
    /// and the site's 404 page.
    pub async fn host(site: PathBuf, base: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let api = Self {
            address: format!("http://{}", listener.local_addr().expect("an address")),
            state: Arc::default(),
        };
        let state = api.state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, state.clone(), site.clone(), base));
            }
        });
        api
    }

    /// From now on, its clock is so many seconds ahead of this machine's.
    pub fn set_ahead(&self, seconds: i64) {
        self.state.ahead.store(seconds, Ordering::Relaxed);
    }

    /// From now on, answers this method and path so. A path with a query is for just that query; one
    /// without, for all others.
    pub fn on(&self, method: &str, path: &str, reply: Reply) {
        let mut rules = self.state.rules.lock().expect("rules");
        rules.retain(|rule| (rule.0.as_str(), rule.1.as_str()) != (method, path));
        rules.push((method.to_owned(), path.to_owned(), reply));
    }

    /// Lets held answers go.
    pub fn release(&self) {
        self.state.release.notify_one();
    }

    /// Lets all answers go that are held now.
    pub fn release_all(&self) {
        self.state.release.notify_waiters();
    }

    /// The requests of this method and path that arrived so far.
    pub fn asked(&self, method: &str, path: &str) -> Vec<Asked> {
        let asked = self.state.asked.lock().expect("requests");
        let is = |one: &&Asked| one.method == method && one.path == path;
        asked.iter().filter(is).cloned().collect()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>, site: PathBuf, base: &str) -> Option<()> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut part = [0; 16_384];
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut words = head.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    // The console's library ends a query with one `&` more, which says nothing.
    let target = target.trim_end_matches('&');
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let rule = {
        let rules = state.rules.lock().expect("rules");
        let is = |rule: &Rule, asked: &str| rule.0 == method && rule.1 == asked;
        let exact = rules.iter().find(|rule| is(rule, target));
        let any = || rules.iter().find(|rule| is(rule, &path));
        exact.or_else(any).map(|rule| rule.2.clone())
    };
    if matches!(rule, Some(Reply::CutBefore)) {
        return None;
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse::<usize>().ok());
    while bytes.len() < end + length.unwrap_or(0) {
        let mut part = [0; 16_384];
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
    }
    let body = serde_json::from_slice(&bytes[end..]).unwrap_or(Value::Null);
    let is_api = path.starts_with("/v1/");
    if is_api {
        let asked = Asked {
            method,
            path: path.clone(),
            query: query.clone(),
            body,
        };
        state.asked.lock().expect("requests").push(asked);
    }
    let reply = match rule {
        Some(Reply::Held(reply)) => {
            state.release.notified().await;
            Some(*reply)
        }
        reply => reply,
    };
    let mut more = String::new();
    if let Some(Reply::TooMany(seconds)) = reply {
        more = format!("retry-after: {seconds}\r\n");
    }
    let date = chrono::Utc::now() + chrono::TimeDelta::seconds(state.ahead.load(Ordering::Relaxed));
    let date = date.format("%a, %d %b %Y %H:%M:%S GMT");
    let (status, kind, body) = match reply {
        Some(Reply::TooMany(_)) => (429, "application/json", Vec::new()),
        Some(Reply::Json(status, body)) => (status, "application/json", body.to_string().into()),
        Some(Reply::Text(status, body)) => (status, "text/plain", body.as_bytes().to_vec()),
        Some(Reply::Typed(kind, body)) => (200, kind, body.into_bytes()),
        Some(Reply::Log(entries)) => (200, "application/json", window(entries, &query)),
        Some(Reply::Parts(parts)) => return send(stream, parts, &state).await,
        Some(_) => return None,
        None if is_api => (404, "application/json", Vec::new()),
        None => file(&path, &site, base),
    };
    let head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ndate: {date}\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&body).await.ok()
}

/// The entries between `start_time` and `end_time`, both included; an entry without a time has that of the
/// one before it.
fn window(entries: Vec<Value>, query: &str) -> Vec<u8> {
    let bound = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(key, _)| *key == name);
        found.next().and_then(|(_, time)| time.parse::<i64>().ok())
    };
    let (start, end) = (bound("start_time"), bound("end_time"));
    let mut time = None;
    let inside = |entry: &Value| {
        time = entry["time"].as_i64().or(time);
        let from = start.is_none_or(|start| time.is_some_and(|time| time >= start));
        from && end.is_none_or(|end| time.is_some_and(|time| time <= end))
    };
    let entries = entries.into_iter().filter(inside).collect::<Vec<_>>();
    Value::from(entries).to_string().into_bytes()
}

/// Sends a body in chunks; a cut leaves it without its end.
async fn send(mut stream: TcpStream, parts: Vec<Part>, state: &State) -> Option<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.ok()?;
    for part in parts {
        match part {
            Part::Text(text) => {
                let chunk = format!("{:x}\r\n{text}\r\n", text.len());
                stream.write_all(chunk.as_bytes()).await.ok()?;
            }
            Part::Wait => state.release.notified().await,
            Part::Cut => return None,
        }
    }
    stream.write_all(b"0\r\n\r\n").await.ok()
}

fn file(path: &str, site: &std::path::Path, base: &str) -> (u16, &'static str, Vec<u8>) {
    let file = path.strip_prefix(base).map(|file| site.join(file));
    let (status, file) = match file.filter(|file| file.is_file()) {
        Some(file) => (200, file),
        None => (404, site.join("404.html")),
    };
    let kind = match file.extension().and_then(|kind| kind.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/json",
    };
    (status, kind, std::fs::read(&file).unwrap_or_default())
}
