//! The requests that the server makes for a user: which hosts it asks, where a redirect leads, and how much it reads.

use crate::support::*;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;

/// A web server on loopback with the git repositories of a folder. `/to/URL` redirects to the URL.
struct Web {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Web {
    async fn start(root: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let answer = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            log.lock().unwrap().push(uri.path().to_owned());
            let target = uri.to_string();
            match target.strip_prefix("/to/") {
                Some(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
                None => serve_git(&root, &method, &uri, &headers, &body).await,
            }
        };
        let router = Router::new().fallback(answer);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { port, asked, task }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
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
        .env("PATH_INFO", uri.path())
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
fn is_proxied() -> bool {
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
async fn with_web(options: &[&str]) -> (TestServer, GitRepository, Web) {
    let server = TestServer::start(options).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let web = Web::start(server.folder.path().join("git")).await;
    (server, source, web)
}

/// Builds a URL and returns the id of the build.
async fn build_url(server: &TestServer, path: &str, url: &str) -> String {
    let (namespace, name) = path.split_once('/').unwrap();
    let body = create_body(name, url, vec![tag_config("latest")]);
    let (status, answer) = server
        .post(&format!("/v1/repositories/{namespace}"), &body)
        .await;
    assert_eq!(status, StatusCode::CREATED.as_u16(), "{answer}");
    server.trigger(path, "latest").await
}

#[tokio::test]
async fn no_address_of_this_machine_is_asked_unless_it_is_allowed() {
    if is_proxied() {
        return;
    }
    let server = TestServer::start(&[]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let task = tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    for (number, url) in [
        format!("http://127.0.0.1:{port}/a.git"),
        format!("http://localhost:{port}/a.git"),
        format!("https://127.0.0.1:{port}/a.git"),
        format!("http://2130706433:{port}/a.git"),
        format!("http://0.0.0.0:{port}/a.git"),
        format!("ssh://git@127.0.0.1:{port}/a.git"),
        format!("git://127.0.0.1:{port}/a.git"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://10.0.0.1/a.git".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let id = build_url(&server, &format!("t-loop/app{number}"), &url).await;
        let message = server.wait_for_failure(&id).await;
        // git itself reads the number as an address.
        let expected = match url.contains("2130706433") {
            true => "another host, 127.0.0.1",
            false => "--allow-source-host",
        };
        assert!(message.contains(expected), "{url}: {message}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
    task.abort();
}

#[tokio::test]
async fn an_allowed_host_is_asked_by_each_protocol() {
    let (server, source, web) = with_web(&["--allow-source-host=localhost"]).await;
    let url = format!("http://localhost:{}/app/.git", web.port);
    let id = build_url(&server, "t-allow/http", &url).await;
    let built = server.wait_for_status(&id, "S").await;
    let head = source.git(&["rev-parse", "HEAD"]);
    assert_eq!(built["code_head_commit"], *head);

    for (name, scheme, start) in [
        ("ssh", "ssh://git@", &b"SSH-2.0-"[..]),
        ("git", "git://", &b"00"[..]),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("{scheme}localhost:{port}/a.git");
        let id = build_url(&server, &format!("t-allow/{name}"), &url).await;
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut sent = vec![0; start.len()];
        connection.read_exact(&mut sent).await.unwrap();
        assert_eq!(sent, start);
        if name == "git" {
            let mut length = [0; 2];
            connection.read_exact(&mut length).await.unwrap();
            let length = usize::from_str_radix(std::str::from_utf8(&length).unwrap(), 16);
            let mut request = vec![0; length.unwrap() - 4];
            connection.read_exact(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request).into_owned();
            assert!(request.contains("git-upload-pack /a.git"), "{request}");
            let host = format!("host=localhost:{port}");
            assert!(request.contains(&host), "{request}");
        }
        drop(connection);
        server.wait_for_status(&id, "F").await;
    }
}

#[tokio::test]
async fn a_redirect_does_not_lead_to_another_host() {
    if is_proxied() {
        return;
    }
    let options = ["--allow-source-host=localhost,127.0.0.1"];
    let (server, _source, web) = with_web(&options).await;
    let port = web.port;
    // git asks for `/info/refs` below the URL, and finds the rest from where that leads to.
    let url = format!("http://localhost:{port}/to/http://localhost:{port}/app/.git");
    let id = build_url(&server, "t-redirect/same", &url).await;
    server.wait_for_status(&id, "S").await;

    let before = web.asked().len();
    let url = format!("http://localhost:{port}/to/http://127.0.0.1:{port}/app/.git");
    let id = build_url(&server, "t-redirect/other", &url).await;
    let message = server.wait_for_failure(&id).await;
    assert!(message.contains("another host, 127.0.0.1"), "{message}");
    let asked = &web.asked()[before..];
    assert!(
        asked.iter().all(|path| path.starts_with("/to/")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_list_of_branches_has_an_end() {
    let options = ["--allow-source-host=localhost", "--refs-limit=20K"];
    let (server, source, web) = with_web(&options).await;
    let head = source.git(&["rev-parse", "HEAD"]);
    let refs: String = (0..2000)
        .map(|number| format!("{head} refs/heads/branch-{number}\n"))
        .collect();
    let packed = source.0.join(".git/packed-refs");
    std::fs::write(packed, refs).unwrap();
    let url = format!("http://localhost:{}/app/.git", web.port);
    let id = build_url(&server, "t-refs/web", &url).await;
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("its answer is larger than the limit of 20K"),
        "{message}"
    );
    // Of a local source only the refs that are asked for are listed, unless they are missing.
    let rows = vec![tag_config("latest"), failing_tag_config("missing")];
    server.register("t-refs/local", &source, rows).await;
    let id = server.trigger("t-refs/local", "latest").await;
    server.wait_for_status(&id, "S").await;
    let id = server.trigger("t-refs/local", "missing").await;
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("larger than the limit of 20K"),
        "{message}"
    );
}

#[tokio::test]
async fn a_pack_has_an_end() {
    let options = ["--allow-source-host=localhost", "--checkout-limit=200K"];
    let (server, source, web) = with_web(&options).await;
    // Random, so that it can't be compressed.
    let noise: String = (0..20_000)
        .map(|_| uuid::Uuid::new_v4().simple().to_string())
        .collect();
    source.commit(&[("noise", &noise)]);
    let url = format!("http://localhost:{}/app/.git", web.port);
    let id = build_url(&server, "t-pack/web", &url).await;
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("larger than the limit of 200K"),
        "{message}"
    );
    server
        .register("t-pack/local", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-pack/local", "latest").await;
    server.wait_for_status(&id, "F").await;
}

/// git-lfs asks whatever addresses a host answers with, so that the host has to be named by an option.
#[tokio::test]
async fn large_files_are_asked_for_at_trusted_hosts_only() {
    for (allowed, is_asked) in [("127.0.0.0/8,::1", false), ("localhost", true)] {
        let option = format!("--allow-source-host={allowed}");
        let (server, source, web) = with_web(&[&option]).await;
        let pointer = format!(
            "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n",
            "0".repeat(64)
        );
        source.commit(&[
            ("a.bin", &pointer),
            (".gitattributes", "*.bin filter=lfs\n"),
        ]);
        let url = format!("http://localhost:{}/app/.git", web.port);
        let id = build_url(&server, "t-lfs-host/app", &url).await;
        server.wait_for_status(&id, "S").await;
        let log = server.log_text(&id).await;
        assert!(log.contains("1 file is a git-lfs pointer"), "{log}");
        let refused = log.contains("git-lfs files are not fetched from localhost");
        assert_eq!(refused, !is_asked, "{log}");
        let asked = web.asked();
        let found = asked.iter().any(|path| path.contains("/info/lfs/"));
        assert_eq!(found, is_asked, "{asked:?}");
    }
}
