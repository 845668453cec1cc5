//! A scriptable API on axum: it answers as a test tells it to, faults included, and records what it
//! received. It serves the built site too, so that the console talks to it as to its own origin.

use crate::support::project;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::serve::ListenerExt;
use futures_util::stream::{self, StreamExt};
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The reaction of the API to a request.
#[derive(Clone)]
pub enum Reply {
    /// Answers with a status and a JSON body.
    Json(u16, Value),
    /// Answers with a status and a text.
    Text(u16, &'static str),
    /// Closes the connection before the request's body is read; the request is not recorded.
    CutBefore,
    /// Reads and records the request, then closes the connection without an answer.
    CutAfter,
    /// Answers like this once the test calls [`Api::release`].
    Held(Box<Reply>),
    /// Answers 429 with `Retry-After`, in seconds.
    TooMany(u32),
    /// Answers 200 with a body of this content type.
    Typed(&'static str, Bytes),
    /// The same, which a browser may keep for a year without asking again.
    Kept(&'static str, Bytes),
    /// Answers 200 with the entries of a build's log that lie in the requested window.
    Log(Vec<Value>),
    /// Answers 200 with JSON that is sent part by part.
    Parts(Vec<Part>),
    /// Answers 200 with a file.
    File(PathBuf),
    /// Answers like this with an ETag, or 304 to a request that has it.
    Tagged(&'static str, Box<Reply>),
}

/// A part of a body that is sent as it is made.
#[derive(Clone)]
pub enum Part {
    /// Sends these bytes.
    Text(String),
    /// Sends nothing more until the test calls [`Api::release`].
    Wait,
    /// Closes the connection.
    Cut,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    /// The text after the path's `?`; empty without one.
    pub query: String,
    /// The `Authorization` header; empty without one.
    pub authorization: String,
    /// The `If-None-Match` header; empty without one.
    pub if_none_match: String,
    /// `Null` where the body is not JSON.
    pub body: Value,
}

struct Rule {
    method: String,
    target: String,
    reply: Reply,
}

/// Answers requests that no rule is for; `None` leaves them to the site's files.
type Fallback = Box<dyn Fn(&Received) -> Option<Reply> + Send + Sync>;

struct Shared {
    site: PathBuf,
    base: &'static str,
    rules: Mutex<Vec<Rule>>,
    fallback: Mutex<Option<Fallback>>,
    received: Mutex<Vec<Received>>,
    /// The paths of the requests for files of the site.
    files: Mutex<Vec<String>>,
    release: Notify,
    seconds_ahead: AtomicI64,
    is_fast: AtomicBool,
    is_down: AtomicBool,
}

/// The API. A call that no rule is for is 404, as at an API that has only some of the calls.
#[derive(Clone)]
pub struct Api {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    shared: Arc<Shared>,
}

impl Api {
    /// Starts it with the built site.
    pub async fn start() -> Self {
        Self::host(project("dist"), "/").await
    }

    /// Starts it with a site below the path `base`. Like a host of static files it knows no pages, only
    /// files and the site's 404 page.
    pub async fn host(site: PathBuf, base: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            site,
            base,
            rules: Mutex::default(),
            fallback: Mutex::default(),
            received: Mutex::default(),
            files: Mutex::default(),
            release: Notify::new(),
            seconds_ahead: AtomicI64::new(0),
            is_fast: AtomicBool::new(false),
            is_down: AtomicBool::new(false),
        });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("no delay"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    #[allow(dead_code, reason = "the bench uses it")]
    /// From now on connections stay open between requests, and nothing is cached: for measurements.
    /// Without this each connection is closed after its answer, because a browser repeats a request by
    /// itself when a connection that it reuses is cut, which would hide the fault from the console.
    pub fn serve_fast(&self) {
        self.shared.is_fast.store(true, Ordering::Relaxed);
    }

    /// Closes each connection without an answer, those for files of the site too, until it is up again.
    pub fn set_down(&self, is_down: bool) {
        self.shared.is_down.store(is_down, Ordering::Relaxed);
    }

    /// Sets the clock this many seconds ahead of this machine's.
    pub fn set_ahead(&self, seconds: i64) {
        self.shared.seconds_ahead.store(seconds, Ordering::Relaxed);
    }

    /// Answers this method and path so from now on. A path with a query is for exactly that query; one
    /// without is for every other query.
    pub fn on(&self, method: &str, target: &str, reply: Reply) {
        let mut rules = self.shared.rules.lock().expect("rules");
        rules.retain(|rule| (rule.method.as_str(), rule.target.as_str()) != (method, target));
        rules.push(Rule {
            method: method.to_owned(),
            target: target.to_owned(),
            reply,
        });
    }

    /// Computes the answers to requests that no rule is for.
    pub fn otherwise(&self, fallback: impl Fn(&Received) -> Option<Reply> + Send + Sync + 'static) {
        *self.shared.fallback.lock().expect("a fallback") = Some(Box::new(fallback));
    }

    /// Releases one held answer: the next one, if none is held now.
    pub fn release(&self) {
        self.shared.release.notify_one();
    }

    /// Releases all answers that are held now.
    pub fn release_all(&self) {
        self.shared.release.notify_waiters();
    }

    /// The requests of this method and path so far. Only calls below `/v1/` are recorded.
    pub fn requests(&self, method: &str, path: &str) -> Vec<Received> {
        let received = self.shared.received.lock().expect("requests");
        let is_wanted = |request: &&Received| request.method == method && request.path == path;
        received.iter().filter(is_wanted).cloned().collect()
    }

    /// All requests so far, in their order.
    pub fn all_requests(&self) -> Vec<Received> {
        self.shared.received.lock().expect("requests").clone()
    }

    /// The paths of all requests for files so far, in their order.
    pub fn files(&self) -> Vec<String> {
        self.shared.files.lock().expect("paths").clone()
    }

    /// Waits until at least `count` requests of this method and path have arrived.
    pub async fn received(&self, method: &str, path: &str, count: usize) {
        super::eventually(&format!("{count} {method} at {path}"), async || {
            (self.requests(method, path).len() >= count).then_some(())
        })
        .await;
    }

    /// Waits until a request of this method and path has arrived whose query contains this text.
    pub async fn received_query(&self, method: &str, path: &str, text: &str) {
        super::eventually(&format!("{method} at {path} with {text}"), async || {
            let requests = self.requests(method, path);
            let mut queries = requests.iter().map(|request| &request.query);
            queries.any(|query| query.contains(text)).then_some(())
        })
        .await;
    }
}

impl Shared {
    /// The rule for exactly this query, or else the one for the path.
    fn rule(&self, request: &Received) -> Option<Reply> {
        let rules = self.rules.lock().expect("rules");
        let find = |target: &str| {
            let mut rules = rules.iter();
            rules.find(|rule| rule.method == request.method && rule.target == target)
        };
        let exact = find(&format!("{}?{}", request.path, request.query));
        Some(exact.or_else(|| find(&request.path))?.reply.clone())
    }

    fn fallback(&self, request: &Received) -> Option<Reply> {
        let fallback = self.fallback.lock().expect("a fallback");
        fallback.as_ref().and_then(|fallback| fallback(request))
    }

    /// A file of the site, or its 404 page.
    fn file(&self, path: &str) -> Response<Body> {
        let file = path
            .strip_prefix(self.base)
            .map(|file| self.site.join(file));
        match file.filter(|file| file.is_file()) {
            Some(file) => file_response(200, &file),
            None => file_response(404, &self.site.join("404.html")),
        }
    }
}

/// Answers a request and closes its connection after that.
async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let mut response = reply_to(&shared, request).await;
    let headers = response.headers_mut();
    let ahead = chrono::TimeDelta::seconds(shared.seconds_ahead.load(Ordering::Relaxed));
    let date = (chrono::Utc::now() + ahead).format("%a, %d %b %Y %H:%M:%S GMT");
    let date = HeaderValue::from_str(&date.to_string()).expect("ASCII");
    headers.insert(header::DATE, date);
    match shared.is_fast.load(Ordering::Relaxed) {
        true => headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        false => headers.insert(header::CONNECTION, HeaderValue::from_static("close")),
    };
    response
}

async fn reply_to(shared: &Arc<Shared>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let text = |name| {
        let value = head.headers.get(name);
        let text = value.and_then(|value: &HeaderValue| value.to_str().ok());
        text.unwrap_or_default().to_owned()
    };
    let mut received = Received {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        authorization: text(header::AUTHORIZATION),
        if_none_match: text(header::IF_NONE_MATCH),
        body: Value::Null,
    };
    if shared.is_down.load(Ordering::Relaxed) {
        return cut();
    }
    let rule = shared.rule(&received);
    if matches!(rule, Some(Reply::CutBefore)) {
        return cut();
    }
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    received.body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let is_call = received.path.starts_with("/v1/");
    if is_call {
        let mut all = shared.received.lock().expect("requests");
        all.push(received.clone());
    } else {
        let mut files = shared.files.lock().expect("paths");
        files.push(received.path.clone());
    }
    let reply = match rule.or_else(|| shared.fallback(&received)) {
        Some(Reply::Held(reply)) => {
            shared.release.notified().await;
            Some(*reply)
        }
        reply => reply,
    };
    match reply {
        Some(Reply::Tagged(tag, reply)) => {
            let mut response = match received.if_none_match == tag {
                true => response(304, "application/json", Body::empty()),
                false => response_of(shared, *reply, &received.query),
            };
            let headers = response.headers_mut();
            headers.insert(header::ETAG, HeaderValue::from_static(tag));
            response
        }
        Some(reply) => response_of(shared, reply, &received.query),
        None if is_call => response(404, "application/json", Body::empty()),
        None => shared.file(&received.path),
    }
}

fn response_of(shared: &Arc<Shared>, reply: Reply, query: &str) -> Response<Body> {
    const JSON: &str = "application/json";
    match reply {
        Reply::Json(status, body) => response(status, JSON, body.to_string().into()),
        Reply::Text(status, body) => response(status, "text/plain", body.into()),
        Reply::Typed(kind, body) => response(200, kind, body.into()),
        Reply::Kept(kind, body) => {
            let mut response = response(200, kind, body.into());
            let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
            response
        }
        Reply::Log(entries) => response(200, JSON, window(entries, query).into()),
        Reply::Parts(parts) => response(200, JSON, streamed(shared.clone(), parts)),
        Reply::File(path) => file_response(200, &path),
        Reply::TooMany(seconds) => {
            let mut response = response(429, JSON, Body::empty());
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
            response
        }
        Reply::CutBefore | Reply::CutAfter | Reply::Held(_) | Reply::Tagged(..) => cut(),
    }
}

fn response(status: u16, kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Closes the connection without an answer: the body fails before the head has been sent, and the head
/// waits for it.
fn cut() -> Response<Body> {
    let failure = stream::once(async { Err::<Bytes, _>(io::Error::other("cut")) });
    Response::new(Body::from_stream(failure))
}

/// A body that is sent part by part; a cut leaves it without its end.
fn streamed(shared: Arc<Shared>, parts: Vec<Part>) -> Body {
    let chunks = stream::iter(parts).filter_map(move |part| {
        let shared = shared.clone();
        async move {
            match part {
                Part::Text(text) => Some(Ok(Bytes::from(text))),
                Part::Wait => {
                    shared.release.notified().await;
                    None
                }
                Part::Cut => Some(Err(io::Error::other("cut"))),
            }
        }
    });
    Body::from_stream(chunks)
}

/// The entries between `start_time` and `end_time`, both included, as JSON. An entry without a time has
/// that of the one before it.
fn window(entries: Vec<Value>, query: &str) -> String {
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
    Value::from(entries).to_string()
}

fn file_response(status: u16, file: &Path) -> Response<Body> {
    let kind = match file.extension().and_then(|kind| kind.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/json",
    };
    response(status, kind, std::fs::read(file).unwrap_or_default().into())
}
