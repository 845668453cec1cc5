//! A web server with git repositories, for tests of what the server asks of a host.

use crate::support::*;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sha2::Digest;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::Command;

/// The `Authorization` header of `me` with the password `hunter22`.
const LOGIN: &str = "Basic bWU6aHVudGVyMjI=";

/// A web server on loopback with the git repositories of a folder. `/to/URL` redirects to the URL, and `/locked/…` has
/// the same repositories for the user `me` with the password `hunter22`.
pub(crate) struct Web {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    large: Arc<Mutex<LargeFiles>>,
    task: tokio::task::JoinHandle<()>,
}

/// The git-lfs files of a web server.
#[derive(Default)]
struct LargeFiles {
    /// The URL that their ids are put behind.
    base: String,
    /// By the SHA-256 of what they should be.
    contents: HashMap<String, String>,
}

impl Web {
    pub(crate) async fn start(root: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let large = Arc::new(Mutex::new(LargeFiles {
            base: format!("http://localhost:{port}/large/"),
            ..LargeFiles::default()
        }));
        let kept = large.clone();
        let answer = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            log.lock().unwrap().push(uri.path().to_owned());
            let target = uri.to_string();
            let is_locked = uri.path().starts_with("/locked/");
            if is_locked
                && headers
                    .get(header::AUTHORIZATION)
                    .is_none_or(|login| login != LOGIN)
            {
                let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"git\"")];
                return (StatusCode::UNAUTHORIZED, ask).into_response();
            }
            if let Some(response) = large_files(&kept.lock().unwrap(), uri.path(), &body) {
                return response;
            }
            match target.strip_prefix("/to/") {
                Some(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
                None => serve_git(&root, &method, &uri, &headers, &body).await,
            }
        };
        let router = Router::new().fallback(answer);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            port,
            asked,
            large,
            task,
        }
    }

    /// Has this content for the pointer of another one, and returns the pointer.
    pub(crate) fn large_file(&self, content: &str, wanted: &str) -> String {
        let id = sha2::Sha256::digest(wanted.as_bytes());
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut large = self.large.lock().unwrap();
        large.contents.insert(id.clone(), content.to_owned());
        let size = wanted.len();
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize {size}\n")
    }

    /// Says from now on that its git-lfs files are below another URL.
    pub(crate) fn send_for_large_files(&self, base: &str) {
        base.clone_into(&mut self.large.lock().unwrap().base);
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers a request for git-lfs files; `None` if it is none.
fn large_files(large: &LargeFiles, path: &str, body: &[u8]) -> Option<Response> {
    if let Some(id) = path.strip_prefix("/large/") {
        return large
            .contents
            .get(id)
            .map(|content| content.clone().into_response());
    }
    if !path.ends_with("/info/lfs/objects/batch") {
        return None;
    }
    let question: Value = serde_json::from_slice(body).unwrap();
    let objects = question["objects"].as_array().unwrap().iter();
    let objects = objects.map(|object| {
        let href = format!("{}{}", large.base, object["oid"].as_str().unwrap());
        json!({"oid": object["oid"], "size": object["size"], "actions": {"download": {"href": href}}})
    });
    let answer = json!({"transfer": "basic", "objects": objects.collect::<Vec<_>>()});
    let kind = (header::CONTENT_TYPE, "application/vnd.git-lfs+json");
    Some(([kind], answer.to_string()).into_response())
}

/// Answers a request as `git http-backend` does.
async fn serve_git(
    root: &Path,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let header = |name: &str| {
        headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    let mut backend = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", uri.path().trim_start_matches("/locked"))
        .env("REQUEST_METHOD", method.as_str())
        .env("QUERY_STRING", uri.query().unwrap_or_default())
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = backend.stdin.take().unwrap();
    let sent = async move { input.write_all(body).await };
    let (_, output) = tokio::join!(sent, backend.wait_with_output());
    let output = output.unwrap().stdout;
    let end = output.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = output.split_at(end.unwrap() + 4);
    let head = String::from_utf8_lossy(head);
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    let status = value("Status: ").map_or(200, |status| status[..3].parse().unwrap());
    let kind = value("Content-Type: ").unwrap_or_default().to_owned();
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, kind)], body.to_vec()).into_response()
}

/// True where a proxy decides about hosts, so that there is nothing to test here.
pub(crate) fn is_proxied() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let proxied = ["http_proxy", "https_proxy", "all_proxy"].into_iter();
    let proxied = proxied.chain(["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]);
    let proxied = proxied.into_iter().any(is_set);
    if proxied {
        skip("network", "the environment names a proxy");
    }
    proxied
}

/// A server with a source, and a web server that serves the source.
pub(crate) async fn with_web(options: &[&str]) -> (TestServer, GitRepository, Web) {
    let server = TestServer::start(options).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let web = Web::start(server.folder.path().join("git")).await;
    (server, source, web)
}
